import TestSupport
import Testing

@testable import RTSP

@Suite struct TransportHeaderTests {
  static let usual = RTSPTransport.interleaved(ChannelPair(rtp: 0, rtcp: 1))

  static func choice(_ text: String, allowsUDP: Bool = true) throws -> RTSPTransport? {
    try TransportHeader(parsing: [text]).firstSupported(TransportOffer(allowsUDP: allowsUDP))?
      .transport
  }

  @Test(arguments: [
    ("RTP/AVP/TCP;unicast;interleaved=0-1", usual),
    ("rtp/avp/tcp; unicast ; interleaved = 0 - 1", usual),
    ("RTP/AVP/TCP;interleaved=6", .interleaved(ChannelPair(rtp: 6, rtcp: 7))),
    ("RTP/AVP/TCP;unicast", usual),
    (
      "RTP/AVP/TCP;unicast;interleaved=254-255;mode=\"PLAY\"",
      .interleaved(ChannelPair(rtp: 254, rtcp: 255))
    ),
    ("RTP/AVP;unicast;client_port=5000-5001", .udp(clientPorts: PortPair(rtp: 5000, rtcp: 5001))),
    ("RTP/AVP/UDP;client_port=5000", .udp(clientPorts: PortPair(rtp: 5000, rtcp: 5001))),
    (
      "RTP/AVP;unicast;destination=10.9.8.7;source=1.2.3.4;client_port=65534-65535;mode=play",
      .udp(clientPorts: PortPair(rtp: 65534, rtcp: 65535))
    ),
    ("RAW/RAW/UDP;unicast;client_port=1-2,RTP/AVP/TCP;unicast;interleaved=0-1", usual),
    ("RTP/AVP;multicast,RTP/AVP;unicast;client_port=70000,RTP/AVP/TCP;mode=\"PLAY,RECORD\"", usual),
    (
      "MP2T/H2221/UDP;unicast;client_port=4000, RTP/AVP;unicast;client_port=4000-4001",
      .udp(clientPorts: PortPair(rtp: 4000, rtcp: 4001))
    ),
    (";;,RTP/AVP/TCP;;unicast", usual),
  ]) func takesTheFirstSupportedEntry(_ text: String, transport: RTSPTransport) throws {
    #expect(try Self.choice(text) == transport)
  }

  @Test(arguments: [
    "RTP/AVP;multicast", "RTP/AVP", "RTP/SAVP;unicast;client_port=5000-5001", "RAW/RAW/UDP",
    "RTP/AVP/TCP;unicast;interleaved=0-1;mode=RECORD", "RTP/AVP/TCP;interleaved=3-3",
    "RTP/AVP;unicast;client_port=53-54", "RTP/AVP;unicast;client_port=0-1", "nonsense",
    "RTP/AVP;unicast;client_port=5000-5000",
  ]) func supportsNothingOf(_ text: String) throws {
    #expect(try Self.choice(text) == nil)
  }

  @Test(arguments: [
    "", ",", ";", "RTP/AVP;unicast;client_port=65536", "RTP/AVP;unicast;client_port=65535",
    "RTP/AVP;client_port=-1", "RTP/AVP;client_port=a-b", "RTP/AVP;client_port=1-2-3",
    "RTP/AVP/TCP;interleaved=256-257", "RTP/AVP/TCP;interleaved=255", "RTP/AVP/TCP;interleaved=",
    "RTP/AVP;client_port=99999999999999999999",
  ]) func isMalformed(_ text: String) {
    #expect(throws: RTSPError.transportMalformed) { try Self.choice(text) }
  }

  @Test func udpCanBeSwitchedOff() throws {
    #expect(try Self.choice("RTP/AVP;unicast;client_port=5000-5001", allowsUDP: false) == nil)
    #expect(
      try Self.choice("RTP/AVP;unicast;client_port=5000-5001,RTP/AVP/TCP", allowsUDP: false)
        == Self.usual)
  }

  private static let group = MulticastGroup(
    address: "239.255.1.2", ports: PortPair(rtp: 6000, rtcp: 6001), timeToLive: 3)

  @Test(arguments: [
    "RTP/AVP;multicast", "RTP/AVP/UDP;multicast;client_port=4000-4001", "rtp/avp ; Multicast",
    // Where packets go and how far is ours to say.
    "RTP/AVP;multicast;destination=239.9.9.9;port=7000-7001;ttl=255;layers=2",
    "RTP/AVP;multicast;destination=198.51.100.7;port=53-54;source=198.51.100.8",
  ]) func multicastIsToOurGroup(text: String) throws {
    let offer = TransportOffer(allowsUDP: false, multicast: Self.group)
    let choice = try #require(try TransportHeader(parsing: [text]).firstSupported(offer))
    #expect(choice.transport == .multicast(Self.group))
    #expect(
      choice.entry.accepted(choice.transport, serverPorts: nil, ssrc: 0xAB)
        == "\(choice.entry.profile);multicast;destination=239.255.1.2;port=6000-6001;ttl=3;"
        + "ssrc=000000AB;mode=\"PLAY\"")
  }

  @Test(arguments: ["RTP/AVP/TCP;multicast", "RTP/AVP;multicast;mode=RECORD", "RAW/RAW;multicast"])
  func notEverythingCanBeMulticast(text: String) throws {
    let offer = TransportOffer(allowsUDP: true, multicast: Self.group)
    #expect(try TransportHeader(parsing: [text]).firstSupported(offer) == nil)
  }

  @Test func theAnswerRepeatsTheProfileAndNamesTheSource() throws {
    let tcp = try #require(
      try TransportHeader(parsing: ["RTP/AVP/TCP;interleaved=2-3"]).firstSupported(
        TransportOffer(allowsUDP: true)))
    #expect(
      tcp.entry.accepted(tcp.transport, serverPorts: nil, ssrc: 0xAB)
        == "RTP/AVP/TCP;unicast;interleaved=2-3;ssrc=000000AB;mode=\"PLAY\"")
    let udp = try #require(
      try TransportHeader(parsing: ["RTP/AVP/UDP;client_port=4000"]).firstSupported(
        TransportOffer(allowsUDP: true))
    )
    #expect(
      udp.entry.accepted(
        udp.transport, serverPorts: PortPair(rtp: 8000, rtcp: 8001), ssrc: 0xFFFF_FFFF)
        == "RTP/AVP/UDP;unicast;client_port=4000-4001;server_port=8000-8001;ssrc=FFFFFFFF;mode=\"PLAY\""
    )
  }

  @Test func mutatedHeadersNeverTrap() {
    var generator = SeededGenerator(seed: 461)
    let text = Array(
      "RTP/AVP;unicast;client_port=4-5;mode=\"PLAY\",RTP/AVP/TCP;interleaved=0-1".utf8)
    for _ in 0..<5000 {
      let mutated = String(decoding: Mutation.mutate(text, using: &generator), as: UTF8.self)
      guard case .udp(let ports)? = try? Self.choice(mutated) else { continue }
      #expect(ports.rtp >= 1024 && ports.rtcp >= 1024)
    }
  }
}
