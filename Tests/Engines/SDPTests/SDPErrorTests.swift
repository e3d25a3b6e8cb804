import SDP
import Testing

@Suite struct SDPErrorTests {
  @Test(arguments: [
    (SDPError.textTooLong(limit: 16, actual: 20), "it has 20 bytes, and 16 at most are read"),
    (.tooManyLines(limit: 4), "it has more than 4 lines"),
    (.tooManyMedia(limit: 1, line: 3), "line 3 begins one media section more than the 1 allowed"),
    (.unsupportedVersion(line: 1), "line 1 is not v=0; is it SDP?"),
    (.malformedLine(line: 2), "line 2 is not a letter, = and a value"),
    (
      .malformedMedia(line: 5),
      "line 5, m=, does not name a medium, a port, a protocol and a format"
    ),
  ])
  func faultsAreSaidInWords(error: SDPError, text: String) {
    #expect("\(error)" == text)
    #expect(
      "\(ForwardedStreamError.malformed(error))" == "Sora's description cannot be read: \(text)")
  }
}
