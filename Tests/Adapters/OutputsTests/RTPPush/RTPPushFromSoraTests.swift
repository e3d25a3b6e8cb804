import Configuration
import Foundation
import NIOCore
import RTP
import TestSupport
import Testing

@testable import Outputs
@testable import Pipeline

/// Targets that follow what Sora says, over real sockets.
@Suite(.timeLimit(.minutes(2))) struct RTPPushFromSoraTests {
  private let scene = RTPPushScene()

  private func makeTarget(
    _ settings: [AbsoluteConfigKey: ConfigValue] = [:],
    claims: ClaimedDestinations = ClaimedDestinations()
  ) -> RTPPushTarget {
    RTPPushTarget(
      settings: target(settings.merging(["profile": "fromSora"]) { given, _ in given }),
      stream: scene.handle, logger: scene.logger, claims: claims)
  }

  private func say(_ text: String?, isForwarding: Bool = false) {
    scene.handle.peerDescriptions.publish(
      text.map { .init(text: $0, isForwarding: isForwarding) }, of: .sora)
  }

  /// Runs `target` and gives its states to `body`.
  private func running(
    _ target: RTPPushTarget,
    _ body: (inout AsyncStream<RTPPushTarget.State>.Iterator) async throws -> Void
  ) async throws {
    let (states, change) = AsyncStream.makeStream(of: RTPPushTarget.State.self)
    let run = Task { await target.run { change.yield($0) } }
    var iterator = states.makeAsyncIterator()
    do {
      try await body(&iterator)
    } catch {
      run.cancel()
      await run.value
      throw error
    }
    run.cancel()
    await run.value
  }

  @Test func theDescriptionSaysEverything() async throws {
    let receiver = try await UDPReceiver()
    let folder = try TemporaryFolder()
    let file = folder.path("sora.sdp")
    let target = makeTarget(["sdpFile": .init(.string(file), isSecret: false)])
    try await running(target) { states in
      #expect(await states.next() == .waitingForDescription)
      #expect(scene.hub.statistics.subscriberCount == 0, "nothing is encoded in vain")
      say(soraDescription(payloadType: 109, port: receiver.port))
      await scene.awaitSubscribers(1)
      _ = await scene.publish(isIDR: true, milliseconds: 1000)
      let packets = try await receiver.packets(2)
      #expect(packets.allSatisfy { $0.header.payloadType == 109 })
    }
    // Byte by byte what Sora would have said of video alone.
    #expect(
      try String(contentsOfFile: file, encoding: .utf8)
        == soraVideoDescription(payloadType: 109, port: receiver.port))
  }

  @Test func anotherDescriptionGoesOnAsTheSameStream() async throws {
    let (first, second) = (try await UDPReceiver(), try await UDPReceiver())
    let target = makeTarget()
    try await running(target) { _ in
      var datagrams: [UDPReceiver.Datagram] = []
      let stages = [(first, 120), (first, 121), (second, 121)]
      for (number, (receiver, payloadType)) in stages.enumerated() {
        say(soraDescription(payloadType: payloadType, port: receiver.port))
        await eventually {
          target.counters.routeChanges == UInt64(number) && target.presentRoute != nil
            && scene.hub.statistics.subscriberCount == 1
        }
        // The subscription of the route before may be the one that was counted.
        let before = target.counters.accessUnits
        var milliseconds = Int64(number) * 1000 + 1000
        while target.counters.accessUnits == before {
          _ = await scene.publish(isIDR: true, milliseconds: milliseconds)
          milliseconds += 40
          await Task.yield()
        }
        // More pictures than one may have gone out under the description before.
        var header: RTPHeader
        repeat {
          datagrams += try await receiver.next(1)
          header = try RTPPacket(decoding: #require(datagrams.last).bytes).header
        } while header.payloadType != payloadType || !header.marker
      }
      let headers = try datagrams.map { try RTPPacket(decoding: $0.bytes).header }
      #expect(Set(headers.map(\.ssrc)) == [target.ssrc])
      #expect(Set(datagrams.map(\.source.port)).count == 1)
      for (header, next) in zip(headers, headers.dropFirst()) {
        let distance = next.sequenceNumber &- header.sequenceNumber
        #expect(distance >= 1 && distance < 1000, "sequence numbers go on")
      }
    }
    #expect(target.counters.routeChanges == 2)
    #expect(target.counters.socketsOpened == 2)
  }

  @Test func whatCannotBeSentIsTriedAgainWithTheNextDescription() async throws {
    let receiver = try await UDPReceiver()
    let target = makeTarget()
    say(soraDescription(port: receiver.port, codec: "VP9"))
    try await running(target) { states in
      #expect(
        await states.next() == .failing("Sora forwards VP9; the bridge sends H.264 only"))
      #expect(target.counters.lastError == "Sora forwards VP9; the bridge sends H.264 only")
      #expect(target.counters.lastErrorAt != nil)
      say(nil)
      #expect(await states.next() == .waitingForDescription)
      say(soraDescription(port: receiver.port, mode: ""))
      #expect(await states.next() == .waitingForPictures)
    }
  }

  @Test func standbyTakesOverWhenSoraStops() async throws {
    let receiver = try await UDPReceiver()
    let target = makeTarget(["standby": true])
    let text = soraDescription(port: receiver.port)
    say(text, isForwarding: true)
    try await running(target) { states in
      #expect(await states.next() == .standingBy)
      #expect(target.isStandingBy)
      #expect(scene.hub.statistics.subscriberCount == 0)
      say(text, isForwarding: false)
      await scene.awaitSubscribers(1)
      #expect(!target.isStandingBy)
      _ = await scene.publish(isIDR: true, milliseconds: 1000)
      _ = try await receiver.next(2)
      say(text, isForwarding: true)
      await scene.awaitSubscribers(0)
      await eventually { target.isStandingBy }
    }
  }

  @Test func pausingGoesBeforeWaiting() async throws {
    let target = makeTarget(["paused": true])
    try await running(target) { states in
      #expect(await states.next() == .paused)
      _ = target.set(isPaused: false)
      #expect(await states.next() == .waitingForDescription)
      _ = target.set(isPaused: true)
      #expect(await states.next() == .paused)
      say(soraDescription())
      _ = target.set(isPaused: false)
      #expect(await states.next() == .waitingForPictures)
    }
  }

  @Test func aSecondTargetToTheSamePlaceFails() async throws {
    let receiver = try await UDPReceiver()
    let claims = ClaimedDestinations()
    let (first, second) = (makeTarget(claims: claims), makeTarget(claims: claims))
    let place = try SocketAddress(ipAddress: "127.0.0.1", port: receiver.port)
    // Targets of the same name would share their claims.
    try claims.claim(place, reports: false, for: "other")
    say(soraDescription(port: receiver.port))
    try await running(first) { states in
      #expect(
        await states.next()
          == .failing("target other already sends to 127.0.0.1:\(receiver.port)"))
      claims.release(by: "other")
      #expect(await states.next() == .waitingForPictures)
    }
    try await running(second) { states in
      #expect(await states.next() == .waitingForPictures)
    }
  }

  @Test func theOutputTellsWhichKeysNeedSora() throws {
    let source = SettingsSource(
      name: "test",
      provider: InMemoryProvider(values: [
        "outputs.rtpPush.targets": .init(.stringArray(["a", "b", "c"]), isSecret: false),
        "outputs.rtpPush.a.profile": "fromSora",
        "outputs.rtpPush.b.address": "::1", "outputs.rtpPush.b.port": 5004,
        "outputs.rtpPush.b.standby": true,
        "outputs.rtpPush.c.address": "::1", "outputs.rtpPush.c.port": 5006,
      ]))
    let ledger = SettingsLedger()
    let reader = SettingsReader(sources: [source], ledger: ledger)
    let board = StatusBoard(clock: .system)
    let output = RTPPushOutput(
      settings: reader.scoped(to: "outputs").scoped(to: "rtpPush"), stream: scene.handle,
      telemetry: ComponentTelemetry(
        name: "rtpPush", board: board, clock: .system, logger: scene.logger))
    #expect(ledger.problems.isEmpty)
    #expect(
      scene.handle.peerDescriptions.expectations(of: .sora)
        == ["outputs.rtpPush.a.profile", "outputs.rtpPush.b.standby"])
    #expect(
      output.startUpLines() == [
        "RTP to a: where Sora says (fromSora)",
        "RTP to b: [::1]:5004 (sora, payload type 120), while Sora does not forward",
        "RTP to c: [::1]:5006 (sora, payload type 120)",
      ])
  }
}
