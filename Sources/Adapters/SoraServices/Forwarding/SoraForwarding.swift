import JSON
import Logging
import Media
import Pipeline
import SoraControl
import Synchronization

/// Keeps Sora's RTP forwarding of one publisher running, and offers Sora's operations on the
/// control plane.
public struct SoraForwarding: Sendable {
  public static let kind = "sora"

  private let settings: SoraForwardingSettings
  private let memory: ForwardingMemory
  private let announcer: ForwardingAnnouncer
  private let mailbox = ForwardingMailbox()
  private let telemetry: ComponentTelemetry

  /// Reads and checks the settings. Opens nothing.
  ///
  /// - Parameters:
  ///   - settings: Section `sora`.
  ///   - state: Where what may be running is kept.
  ///   - descriptions: Who wants to send as Sora does finds Sora's description here.
  public init(
    settings: SettingsReader, state: StateSettings, descriptions: PeerDescriptions,
    telemetry: ComponentTelemetry
  ) {
    let own = SoraForwardingSettings(reader: settings)
    self.settings = own
    self.telemetry = telemetry
    if own.isEnabled { state.requireWritable() }
    memory = ForwardingMemory(
      file: state.file(named: ForwardingMemory.fileName), apiURL: own.endpoint.url)
    announcer = ForwardingAnnouncer(
      settings: own, descriptions: descriptions, telemetry: telemetry)
    if own.isEnabled {
      let announcer = announcer
      telemetry.setDetails { announcer.details }
      offerForwardingControls()
    }
    if own.hasAPI { offerOperations() }
  }

  public var isEnabled: Bool { settings.isEnabled }

  public func startUpLines() -> [String] {
    let goal = settings.goal
    let publisher = goal.connectionID.map { "connection \($0)" } ?? "the only publisher"
    return [
      "Sora forwards \(publisher) of channel \(goal.channelID) to "
        + ForwardingAnnouncer.text(of: goal.destination) + " (API \(settings.endpoint.url))"
    ]
  }

  /// Keeps it running until the task is cancelled, then stops it, within a second or so.
  ///
  /// - Throws: `StateFileError` if the state file cannot be had.
  public func runSession() async throws {
    telemetry.note(.starting)
    let (leftovers, broken) = try await memory.open()
    if let broken { announcer.logBroken(broken) }
    let (facts, continuation) = AsyncStream.makeStream(of: ForwardingFact.self)
    mailbox.open(continuation)
    let client = ControlClient(endpoint: settings.endpoint)
    let session = ForwardingSession(
      settings: settings, memory: memory, client: client, announcer: announcer,
      clock: telemetry.clock, facts: facts, mailbox: continuation)
    // The end has work to do, so it must not be cancelled with the task around it.
    let work = Task {
      let foreign = Task { await session.stopForeign() }
      await session.run(leftovers: leftovers)
      foreign.cancel()
    }
    await withTaskCancellationHandler {
      await work.value
    } onCancel: {
      continuation.yield(.shutdownAsked)
    }
    mailbox.open(nil)
    continuation.finish()
    await client.shutDown()
    await memory.close()
  }

  private func offerForwardingControls() {
    let (mailbox, announcer) = (mailbox, announcer)
    for (action, fact) in [
      ("restart", ForwardingFact.restartAsked), ("request-keyframe", .keyframeAsked),
    ] {
      telemetry.offerControl(action, of: "\(Self.kind).forwarding") {
        let isHeard = mailbox.post(fact)
        return .object([
          "isRunning": .bool(isHeard), "isForwarding": .bool(announcer.report.since != nil),
        ])
      }
    }
  }

  private func offerOperations() {
    let (goal, announcer) = (settings.goal, announcer)
    var offers = OperationOffers(service: .sora, endpoint: settings.endpoint)
    offers.complete = { operation, parameters in
      Self.complete(
        &parameters, of: operation, goal: goal, connectionID: announcer.report.connectionID)
    }
    offers.offer(to: telemetry, of: Self.kind)
  }

  /// Puts in the channel of the settings and the publisher that was found, where the caller says
  /// nothing. Who is to be disconnected must be named.
  static func complete(
    _ parameters: inout [String: JSONValue], of operation: ControlOperation, goal: ForwardingGoal,
    connectionID: String?
  ) {
    guard !operation.name.hasPrefix("Disconnect") else { return }
    let names = Set(operation.keys.map(\.name))
    func put(_ name: String, _ value: String?) {
      guard names.contains(name), parameters[name] == nil, let value, !value.isEmpty else { return }
      parameters[name] = .string(value)
    }
    let isOurChannel = parameters["channel_id"].map { $0 == .string(goal.channelID) } ?? true
    put("channel_id", goal.channelID)
    guard isOurChannel else { return }
    let publisher = connectionID ?? goal.connectionID
    put("send_connection_id", publisher)
    put("connection_id", publisher)
  }
}
