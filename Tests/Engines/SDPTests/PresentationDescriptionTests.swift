import Media
import NIOCore
import SDP
import Testing

@Suite struct PresentationDescriptionTests {
  private func describe(_ address: String) -> String {
    SessionDescription.presentation(
      name: "Liveview", tool: "liveview-bridge 1.0", sessionID: 77, version: 3,
      serverAddress: address, format: sampleFormat
    ).serialized
  }

  @Test func everyLineIsThereInOrder() {
    #expect(
      describe("192.0.2.7") == """
        v=0\r
        o=- 77 3 IN IP4 192.0.2.7\r
        s=Liveview\r
        c=IN IP4 0.0.0.0\r
        t=0 0\r
        a=tool:liveview-bridge 1.0\r
        a=control:*\r
        a=range:npt=now-\r
        m=video 0 RTP/AVP 96\r
        b=AS:2000\r
        a=rtpmap:96 H264/90000\r
        a=fmtp:96 packetization-mode=1;profile-level-id=42c01e;\
        sprop-parameter-sets=Z0LAHg==,aM48gA==\r
        a=control:trackID=0\r

        """)
  }

  @Test func serverReachedOverIPv6SaysSo() {
    let text = describe("fe80::1%eth0")
    #expect(text.contains("o=- 77 3 IN IP6 fe80::1\r\n"))
    #expect(text.contains("c=IN IP6 ::\r\n"))
  }

  @Test func shortSPSLeavesTheProfileOut() {
    var format = sampleFormat
    format.parameterSets.sps = NALUnit(bytes: ByteBuffer(bytes: [0x67]))
    let text = SessionDescription.presentation(
      name: "x", tool: "y", sessionID: 1, version: 1, serverAddress: "::1", format: format
    ).serialized
    #expect(!text.contains("profile-level-id"))
  }
}
