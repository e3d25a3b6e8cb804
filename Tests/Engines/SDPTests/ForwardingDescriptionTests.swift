import SDP
import Testing

@Suite struct ForwardingDescriptionTests {
  @Test func soraProfileIsSorasOwnForm() {
    let description = SessionDescription.forwarding(
      profile: .sora, address: "192.0.2.9", port: 60002, payloadType: 120, format: sampleFormat)
    #expect(
      description.serialized == """
        v=0\r
        o=- 0 0 IN IP4 0.0.0.0\r
        s=-\r
        t=0 0\r
        m=video 60002 RTP/SAVPF 120\r
        c=IN IP4 192.0.2.9\r
        a=rtpmap:120 H264/90000\r
        a=fmtp:120 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42c01e\r

        """)
  }

  @Test func avpProfileGivesTheParameterSets() {
    let description = SessionDescription.forwarding(
      profile: .avp, address: "2001:db8::9", port: 5004, payloadType: 96, format: sampleFormat,
      version: 2)
    #expect(
      description.serialized == """
        v=0\r
        o=- 0 2 IN IP6 ::\r
        s=-\r
        t=0 0\r
        m=video 5004 RTP/AVP 96\r
        c=IN IP6 2001:db8::9\r
        a=rtpmap:96 H264/90000\r
        a=fmtp:96 packetization-mode=1;profile-level-id=42c01e;\
        sprop-parameter-sets=Z0LAHg==,aM48gA==\r

        """)
  }

  @Test(arguments: ForwardingProfile.allCases)
  func descriptionReadsBackAsItself(profile: ForwardingProfile) throws {
    let description = SessionDescription.forwarding(
      profile: profile, address: "192.0.2.9", port: 60002,
      payloadType: profile.defaultPayloadType, format: sampleFormat)
    #expect(try SessionDescription(parsing: description.serialized) == description)
    #expect(description.media.first?.h264PayloadType == profile.defaultPayloadType)
  }
}
