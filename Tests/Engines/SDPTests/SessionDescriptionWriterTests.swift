import SDP
import Testing

@Suite struct SessionDescriptionWriterTests {
  @Test func linesComeInTheOrderOfTheRFC() {
    let description = SessionDescription(
      origin: .init(sessionID: "1", version: "2", address: .init(address: "192.0.2.1")),
      name: "", information: "about", connection: .init(address: "192.0.2.2"),
      bandwidths: [.init(type: "CT", value: 9)], attributes: [.init("sendonly")],
      media: [
        MediaDescription(
          type: "audio", port: 7, transport: "RTP/AVP", formats: ["0", "8"],
          connection: .init(address: "::1"), bandwidths: [.applicationSpecific(kbps: 64)],
          attributes: [.init("ptime", "20")])
      ])
    #expect(
      description.serialized == """
        v=0\r
        o=- 1 2 IN IP4 192.0.2.1\r
        s=-\r
        i=about\r
        c=IN IP4 192.0.2.2\r
        b=CT:9\r
        t=0 0\r
        a=sendonly\r
        m=audio 7 RTP/AVP 0 8\r
        c=IN IP6 ::1\r
        b=AS:64\r
        a=ptime:20\r

        """)
  }

  @Test(arguments: ["good\r\na=evil", "good\na=evil", "good\ra=evil", "good\0evil"])
  func textCannotAddLines(text: String) {
    let description = SessionDescription(
      origin: .init(sessionID: "1", version: "2", address: .unspecified(.ip4)), name: text)
    #expect(description.serialized.contains("s=good\r\n"))
    #expect(!description.serialized.contains("evil"))
  }

  @Test func onlyWhatEndsALineIsCut() throws {
    // Found by fuzzing: a media type ended at what only Unicode takes for a line end.
    let text = "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=a\u{2028}b\r\nt=0 0\r\nm=v\u{85}x 0 a 1\r\n"
    #expect(try SessionDescription(parsing: text).serialized == text)
  }
}
