import SDP
import Testing

@Suite struct SessionDescriptionTests {
  private let media = MediaDescription(
    type: "video", port: 0, transport: "RTP/AVP", formats: ["x", "97", "96"],
    attributes: [
      .init("rtpmap", "97 H265/90000"), .init("rtpmap", "096 h264/90000"), .init("rtpmap"),
      .init("rtpmap", "96 H264/90000"), .init("fmtp", "96 packetization-mode=1"),
      .init("recvonly"),
    ])

  @Test func payloadTypesAreFoundByTheirEncoding() {
    #expect(media.h264PayloadType == 96)
    #expect(media.rtpMap(payloadType: 97) == "H265/90000")
    #expect(media.formatParameters(payloadType: 96) == "packetization-mode=1")
    #expect(media.formatParameters(payloadType: 97) == nil)
    #expect(media.attribute("recvonly") == nil)
    #expect(media.attributes.contains(.init("recvonly")))
  }

  @Test(arguments: [
    ("192.0.2.1", SessionDescription.Connection(family: .ip4, address: "192.0.2.1")),
    ("camera.example", .init(family: .ip4, address: "camera.example")),
    ("2001:db8::1", .init(family: .ip6, address: "2001:db8::1")),
    ("fe80::1%wlan0", .init(family: .ip6, address: "fe80::1")),
  ])
  func familyFollowsFromTheAddress(text: String, connection: SessionDescription.Connection) {
    #expect(SessionDescription.Connection(address: text) == connection)
  }
}
