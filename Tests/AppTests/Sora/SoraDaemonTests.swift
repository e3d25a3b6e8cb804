import SimulatedSora
import TestSupport
import Testing

/// The real program against a Sora that comes, goes and fails: after each step exactly the
/// forwarding runs that should.
@Suite("Daemon: RTP forwarding by Sora", .timeLimit(.minutes(2)))
struct SoraDaemonTests {
  let state: TemporaryFolder
  let sora: SimulatedSora
  let publisher: String

  init() async throws {
    state = try TemporaryFolder()
    sora = try await SimulatedSora()
    publisher = sora.change { $0.publish("live", role: .sendonly) }
    sora.change { _ = $0.join("live") }
  }

  private func start(videoPort: Int = 60003) throws -> SoraDaemon {
    try SoraDaemon(state: state, SoraDaemon.forwarding(sora, videoPort: videoPort))
  }

  /// Waits until the one publisher is forwarded as it should be.
  private func forwarded(_ connectionID: String, videoPort: Int = 60003) async throws {
    try await sora.until { state in
      state.forwardings == [
        SoraForwarding(
          channelID: "live", connectionID: connectionID, address: "192.0.2.7",
          audioPort: 60001, videoPort: videoPort)
      ]
    }
  }

  @Test("starts it, asks for a key frame, and stops it at the end")
  func startAndEnd() async throws {
    let daemon = try start()
    try await forwarded(publisher)
    try await sora.until { [publisher] in ($0[connection: publisher]?.keyFrameRequests ?? 0) > 0 }
    #expect(await daemon.stop() == 0)
    #expect(sora.read(\.forwardings).isEmpty)
    #expect(sora.calls(of: "StartForwardingRtp").filter(\.wasDone).count == 1)
    #expect(sora.calls(of: "StopForwardingRtp").filter(\.wasDone).count == 1)
  }

  @Test("waits for a publisher, and for there to be one only")
  func publisherComesLater() async throws {
    sora.change { [publisher] in $0.leave(publisher) }
    let daemon = try start()
    try await sora.call(of: "ListChannelConnections", skipping: 1)
    #expect(sora.calls(of: "StartForwardingRtp").isEmpty)
    let first = sora.change { $0.publish("live") }
    try await forwarded(first)
    #expect(await daemon.stop() == 0)
    #expect(sora.read(\.forwardings).isEmpty)
  }

  @Test(
    "after kill -9 it is taken up again, once, wherever it is to go", arguments: [60003, 60013])
  func killed(newPort: Int) async throws {
    for acceptsTwice in [false, true] {
      sora.change { $0.acceptsForwardingTwice = acceptsTwice }
      let first = try start()
      try await forwarded(publisher)
      await first.kill()
      #expect(sora.read(\.forwardings).count == 1)
      sora.clearJournal()
      let second = try start(videoPort: newPort)
      try await sora.call { $0.operation == "StartForwardingRtp" && $0.wasDone }
      try await forwarded(publisher, videoPort: newPort)
      #expect(await second.stop() == 0)
      #expect(sora.read(\.forwardings).isEmpty)
    }
  }

  @Test("is restored when Sora was restarted and the publisher is back")
  func soraRestarts() async throws {
    let daemon = try start()
    try await forwarded(publisher)
    try await sora.stop()
    try await sora.start()
    #expect(sora.read(\.forwardings).isEmpty)
    let again = sora.change { $0.publish("live") }
    try await forwarded(again)
    try await sora.until { ($0[connection: again]?.keyFrameRequests ?? 0) > 0 }
    #expect(await daemon.stop() == 0)
    #expect(sora.read(\.forwardings).isEmpty)
  }

  @Test("is restored when Sora was restarted and the publisher has the same id")
  func soraRestartsSameID() async throws {
    let daemon = try start()
    try await forwarded(publisher)
    try await sora.stop()
    sora.change { _ = $0.publish("live") }
    try await sora.start()
    sora.change { [publisher] in _ = $0.publish("live", id: publisher) }
    try await forwarded(publisher)
    #expect(await daemon.stop() == 0)
    #expect(sora.read(\.forwardings).isEmpty)
  }

  @Test("follows the publisher to a new connection")
  func publisherRestarts() async throws {
    let daemon = try start()
    try await forwarded(publisher)
    let again = sora.change { [publisher] in $0.republish(publisher) }
    try await forwarded(again)
    #expect(await daemon.stop() == 0)
    #expect(sora.read(\.forwardings).isEmpty)
  }

  @Test("goes on when the API was away for a while and Sora was not")
  func apiAway() async throws {
    let daemon = try start()
    try await forwarded(publisher)
    try await sora.stop()
    try await sora.start(keepingState: true)
    sora.clearJournal()
    // Twice, so that what the first look led to is over.
    try await sora.call(of: "GetStatsReport", skipping: 1)
    try await forwarded(publisher)
    #expect(await daemon.stop() == 0)
    #expect(sora.read(\.forwardings).isEmpty)
  }

  @Test("begins as soon as Sora is there")
  func soraAwayAtStart() async throws {
    try await sora.stop()
    let daemon = try start()
    try await daemon.line(containing: "sora: ")
    try await sora.start(keepingState: true)
    try await forwarded(publisher)
    #expect(await daemon.stop() == 0)
    #expect(sora.read(\.forwardings).isEmpty)
  }

  @Test(
    "a start without an answer ends in one forwarding",
    arguments: [SoraFault.lostReply, .halfReply, .badGateway, .heldReply])
  func startUnanswered(_ fault: SoraFault) async throws {
    sora.fail("StartForwardingRtp", with: fault)
    let daemon = try start()
    // A keyframe is asked for when the daemon knows that the forwarding runs.
    try await sora.until { [publisher] in ($0[connection: publisher]?.keyFrameRequests ?? 0) > 0 }
    try await forwarded(publisher)
    #expect(await daemon.stop() == 0)
    #expect(sora.read(\.forwardings).isEmpty)
  }

  @Test("an API that hangs at the end does not hold the program; the next start tidies up")
  func hangsAtTheEnd() async throws {
    let first = try start()
    try await forwarded(publisher)
    sora.fail(times: nil, with: .held)
    try await first.stopsInOrder("sora")
    #expect(sora.read(\.forwardings).count == 1)
    sora.heal()
    sora.clearJournal()
    let second = try start(videoPort: 60013)
    try await forwarded(publisher, videoPort: 60013)
    #expect(await second.stop() == 0)
    #expect(sora.read(\.forwardings).isEmpty)
  }

  @Test("an API that takes no connections does not hold the program")
  func connectsAtTheEnd() async throws {
    let port = try UnansweringPort()
    let daemon = try SoraDaemon(state: state, SoraDaemon.forwarding(at: port.url, timeout: 30))
    await port.isTried()
    try await daemon.stopsInOrder("sora")
  }

  @Test("two daemons with one state directory do not touch each other's forwarding")
  func twoDaemons() async throws {
    let first = try start()
    try await forwarded(publisher)
    let calls = sora.calls(of: "StartForwardingRtp").count
    let second = try start(videoPort: 60013)
    try await second.line(containing: "is in use by another bridge")
    try await forwarded(publisher)
    #expect(sora.calls(of: "StartForwardingRtp").count == calls)
    #expect(await second.stop() == 0)
    try await forwarded(publisher)
    #expect(await first.stop() == 0)
    #expect(sora.read(\.forwardings).isEmpty)
  }
}
