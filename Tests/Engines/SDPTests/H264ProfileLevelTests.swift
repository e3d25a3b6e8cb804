import SDP
import Testing

@Suite struct H264ProfileLevelTests {
  @Test(arguments: [
    ("42c01e", "42e01f", true), ("42e01f", "42e01f", true), ("42e020", "42e01f", false),
    ("42c01e", "4d001f", true), ("42c01e", "64001f", true), ("42001e", "4d001f", false),
    ("4d001e", "42e01f", false), ("4d001e", "64001f", true), ("64001e", "4d001f", false),
    ("64001e", "64001e", true), ("4d801e", "42e01f", true),
  ])
  func decodersTakeWhatTheyWereMadeFor(stream: String, decoder: String, fits: Bool) throws {
    let stream = try #require(H264ProfileLevel(profileLevelID: stream))
    let decoder = try #require(H264ProfileLevel(profileLevelID: decoder))
    #expect(stream.isDecodable(byDecoderOf: decoder) == fits)
  }

  @Test(arguments: ["", "42e01", "42e01f0", "42e01g", "+2e01f", "４２ｅ０"])
  func otherTextsAreNone(text: String) {
    #expect(H264ProfileLevel(profileLevelID: text) == nil)
  }
}
