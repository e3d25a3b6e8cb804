import RTSP
import Testing

@Suite struct AuthenticationChallengeTests {
  private func parse(_ values: String...) -> [AuthenticationChallenge] {
    AuthenticationChallenge.parse(values)
  }

  private func challenge(
    _ scheme: String, _ parameters: [String: String] = [:]
  ) -> AuthenticationChallenge {
    AuthenticationChallenge(scheme: scheme, parameters: parameters)
  }

  @Test func oneHeaderPerChallenge() {
    // gortsplib, as MediaMTX 1.20.0 sends it.
    #expect(
      parse(
        #"Basic realm="ipcam""#,
        #"Digest realm="ipcam", nonce="d5c4dbbf78c43ed2", algorithm="MD5""#)
        == [
          challenge("Basic", ["realm": "ipcam"]),
          challenge("Digest", ["realm": "ipcam", "nonce": "d5c4dbbf78c43ed2", "algorithm": "MD5"]),
        ])
  }

  @Test func allChallengesInOneHeader() {
    #expect(
      parse(#"Digest nonce="a, b", qop="auth",realm="one", basic realm="two \"x\", Digest y=z""#)
        == [
          challenge("Digest", ["nonce": "a, b", "qop": "auth", "realm": "one"]),
          challenge("basic", ["realm": #"two "x", Digest y=z"#]),
        ])
  }

  @Test func oddOnes() {
    #expect(parse("Basic") == [challenge("Basic")])
    #expect(
      parse("Basic realm = plain") == [challenge("Basic", ["realm": "plain"])])
    #expect(
      parse(#"Basic realm="open"#) == [challenge("Basic", ["realm": "open"])])
    #expect(
      parse("NTLM, Negotiate YII=") == [
        challenge("NTLM"),
        challenge("Negotiate"),
      ])
    #expect(parse("", " , ,", #"realm="nobody's""#).isEmpty)
    // Found by fuzzing: a scheme is one word.
    #expect(parse(#"c4ef1", opaque="5ccc""#).isEmpty)
  }
}
