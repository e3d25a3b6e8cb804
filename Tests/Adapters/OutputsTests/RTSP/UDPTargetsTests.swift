import NIOCore
import Pipeline
import RTP
import RTSP
import Testing

@testable import Outputs

@Suite struct UDPTargetsTests {
  private final class Session {
    var id: ObjectIdentifier { ObjectIdentifier(self) }
  }

  @Test func aPortIsForOneSession() {
    var targets = UDPTargets()
    let (first, second) = (Session(), Session())
    let ports = PortPair(rtp: 5000, rtcp: 5001)
    let claims = [
      targets.claim(ports, at: "192.0.2.1", by: first.id),
      targets.claim(ports, at: "192.0.2.1", by: second.id),
      // One port in common is enough.
      targets.claim(PortPair(rtp: 5001, rtcp: 5002), at: "192.0.2.1", by: second.id),
      targets.claim(PortPair(rtp: 4999, rtcp: 5000), at: "192.0.2.1", by: second.id),
      targets.claim(ports, at: "192.0.2.2", by: second.id),
    ]
    #expect(claims == [true, false, false, false, true])
  }

  @Test func portsComeFree() {
    var targets = UDPTargets()
    let (first, second) = (Session(), Session())
    let claims = [
      targets.claim(PortPair(rtp: 5000, rtcp: 5001), at: "a", by: first.id),
      // Another SETUP of the same session gives the old ports back.
      targets.claim(PortPair(rtp: 5001, rtcp: 5002), at: "a", by: first.id),
      targets.claim(PortPair(rtp: 4999, rtcp: 5000), at: "a", by: second.id),
    ]
    #expect(claims == [true, true, true])
    targets.release(by: second.id)
    targets.release(by: first.id)
    targets.release(by: first.id)
    #expect(targets.isEmpty)
  }
}

/// UDP viewers over real sockets: who is sent what, and who is heard.
@Suite(.timeLimit(.minutes(1))) struct UDPRulesTests {
  @Test func aSecondSessionForTheSamePortsIsRefused() async throws {
    let scene = try await RTSPScene()
    let first = try await scene.connect()
    let transport = "RTP/AVP;unicast;client_port=5020-5021"
    let (session, _, _) = try await first.play(transport: transport)
    let second = try await scene.connect()
    let refused = try await second.request("SETUP", "/trackID=0", "Transport: \(transport)")
    #expect(refused.code == 461)
    try await second.play()
    // Set up again by its owner, or after it has left, it is free.
    let again = try await first.request("TEARDOWN", "/", "Session: \(session)")
    #expect(again.code == 200)
    let third = try await scene.connect()
    let (_, setup, _) = try await third.play(transport: transport)
    #expect(setup.code == 200)
    try await third.reset()
    let fourth = try await scene.connect()
    var code = 461
    while code == 461, !Task.isCancelled {
      code = try await fourth.request("SETUP", "/trackID=0", "Transport: \(transport)").code
    }
    #expect(code == 200)
    // Its own session may move to the ports it has.
    #expect(
      try await fourth.request("SETUP", "/trackID=0", "Transport: \(transport)").code == 200)
    try await scene.stop()
  }

  @Test func reportsCountOnlyFromTheConnectionsAddress() async throws {
    let scene = try await RTSPScene()
    let client = try await scene.connect()
    let rtp = try await UDPReceiver()
    let rtcp = try await UDPReceiver()
    let (_, setup, _) = try await client.play(
      transport: "RTP/AVP;unicast;client_port=\(rtp.port)-\(rtcp.port)")
    await scene.awaitSubscribers(1)
    await scene.publish(isIDR: true)
    let ssrc = try RTPPacket(decoding: try await rtp.next(1)[0].bytes).header.ssrc
    let server = try await rtcp.next(1)[0].source
    #expect((setup["Transport"] ?? "").contains("-\(server.port ?? 0);"))
    let requests = scene.slot.statistics.keyframeRequests
    var loss = ByteBuffer()
    ReceiverReport(ssrc: 1).write(into: &loss)
    loss.writeInteger(0x81CE_0002 as UInt32)
    loss.writeInteger(1 as UInt32)
    loss.writeInteger(ssrc)
    let stranger = try await UDPReceiver(host: "127.0.0.2")
    for _ in 0..<10 { stranger.send(loss, to: server) }
    rtcp.send(loss, to: server)
    await eventually { scene.slot.statistics.keyframeRequests > requests }
    #expect(scene.slot.statistics.keyframeRequests == requests + 1)
    try await scene.stop()
  }

  @Test(arguments: [
    "client_port=80-81", "client_port=1023-1024", "client_port=5000-5000", "server_port=5000-5001",
  ])
  func portsOfOtherServicesAreRefused(ports: String) async throws {
    let scene = try await RTSPScene()
    let client = try await scene.connect()
    let refused = try await client.request(
      "SETUP", "/trackID=0", "Transport: RTP/AVP;unicast;\(ports)")
    #expect(refused.code == 461)
    try await scene.stop()
  }
}
