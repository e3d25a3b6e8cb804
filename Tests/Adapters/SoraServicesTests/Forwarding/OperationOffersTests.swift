import Configuration
import JSON
import Pipeline
import SimulatedSora
import SoraControl
import Testing

@testable import SoraServices

@Suite(.timeLimit(.minutes(1))) struct OperationOffersTests {
  @Test func everyOperationIsOnOffer() async throws {
    let scene = try await ForwardingScene()
    _ = scene.forwarding()
    for request in ControlOperations.all(of: .sora) {
      #expect(scene.board.controls.action(request.operation.commandName, of: "sora") != nil)
    }
    #expect(scene.board.controls.action("create-channel", of: "sora") == nil)
  }

  @Test func theChannelAndThePublisherOfTheSettingsAreFilledIn() async throws {
    let scene = try await ForwardingScene()
    let publisher = scene.sora.change { $0.publish("live") }
    _ = scene.forwarding(["connectionID": .string(publisher)])
    let outcome = await scene.perform("change-upstream-video-bit-rate", #"{"bit_rate":700}"#)
    #expect(
      outcome
        == .done(
          .object([
            "operation": .string("ChangeUpstreamVideoBitRate"),
            "reply": .object([
              "channel_id": .string("live"), "connection_id": .string(publisher),
              "bit_rate": .int(700),
            ]),
          ])))
    #expect(scene.sora.read { $0[connection: publisher]?.videoBitRate } == 700)
  }

  @Test func whoIsToBeDisconnectedMustBeNamed() async throws {
    let scene = try await ForwardingScene()
    let publisher = scene.sora.change { $0.publish("live") }
    _ = scene.forwarding(["connectionID": .string(publisher)])
    for name in ["disconnect-connection", "disconnect-channel"] {
      guard case .unusableParameters = await scene.perform(name) else {
        Issue.record("\(name) without parameters")
        continue
      }
    }
    #expect(scene.sora.read(\.connections).count == 1)
  }

  @Test func anotherChannelIsNotMixedWithOurPublisher() async throws {
    let scene = try await ForwardingScene()
    _ = scene.forwarding(["connectionID": .string("MINE")])
    _ = await scene.perform("request-key-frame", #"{"channel_id":"other"}"#)
    #expect(scene.sora.journal.isEmpty)
  }

  @Test(arguments: ["[]", "{", "1", "\"x\""])
  func aBodyThatIsNoObjectIsRefused(body: String) async throws {
    let scene = try await ForwardingScene()
    _ = scene.forwarding()
    guard case .unusableParameters = await scene.perform("list-channels", body) else {
      Issue.record("\(body) was taken")
      return
    }
    #expect(scene.sora.journal.isEmpty)
  }

  @Test func refusalsKeepTheirType() async throws {
    let scene = try await ForwardingScene()
    _ = scene.forwarding()
    let outcome = await scene.perform("request-key-frame", #"{"connection_id":"NOBODY"}"#)
    guard case .refused(.object(let members))? = outcome else {
      Issue.record("\(String(describing: outcome))")
      return
    }
    #expect(members["type"] == .string("CHANNEL_NOT_FOUND"))
    #expect(members["status"] == .int(400))
  }

  @Test func aSoraThatIsAwayIsUnreachable() async throws {
    let scene = try await ForwardingScene()
    _ = scene.forwarding()
    try await scene.sora.stop()
    guard case .unreachable = await scene.perform("list-channels") else {
      Issue.record("reached")
      return
    }
  }
}
