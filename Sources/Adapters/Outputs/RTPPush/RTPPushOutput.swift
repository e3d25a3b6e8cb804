import Logging
import Pipeline

/// Sends the stream as plain RTP to any number of named targets, as Sora's RTP forwarding does.
///
/// Each target runs on its own: what goes wrong at one is repeated there and shown in the status,
/// the others go on.
public struct RTPPushOutput: Output {
  public static let kind = "rtpPush"

  private let targets: [RTPPushTarget]
  private let instruments: [RTPPushInstruments]
  private let states: TargetStates
  private let telemetry: ComponentTelemetry

  public init(settings: SettingsReader, stream: StreamHandle, telemetry: ComponentTelemetry) {
    self.init(settings: settings, stream: stream, telemetry: telemetry, resolver: .system)
  }

  init(
    settings: SettingsReader, stream: StreamHandle, telemetry: ComponentTelemetry,
    resolver: HostResolver
  ) {
    let pushSettings = RTPPushOutputSettings(reader: settings)
    let claims = ClaimedDestinations()
    targets = pushSettings.targets.map { target in
      RTPPushTarget(
        settings: target, stream: stream, logger: telemetry.logger, resolver: resolver,
        claims: claims)
    }
    instruments = targets.map { RTPPushInstruments(target: $0.settings.name) }
    states = TargetStates(names: pushSettings.targets.map(\.name))
    self.telemetry = telemetry
    let (targets, states) = (targets, states)
    telemetry.setDetails { Self.details(of: targets, states: states) }
    for target in targets {
      let section = settings.fullKey(target.settings.name)
      for key in target.settings.soraKeys {
        stream.peerDescriptions.expect(.sora, by: "\(section).\(key)")
      }
      for (action, isPaused) in [("pause", true), ("resume", false)] {
        telemetry.offerControl(action, of: section) { target.set(isPaused: isPaused) }
      }
    }
  }

  public var isEnabled: Bool { !targets.isEmpty }

  public func runSession() async throws {
    await withTaskGroup(of: Void.self) { group in
      for (target, instruments) in zip(targets, instruments) {
        group.addTask {
          await target.run { state in
            note(state, of: target)
          }
        }
        group.addTask { await Self.keepRecording(target, by: instruments) }
      }
    }
  }

  /// Sets the target's metrics once a second until cancelled.
  private static func keepRecording(
    _ target: RTPPushTarget, by instruments: RTPPushInstruments
  ) async {
    while !Task.isCancelled {
      instruments.record(
        target.counters, target.reception, isPaused: target.pauseSwitch.isPaused,
        isStandingBy: target.isStandingBy)
      try? await Task.sleep(for: .seconds(1))
    }
  }

  public func startUpLines() -> [String] { targets.map(\.settings.startUpLine) }

  /// Brings the status line up to date if the target's state is news.
  private func note(_ state: RTPPushTarget.State, of target: RTPPushTarget) {
    let name = target.settings.name
    let isNews = states.update(name, to: state) { summary in
      if case .failing(let error) = state { telemetry.report(error: "\(name): \(error)") }
      telemetry.report(summary.state, summary.detail)
    }
    if isNews, case .failing(let error) = state {
      telemetry.logger.warning(
        "rtp push target failed",
        metadata: [LogKey.target: .string(name), LogKey.error: .string(error)])
    }
  }

  private static func details(of targets: [RTPPushTarget], states: TargetStates) -> StatusValue {
    let members = targets.map { target in
      (target.settings.name, target.status(state: states[target.settings.name]))
    }
    return .object(["targets": .object(Dictionary(members) { first, _ in first })])
  }
}
