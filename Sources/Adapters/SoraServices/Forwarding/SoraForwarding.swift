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
  /// How long the APIs of earlier settings may delay the first call.
  private static let foreignLimit: Duration = .seconds(3)

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

  /// Once, before anything is asked.
  public func warnAtStart() {
    if settings.hasAPI { settings.endpoint.warn(telemetry.logger) }
  }

  /// Keeps it running until the task is cancelled, then stops it, within a second or so.
  ///
  /// - Throws: `StateFileError` if the state file cannot be had.
  public func runSession() async throws {
    telemetry.note(.starting)
    let content = try await memory.open()
    announcer.log(content)
    let (facts, continuation) = AsyncStream.makeStream(of: ForwardingFact.self)
    mailbox.open(continuation)
    let client = ControlClient(endpoint: settings.endpoint)
    let session = ForwardingSession(
      settings: settings, memory: memory, client: client, announcer: announcer,
      clock: telemetry.clock, facts: facts, mailbox: continuation)
    await session.stopForeign(within: Self.foreignLimit)
    // The end has work to do, so it must not be cancelled with the task around it.
    let work = Task { await session.run(leftovers: content.leftovers) }
    await withTaskCancellationHandler {
      await work.value
    } onCancel: {
      continuation.yield(.shutdownAsked)
    }
    mailbox.open(nil)
    continuation.finish()
    client.shutDown()
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
    let (goal, announcer, mailbox) = (settings.goal, announcer, mailbox)
    var offers = OperationOffers(service: .sora, endpoint: settings.endpoint)
    offers.complete = { operation, parameters in
      Self.complete(
        &parameters, of: operation, goal: goal, connectionID: announcer.report.connectionID)
    }
    offers.mayHaveHappened = { operation, parameters in
      let connectionID = announcer.report.connectionID
      guard Self.disturbs(operation, parameters, goal: goal, connectionID: connectionID) else {
        return
      }
      _ = mailbox.post(.restartAsked)
    }
    offers.offer(to: telemetry, of: Self.kind)
  }

  /// Whether an operation may have ended, or changed, the forwarding that is kept.
  static func disturbs(
    _ operation: ControlOperation, _ parameters: [String: JSONValue], goal: ForwardingGoal,
    connectionID: String?
  ) -> Bool {
    switch operation.name {
    case StartForwardingRtp.operation.name, StopForwardingRtp.operation.name,
      DisconnectConnection.operation.name, DisconnectChannel.operation.name:
      break
    default: return false
    }
    guard parameters["channel_id"] == .string(goal.channelID) else { return false }
    // Without a name on either side it may be ours.
    guard let named = parameters["connection_id"]?.string,
      let own = connectionID ?? goal.connectionID
    else { return true }
    return named == own
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
