import Media
import NIOCore
import RTP
import TestSupport
import Testing

@testable import Outputs
@testable import Pipeline

/// `offline.mode` is `refuse`: what RTSP clients are told while the camera is away.
@Suite(.timeLimit(.minutes(1))) struct RTSPRefusalTests {
  private let clock = ManualClock()

  private func makeScene() async throws -> RTSPScene {
    let clock = clock
    return try await RTSPScene(
      rules: .init(mode: .refuse),
      cameraClock: MediaClock(
        monotonic: { clock.now }, unixNanoseconds: { clock.unixNanoseconds },
        wait: { try await clock.sleep(until: $0) }))
  }

  /// The camera goes away, for longer than viewers bear.
  private func takeCameraAway(_ scene: RTSPScene) {
    scene.slot.report(CameraPresence(.away(.unreachable)))
    clock.advance(by: .seconds(3))
  }

  @Test func describeAndSetupAreAnswered503() async throws {
    let scene = try await makeScene()
    let client = try await scene.connect()
    takeCameraAway(scene)
    let describe = try await client.request("DESCRIBE")
    #expect(describe.code == 503)
    #expect(describe["Retry-After"] == "5")
    let setup = try await client.request(
      "SETUP", "/trackID=0", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
    #expect(setup.code == 503)
    #expect(setup["Session"] == nil)
    #expect(try await client.request("OPTIONS").code == 200, "the connection stays")

    scene.slot.report(CameraPresence(.present))
    #expect(try await client.request("DESCRIBE").code == 200)
    try await client.play()
    try await scene.stop()
  }

  @Test func playIsAnswered503AndTheSessionStays() async throws {
    let scene = try await makeScene()
    let client = try await scene.connect()
    let setup = try await client.request(
      "SETUP", "/trackID=0", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
    let session = String((setup["Session"] ?? "").prefix { $0 != ";" })
    takeCameraAway(scene)
    #expect(try await client.request("PLAY", "/", "Session: \(session)").code == 503)
    #expect(scene.hub.statistics.subscriberCount == 0)
    scene.slot.report(CameraPresence(.asleep))
    #expect(try await client.request("PLAY", "/", "Session: \(session)").code == 200)
    await scene.awaitSubscribers(1)
    try await scene.stop()
  }

  @Test func playersAreSaidGoodbyeAndSentAway() async throws {
    let scene = try await makeScene()
    let client = try await scene.connect()
    scene.slot.report(CameraPresence(.present))
    try await client.play()
    await scene.awaitSubscribers(1)
    await scene.publish(isIDR: true)
    _ = try await client.picture()
    // The encoder's part: it looks what to do, and finds that viewers are to be refused.
    let encoder = Task { await scene.slot.nextOrder() }
    takeCameraAway(scene)
    guard case .refuse? = await encoder.value else {
      Issue.record("expected the order to refuse")
      return
    }
    var saidGoodbye = false
    while let message = try await client.next() {
      guard case .frame(channel: 1, let bytes) = message else { continue }
      let report = try RTCPCompound(decoding: bytes)
      saidGoodbye = report.packets.contains { if case .goodbye = $0 { true } else { false } }
    }
    #expect(saidGoodbye, "the last thing before the connection ended")
    await scene.awaitSubscribers(0)
    try await scene.stop()
  }
}
