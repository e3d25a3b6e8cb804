import Configuration
import JSON
import Pipeline
import SimulatedSora
import SoraControl
import TestSupport
import Testing

@testable import SoraServices

/// What operators do to the forwarding through the bridge itself.
@Suite(.timeLimit(.minutes(1))) struct ForwardingDisturbanceTests {
  @Test func aForwardingThatAnOperatorStopsIsBegunAnew() async throws {
    let scene = try await ForwardingScene()
    let publisher = scene.sora.change { $0.publish("live") }
    try await scene.run {
      try await scene.sora.call(of: "GetConnectionRemoteStats")
      guard case .done = await scene.perform("stop-forwarding-rtp") else {
        Issue.record("not stopped")
        return
      }
      try await scene.sora.call(of: "StartForwardingRtp", skipping: 1)
      try await scene.sora.until { $0.forwarding(of: publisher) != nil }
    }
    #expect(scene.sora.read(\.forwardings) == [])
  }

  @Test func aStopWhoseAnswerIsLostCounts() async throws {
    let scene = try await ForwardingScene()
    scene.sora.change { $0.publish("live") }
    try await scene.run {
      try await scene.sora.call(of: "GetConnectionRemoteStats")
      scene.sora.fail("StopForwardingRtp", with: .lostReply)
      _ = await scene.perform("stop-forwarding-rtp")
      try await scene.sora.call(of: "StartForwardingRtp", skipping: 1)
    }
  }

  @Test(
    arguments: [
      ("StopForwardingRtp", "live", "MINE", true),
      ("StopForwardingRtp", "live", nil, true),
      ("StopForwardingRtp", "live", "OTHER", false),
      ("StopForwardingRtp", "other", "MINE", false),
      ("StartForwardingRtp", "live", "MINE", true),
      ("DisconnectConnection", "live", "MINE", true),
      ("DisconnectConnection", "live", "OTHER", false),
      ("DisconnectChannel", "live", nil, true),
      ("DisconnectChannel", "other", nil, false),
      ("RequestKeyFrame", "live", "MINE", false),
    ] as [(String, String, String?, Bool)])
  func onlyWhatConcernsOursIsHeard(
    name: String, channelID: String, connectionID: String?, isHeard: Bool
  ) throws {
    let all = ControlOperations.all(of: .sora).map { $0.operation }
    let found = all.first { $0.name == name }
    let operation = try #require(found)
    var parameters: [String: JSONValue] = ["channel_id": .string(channelID)]
    if let connectionID { parameters["connection_id"] = .string(connectionID) }
    let goal = ForwardingGoal(
      channelID: "live", connectionID: nil,
      destination: ForwardingDestination(address: "192.0.2.7", videoPort: 60003, audioPort: nil))
    let disturbs = SoraServices.SoraForwarding.disturbs(
      operation, parameters, goal: goal, connectionID: "MINE")
    #expect(disturbs == isHeard)
  }
}
