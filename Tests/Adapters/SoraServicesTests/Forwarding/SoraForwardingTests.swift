import Configuration
import Foundation
import JSON
import Pipeline
import SimulatedSora
import SoraControl
import TestSupport
import Testing

@testable import SoraServices

@Suite(.timeLimit(.minutes(1))) struct SoraForwardingTests {
  @Test func thePublisherIsForwardedWhileItRunsAndNotAfterwards() async throws {
    let scene = try await ForwardingScene()
    let publisher = scene.sora.change { $0.publish("live") }
    try await scene.run {
      try await scene.sora.until { $0.forwarding(of: publisher)?.videoPort == 60003 }
      try await scene.sora.call(of: "RequestKeyFrame")
      #expect(try await scene.remembered == [publisher])
      // A check is over, so that the status has come up to date.
      try await scene.sora.call(of: "ListChannelConnections", skipping: 2)
      #expect(scene.status("connectionID") == .string(publisher))
      #expect(scene.status("state") == .string("running"))
      #expect(scene.status("isForwarding") == .bool(true))
      #expect(scene.descriptions.current(of: .sora)?.isForwarding == true)
    }
    #expect(scene.sora.read(\.forwardings) == [])
    #expect(try await scene.remembered == [])
    #expect(scene.descriptions.current(of: .sora)?.isForwarding == false)
    #expect(scene.status("isForwarding") == .bool(false))
  }

  @Test func aPublisherThatComesAgainIsForwardedAgain() async throws {
    let scene = try await ForwardingScene()
    let first = scene.sora.change { $0.publish("live") }
    try await scene.run {
      try await scene.sora.until { $0.forwarding(of: first) != nil }
      let second = scene.sora.change { $0.republish(first) }
      try await scene.sora.until { $0.forwarding(of: second) != nil }
      try await scene.sora.call(of: "RequestKeyFrame", skipping: 1)
    }
    #expect(scene.sora.read(\.forwardings) == [])
  }

  @Test func aSoraThatIsStartedAnewForwardsAgain() async throws {
    let scene = try await ForwardingScene()
    scene.sora.change { $0.publish("live") }
    try await scene.run {
      try await scene.sora.until { !$0.forwardings.isEmpty }
      try await scene.sora.stop()
      try await scene.sora.start()
      let back = scene.sora.change { $0.publish("live") }
      try await scene.sora.until { $0.forwarding(of: back) != nil }
    }
    #expect(scene.sora.read(\.forwardings) == [])
  }

  @Test func aSoraThatOnlyForgotIsToldAgain() async throws {
    let scene = try await ForwardingScene()
    let publisher = scene.sora.change { $0.publish("live") }
    try await scene.run {
      try await scene.sora.call(of: "GetConnectionRemoteStats")
      // The same connection as before, but the totals begin anew.
      scene.sora.change { state in
        state.forwardings = []
        state.totals = SoraState.Totals()
      }
      try await scene.sora.until { $0.forwarding(of: publisher) != nil }
    }
  }

  @Test(arguments: [SoraFault.lostReply, .halfReply, .badGateway])
  func aStartWhoseAnswerIsLostIsForwardedOnceAllTheSame(fault: SoraFault) async throws {
    let scene = try await ForwardingScene()
    scene.sora.change { $0.acceptsForwardingTwice = true }
    scene.sora.change { $0.publish("live") }
    scene.sora.fail("StartForwardingRtp", with: fault)
    try await scene.run {
      try await scene.sora.call(of: "RequestKeyFrame")
      #expect(scene.sora.read(\.forwardings).count == 1)
    }
    #expect(scene.sora.read(\.forwardings) == [])
    let operations = scene.sora.journal.compactMap(\.operation).filter { $0.hasSuffix("Rtp") }
    #expect(
      operations.prefix(3) == ["StartForwardingRtp", "StopForwardingRtp", "StartForwardingRtp"])
  }

  @Test func anEndDuringAStartLeavesNothing() async throws {
    let scene = try await ForwardingScene()
    scene.sora.change { $0.publish("live") }
    scene.sora.fail("StartForwardingRtp", with: .heldReply)
    try await scene.run {
      try await scene.sora.until { !$0.forwardings.isEmpty }
    }
    #expect(scene.sora.read(\.forwardings) == [])
    #expect(try await scene.remembered == [])
  }

  @Test func whatCouldNotBeStoppedIsStoppedByTheNextStart() async throws {
    let scene = try await ForwardingScene()
    let publisher = scene.sora.change { $0.publish("live") }
    try await scene.run {
      try await scene.sora.until { !$0.forwardings.isEmpty }
      scene.sora.fail("StopForwardingRtp", times: nil, with: .held)
    }
    #expect(scene.sora.read(\.forwardings).count == 1)
    #expect(try await scene.remembered == [publisher])
    scene.sora.heal()
    // Another channel is forwarded now.
    let other = scene.sora.change { $0.publish("other") }
    try await scene.run(["channelID": .string("other")]) {
      try await scene.sora.until {
        $0.forwarding(of: publisher) == nil && $0.forwarding(of: other) != nil
      }
    }
    #expect(scene.sora.read(\.forwardings) == [])
  }

  @Test func aLeftoverAtAnotherAPIIsStoppedThere() async throws {
    let scene = try await ForwardingScene()
    let old = try await SimulatedSora()
    let leftover = old.change { $0.publish("live") }
    let client = ControlClient(endpoint: ControlEndpoint(url: old.url))
    _ = try await client.call(
      StartForwardingRtp.operation,
      parameters: [
        "channel_id": "live", "connection_id": .string(leftover), "ip_address": "192.0.2.7",
        "video_port": 60003, "audio_port": 9,
      ])
    client.shutDown()
    let file = StateFile(path: scene.folder.url.appending(path: "sora-forwarding.json").path)
    try await file.replace(with: [
      "version": 1,
      "forwardings": [
        ["api_url": .string(old.url), "channel_id": "live", "connection_id": .string(leftover)]
      ],
    ])
    try await scene.run {
      try await scene.sora.call { _ in true }
      // Nothing is begun before: an earlier URL may be another name of this Sora.
      #expect(old.read(\.forwardings) == [])
    }
    try await old.stop()
  }

  /// Only an API that looked for it says that nothing runs.
  @Test(
    arguments: [
      ("NOT_FORWARDING", 400, []), ("MissingTarget", 400, ["OLD"]), ("InvalidJSON", 400, ["OLD"]),
      ("TOO-MANY-REQUESTS", 429, ["OLD"]), ("HandlerException", 500, ["OLD"]),
    ] as [(String, Int, [String])])
  func aLeftoverElsewhereIsForgottenIfItDoesNotRun(
    type: String, status: Int, left: [String]
  ) async throws {
    let scene = try await ForwardingScene()
    let old = try await SimulatedSora()
    old.fail("StopForwardingRtp", times: nil, with: .refusal(type, status: status))
    let file = StateFile(path: scene.folder.url.appending(path: "sora-forwarding.json").path)
    try await file.replace(with: [
      "version": 1,
      "forwardings": [
        ["api_url": .string(old.url), "channel_id": "live", "connection_id": "OLD"]
      ],
    ])
    try await scene.run {
      try await scene.sora.call(of: "ListChannelConnections")
      #expect(try await scene.remembered == left)
    }
    #expect(!scene.log.lines.contains { $0.contains("sora forwarding stopped") })
    try await old.stop()
  }

  @Test func twoBridgesDoNotShareAStateFile() async throws {
    let scene = try await ForwardingScene()
    scene.sora.change { $0.publish("live") }
    try await scene.run {
      try await scene.sora.until { !$0.forwardings.isEmpty }
      let second = scene.forwarding()
      await #expect(throws: StateFileError.self) { try await second.runSession() }
    }
  }

  @Test func theDescriptionIsWrittenAsItCame() async throws {
    let scene = try await ForwardingScene()
    scene.sora.change { $0.publish("live") }
    let path = scene.folder.url.appending(path: "sora.sdp").path
    try await scene.run(["sdpFile": .string(path)]) {
      try await scene.sora.call(of: "GetConnectionRemoteStats")
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text == scene.descriptions.current(of: .sora)?.text)
      #expect(text.contains("m=video 60003 RTP/SAVPF"))
    }
  }

  @Test func operatorsCanHaveItAnewAndAskForKeyframes() async throws {
    let scene = try await ForwardingScene()
    scene.sora.change { $0.publish("live") }
    try await scene.run {
      try await scene.sora.call(of: "GetConnectionRemoteStats")
      _ = await scene.perform("restart", of: "sora.forwarding")
      try await scene.sora.call(of: "StartForwardingRtp", skipping: 1)
      _ = await scene.perform("request-keyframe", of: "sora.forwarding")
      try await scene.sora.call(of: "RequestKeyFrame", skipping: 1)
    }
  }

  @Test func aBrokenStateFileIsPutAside() async throws {
    let scene = try await ForwardingScene()
    let path = scene.folder.url.appending(path: "sora-forwarding.json").path
    try "{".write(toFile: path, atomically: true, encoding: .utf8)
    scene.sora.change { $0.publish("live") }
    try await scene.run {
      try await scene.sora.until { !$0.forwardings.isEmpty }
    }
    #expect(FileManager.default.fileExists(atPath: path + ".broken-1"))
  }
}
