import Configuration
import Media
import RTP
import Synchronization
import Testing

@testable import Outputs
@testable import Pipeline

@Suite(.timeLimit(.minutes(2))) struct RTPPushOutputTests {
  private let scene = RTPPushScene()
  private let board = StatusBoard(clock: .system)

  private func makeOutput(
    _ values: [AbsoluteConfigKey: ConfigValue], resolver: HostResolver = .system
  ) -> RTPPushOutput {
    let source = SettingsSource(name: "test", provider: InMemoryProvider(values: values))
    return RTPPushOutput(
      settings: SettingsReader(sources: [source], ledger: SettingsLedger()),
      stream: scene.handle,
      telemetry: ComponentTelemetry(
        name: "rtpPush", board: board, clock: .system, logger: scene.logger),
      resolver: resolver)
  }

  @Test func withoutTargetsItIsOff() {
    #expect(!makeOutput([:]).isEnabled)
    #expect(makeOutput([:]).startUpLines().isEmpty)
  }

  @Test func startUpLinesSayWhereTo() {
    let output = makeOutput([
      "targets": .init(.stringArray(["a", "b"]), isSecret: false),
      "a.address": "192.0.2.1", "a.port": 5004, "a.sdpFile": "/srv/a.sdp",
      "b.address": "::1", "b.port": 5006, "b.profile": "avp", "b.paused": true,
    ])
    #expect(
      output.startUpLines() == [
        "RTP to a: 192.0.2.1:5004 (sora, payload type 120, SDP in /srv/a.sdp)",
        "RTP to b: [::1]:5006 (avp, payload type 96), paused",
      ])
  }

  @Test func failingTargetDoesNotDisturbTheOther() async throws {
    let receiver = try await UDPReceiver()
    let output = makeOutput(
      [
        "targets": .init(.stringArray(["good", "bad"]), isSecret: false),
        "good.address": "127.0.0.1", "good.port": .init(.int(receiver.port), isSecret: false),
        "bad.address": "no-such-host.invalid", "bad.port": 5004,
      ], resolver: HostResolver(names: NameLookUps { _ in [] }))
    let run = Task { try await output.runSession() }
    await scene.awaitSubscribers(1)
    _ = await scene.publish(isIDR: true, milliseconds: 1000)
    #expect(try await receiver.packets(2).count == 2)
    await eventually { board.components.first?.detail == "bad of 2 targets failing" }
    let entry = try #require(board.components.first)
    #expect(entry.state == .running)
    #expect(entry.lastError?.hasPrefix("bad: ") == true)
    guard case .object(let details)? = entry.details?(),
      case .object(let targets)? = details["targets"],
      case .object(let good)? = targets["good"], case .object(let bad)? = targets["bad"]
    else {
      Issue.record("the status page lacks the targets")
      return
    }
    #expect(good["state"] == .string("running"))
    #expect(good["packets"] == .int(2))
    #expect(bad["state"] == .string("retrying"))
    run.cancel()
    try await run.value
  }

  @Test func statesAddUp() {
    let states = TargetStates(names: ["a", "b"])
    var reported: [TargetStates.Summary] = []
    let report = { reported.append($0) }
    #expect(states.update("a", to: .waitingForPictures, report: report))
    #expect(reported.last?.state == .waiting)
    #expect(states.update("a", to: .sending, report: report))
    #expect(reported.last == .init(state: .running, detail: "sending to 2 targets"))
    #expect(!states.update("a", to: .sending, report: report))
    #expect(reported.count == 2)
    #expect(states.update("b", to: .failing("x"), report: report))
    #expect(reported.last == .init(state: .running, detail: "b of 2 targets failing"))
    #expect(states.update("a", to: .failing("y"), report: report))
    #expect(reported.last?.state == .retrying)
    #expect(states["b"] == .failing("x"))
  }

  @Test func targetsThatAreNotToSendAreToldApart() {
    let states = TargetStates(names: ["a", "b", "c"])
    var last: TargetStates.Summary?
    for (name, state) in [
      ("a", RTPPushTarget.State.waitingForDescription), ("b", .standingBy), ("c", .paused),
    ] {
      states.update(name, to: state) { last = $0 }
    }
    #expect(
      last
        == .init(
          state: .waiting,
          detail: "Sora's description, to send to 1 target, 1 paused, 1 standing by"))
    states.update("a", to: .standingBy) { last = $0 }
    #expect(
      last
        == .init(
          state: .waiting, detail: "2 targets standing by while Sora forwards, 1 paused"))
    states.update("a", to: .sending) { last = $0 }
    #expect(
      last
        == .init(state: .running, detail: "sending to 1 target, 1 paused, 1 standing by"))
    states.update("a", to: .failing("x")) { last = $0 }
    #expect(last?.state == .retrying)
  }

  private final class Board: Sendable {
    let last = Mutex<String?>(nil)
  }

  /// What was reported last is what the states add up to, whoever was quicker.
  @Test func reportsComeInTheOrderOfChanges() async {
    let names = (0..<8).map { "\($0)" }
    let states = TargetStates(names: names)
    let board = Board()
    await withTaskGroup(of: Void.self) { group in
      for name in names {
        group.addTask {
          for _ in 0..<500 {
            for state in [RTPPushTarget.State.failing("x"), .sending] {
              states.update(name, to: state) { summary in
                board.last.withLock { $0 = summary.detail }
              }
            }
          }
        }
      }
    }
    #expect(board.last.withLock { $0 } == "sending to 8 targets")
  }
}
