import RTSP
import Testing

@Suite struct AuthenticationChallengeTests {
  private func parse(_ values: String...) -> [AuthenticationChallenge] {
    AuthenticationChallenge.parse(values)
  }

  @Test func oneHeaderPerChallenge() {
    // gortsplib, as MediaMTX 1.20.0 sends it.
    #expect(
      parse(
        #"Basic realm="ipcam""#,
        #"Digest realm="ipcam", nonce="d5c4dbbf78c43ed2", algorithm="MD5""#)
        == [
          AuthenticationChallenge(scheme: "Basic", realm: "ipcam"),
          AuthenticationChallenge(scheme: "Digest", realm: "ipcam"),
        ])
  }

  @Test func allChallengesInOneHeader() {
    #expect(
      parse(#"Digest nonce="a, b", qop="auth",realm="one", basic realm="two \"x\", Digest y=z""#)
        == [
          AuthenticationChallenge(scheme: "Digest", realm: "one"),
          AuthenticationChallenge(scheme: "basic", realm: #"two "x", Digest y=z"#),
        ])
  }

  @Test func oddOnes() {
    #expect(parse("Basic") == [AuthenticationChallenge(scheme: "Basic", realm: nil)])
    #expect(
      parse("Basic realm = plain") == [AuthenticationChallenge(scheme: "Basic", realm: "plain")])
    #expect(
      parse(#"Basic realm="open"#) == [AuthenticationChallenge(scheme: "Basic", realm: "open")])
    #expect(
      parse("NTLM, Negotiate YII=") == [
        AuthenticationChallenge(scheme: "NTLM", realm: nil),
        AuthenticationChallenge(scheme: "Negotiate", realm: nil),
      ])
    #expect(parse("", " , ,", #"realm="nobody's""#).isEmpty)
    // Found by fuzzing: a scheme is one word.
    #expect(parse(#"c4ef1", opaque="5ccc""#).isEmpty)
  }
}
