import Logging
import Media
import Pipeline
import SDP
import Synchronization

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
    targets = pushSettings.targets.map { target in
      RTPPushTarget(
        settings: target, stream: stream, logger: telemetry.logger, resolver: resolver)
    }
    instruments = targets.map { RTPPushInstruments(target: $0.settings.name) }
    states = TargetStates(names: pushSettings.targets.map(\.name))
    self.telemetry = telemetry
    let (targets, states) = (targets, states)
    telemetry.setDetails { Self.details(of: targets, states: states) }
    for target in targets {
      let section = settings.fullKey(target.settings.name)
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
        target.counters, target.reception, isPaused: target.pauseSwitch.isPaused)
      try? await Task.sleep(for: .seconds(1))
    }
  }

  public func startUpLines() -> [String] {
    targets.map(\.settings).map { target in
      let host = target.address.contains(":") ? "[\(target.address)]" : target.address
      let file = target.sdpFile.map { ", SDP in \($0)" } ?? ""
      return "RTP to \(target.name): \(host):\(target.port) "
        + "(\(target.profile.rawValue), payload type \(target.payloadType)\(file))"
        + (target.startsPaused ? ", paused" : "")
    }
  }

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

/// The states of all targets, and what they add up to.
final class TargetStates: Sendable {
  /// One state and one text for the whole output.
  struct Summary: Sendable, Hashable {
    var state: ComponentState
    var detail: String
  }

  private let names: [String]
  private let states = Mutex<[String: RTPPushTarget.State]>([:])
  /// Held from a change until it is reported; the status page may be built meanwhile.
  private let turn = Mutex(())

  init(names: [String]) {
    self.names = names
  }

  subscript(name: String) -> RTPPushTarget.State? { states.withLock { $0[name] } }

  /// Takes over one target's state and has the new summary reported, in the order of changes.
  ///
  /// - Returns: False if nothing changed, and nothing was reported.
  @discardableResult
  func update(
    _ name: String, to state: RTPPushTarget.State, report: (Summary) -> Void
  ) -> Bool {
    turn.withLock { _ in
      let summary: Summary? = states.withLock { states in
        guard states[name] != state else { return nil }
        states[name] = state
        return self.summary(of: states)
      }
      summary.map(report)
      return summary != nil
    }
  }

  private func summary(of states: [String: RTPPushTarget.State]) -> Summary {
    var (failing, paused): ([String], Int) = ([], 0)
    var isSending = false
    for name in names {
      switch states[name] {
      case .failing: failing.append(name)
      case .paused: paused += 1
      case .sending: isSending = true
      case .waitingForPictures, nil: break
      }
    }
    let suffix = paused == 0 ? "" : ", \(paused) paused"
    if !failing.isEmpty {
      return Summary(
        state: failing.count + paused == names.count ? .retrying : .running,
        detail:
          "\(failing.joined(separator: ", ")) of \(Self.targets(names.count)) failing\(suffix)")
    }
    let active = names.count - paused
    guard active > 0 else {
      return Summary(state: .waiting, detail: "\(Self.targets(paused)) to be resumed")
    }
    return Summary(
      state: isSending ? .running : .waiting,
      detail: (isSending ? "sending to " : "pictures, to send to ") + Self.targets(active) + suffix)
  }

  private static func targets(_ count: Int) -> String {
    count == 1 ? "1 target" : "\(count) targets"
  }
}
