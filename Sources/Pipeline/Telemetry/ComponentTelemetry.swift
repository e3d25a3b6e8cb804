import Logging
import Media
import NIOCore

/// How one input or output tells the operator what it is doing.
///
/// State changes become one log line each and a line on the status board; numbers come from a
/// closure that the status page calls when somebody looks.
public struct ComponentTelemetry: Sendable {
  /// Name on the status board and in log lines, for example `rtsp`.
  public let name: String
  public let logger: Logger
  public let clock: MediaClock
  private let board: StatusBoard

  public init(name: String, board: StatusBoard, clock: MediaClock, logger: Logger) {
    self.name = name
    self.board = board
    self.clock = clock
    var logger = logger
    logger[metadataKey: LogKey.component] = .string(name)
    self.logger = logger
    board.register(name)
  }

  /// The component's state changed, or what it is waiting for did. Says so in one log line if it
  /// is news: repeating the same state and detail is silent.
  public func report(_ state: ComponentState, _ detail: String? = nil) {
    let announcement = StatusBoard.Announcement(state: state, detail: detail)
    let isNews = board.update(name) { entry in
      entry.state = state
      entry.detail = detail
      if state == .running { entry.hasRun = true }
      defer { entry.announced = announcement }
      return entry.announced != announcement
    }
    guard isNews == true else { return }
    var metadata: Logger.Metadata = [LogKey.state: .string(state.rawValue)]
    if let detail { metadata[LogKey.detail] = .string(detail) }
    logger.notice("component state changed", metadata: metadata)
  }

  /// The same for the status board only: for changes that follow from others which were logged.
  public func note(_ state: ComponentState, _ detail: String? = nil) {
    board.update(name) { entry in
      entry.state = state
      entry.detail = detail
      if state == .running { entry.hasRun = true }
      entry.announced = StatusBoard.Announcement(state: state, detail: detail)
    }
  }

  /// Something went wrong that heals by itself; shown as the last error.
  public func report(error: String) {
    let now = board.now()
    board.update(name) { entry in
      entry.lastError = error
      entry.lastErrorAt = now
    }
  }

  /// Numbers for the status page: an object whose members appear beside the state.
  public func setDetails(_ details: @escaping @Sendable () -> StatusValue) {
    board.update(name) { $0.details = details }
  }

  /// Offers an operator to do something while the bridge runs.
  ///
  /// - Parameters:
  ///   - action: A verb, for example `pause`.
  ///   - section: The settings' section it is about, for example `outputs.rtpPush.studio`.
  ///   - perform: Does it and says how things are then; twice must do no harm. Never waits.
  public func offerControl(
    _ action: String, of section: String, perform: @escaping @Sendable () -> StatusValue
  ) {
    board.controls.offer(
      ControlBoard.Action(section: section, name: action, work: .atOnce(perform)))
  }

  /// Offers an operator to have somebody else do something, with parameters.
  ///
  /// - Parameters:
  ///   - action: The operation's name as in a path, for example `request-key-frame`.
  ///   - section: The settings' section that speaks to the other side, for example `sora`.
  ///   - ask: Gets the body of the request, empty if there is none, as it came: the bytes are an
  ///     outsider's, and only said to be JSON. Is cancelled when whoever asked goes.
  public func offerControl(
    _ action: String, of section: String,
    asking ask: @escaping @Sendable (_ parameters: ByteBuffer) async -> ControlOutcome
  ) {
    board.controls.offer(
      ControlBoard.Action(section: section, name: action, work: .asking(ask)))
  }

  /// A session ended with an error and another one follows. A component that was waiting goes on
  /// waiting, any other one is retrying. Says so in one log line unless it is an old story.
  func sessionFailed(_ error: String, isNews: Bool) {
    report(error: error)
    board.update(name) { entry in
      guard entry.state != .waiting else { return }
      entry.state = .retrying
      entry.detail = nil
      // The comeback is news if the failure was.
      if isNews { entry.announced = StatusBoard.Announcement(state: .retrying) }
    }
    if isNews { logger.warning("session failed", metadata: [LogKey.error: .string(error)]) }
  }

  /// Whether the component has been running since this was asked last.
  func takeHasRun() -> Bool {
    board.update(name) { entry in
      defer { entry.hasRun = false }
      return entry.hasRun
    } ?? false
  }

  func sessionBegins() {
    board.update(name) { $0.sessions &+= 1 }
  }
}
