import Media
import RTP
import Testing

@testable import RTSP

/// SETUP with each kind of transport, as a session.
@Suite struct TransportNegotiationTests {
  private static let group = MulticastGroup(
    address: "239.255.1.2", ports: PortPair(rtp: 6000, rtcp: 6001), timeToLive: 3)

  @Test func multicastIsPlayedLikeEverythingElse() {
    var dialogue = Dialogue(multicast: Self.group)
    let setup = dialogue.request(
      "SETUP rtsp://h/live/stream/trackID=0", "Transport: RTP/AVP;multicast")
    #expect(setup.code == 200)
    #expect(
      setup["Transport"]
        == "RTP/AVP;multicast;destination=239.255.1.2;port=6000-6001;ttl=3;ssrc=00ABCDEF;mode=\"PLAY\""
    )
    #expect(dialogue.orders.contains(.openTransport(.multicast(Self.group))))
    let id = String((setup["Session"] ?? "").prefix { $0 != ";" })
    let play = dialogue.request("PLAY rtsp://h/live/stream/", "Session: \(id)")
    #expect(play.code == 200 && play["RTP-Info"] != nil)
    #expect(dialogue.request("TEARDOWN rtsp://h/live/stream/", "Session: \(id)").code == 200)
    #expect(dialogue.orders.contains(.stopSession))
  }

  @Test func aSilentMulticastViewerEndsLikeOneOverUDP() {
    var dialogue = Dialogue(multicast: Self.group)
    _ = dialogue.play("RTP/AVP;multicast")
    dialogue.wait(.seconds(80))
    dialogue.connection.rtcpReceived(at: dialogue.now)
    dialogue.wait(.seconds(89))
    #expect(!dialogue.isClosed)
    dialogue.wait(.seconds(2))
    #expect(dialogue.isClosed)
  }

  @Test func withoutAGroupMulticastIsRefused() {
    var dialogue = Dialogue()
    let refused = dialogue.request(
      "SETUP rtsp://h/live/stream/trackID=0", "Transport: RTP/AVP;multicast")
    #expect(refused.code == 461)
    #expect(!dialogue.setUp().isEmpty)
  }

  @Test(arguments: ["RTP/AVP;unicast;client_port=5000-5001", "RTP/AVP;multicast"])
  func throughATunnelOnlyInterleavedPacketsPass(transport: String) {
    var dialogue = Dialogue(multicast: Self.group)
    dialogue.connection.isTunnelled = true
    let refused = dialogue.request(
      "SETUP rtsp://h/live/stream/trackID=0", "Transport: \(transport)")
    #expect(refused.code == 461)
    #expect(!dialogue.setUp().isEmpty)
  }

  /// What a client says about addresses never reaches the sockets.
  @Test func spoofedDestinationsAreIgnored() {
    var dialogue = Dialogue()
    let setup = dialogue.request(
      "SETUP rtsp://h/live/stream/trackID=0",
      "Transport: RTP/AVP;unicast;destination=198.51.100.7;source=198.51.100.8;"
        + "client_port=5000-5001;server_port=53-54;ttl=255")
    #expect(setup.code == 200)
    #expect(
      dialogue.orders.contains(.openTransport(.udp(clientPorts: PortPair(rtp: 5000, rtcp: 5001)))))
    #expect(
      setup["Transport"]
        == "RTP/AVP;unicast;client_port=5000-5001;server_port=6000-6001;ssrc=00ABCDEF;mode=\"PLAY\""
    )
  }
}
