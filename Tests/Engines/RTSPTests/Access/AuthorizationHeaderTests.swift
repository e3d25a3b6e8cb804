import SDP
import TestSupport
import Testing

@testable import RTSP

@Suite struct AuthorizationHeaderTests {
  /// RFC 7616 §3.9.1, MD5.
  static let example = """
    Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", \
    algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, \
    cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, \
    response="8ca523f5e9506fed4657c9700eebdbec", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"
    """

  private func digest(_ value: String) throws -> DigestCredentials {
    guard case .digest(let credentials) = try AuthorizationHeader(parsing: value) else {
      throw RTSPError.authorizationMalformed(position: -1)
    }
    return credentials
  }

  @Test func theExampleOfTheStandardIsRead() throws {
    let credentials = try digest(Self.example)
    #expect(credentials.username == "Mufasa" && credentials.realm == "http-auth@example.org")
    #expect(credentials.algorithm == .md5 && credentials.uri == "/dir/index.html")
    #expect(credentials.protection?.count == "00000001")
    #expect(credentials.response == Array("8ca523f5e9506fed4657c9700eebdbec".utf8))
  }

  /// What clients really send: quoted numbers, no spaces, other cases, no algorithm.
  @Test(arguments: [
    "dIgEsT  USERNAME=\"u\",realm=\"r\",nonce=\"n\",uri=\"*\",response=\"@\"",
    "Digest username=\"u\", realm=\"r\",\tnonce = \"n\" , , uri=\"*\", response=@, algorithm=\"md5\"",
    "Digest username=u, realm=\"\\r\", nonce=n, uri=*, response=\"@\", extra=\"a, b=c\",",
    "Digest username=\"\\u\", realm=\"r\", nonce=\"n\", uri=\"*\", response=\"@\", cnonce=\"\", nc=1",
  ]) func oddButLegalSpellingsAreRead(_ text: String) throws {
    let response = String(repeating: "A", count: 32)
    let credentials = try digest(text.replacing("@", with: response))
    #expect(credentials.username == "u" && credentials.realm == "r" && credentials.nonce == "n")
    #expect(credentials.uri == "*" && credentials.protection == nil)
    #expect(credentials.response == Array(response.lowercased().utf8))
  }

  @Test func escapesAreUndoneInNamesButNotInWhatIsHashed() throws {
    let credentials = try digest(
      "Digest username=\"a\\\"b\\\\c\", realm=\"ü\", nonce=\"n\\\"\", uri=\"/a\\\\\", response=\""
        + String(repeating: "0", count: 32) + "\"")
    #expect(credentials.username == "a\"b\\c" && credentials.realm == "ü")
    #expect(credentials.nonce == "n\\\"" && credentials.uri == "/a\\\\")
  }

  @Test(arguments: [
    "Digest", "Digest ,", "Digest username", "Digest username=", "Digest =x", "Digest username=\"u",
    "Digest username=\"u\\", "Digest username=\"u\" realm=\"r\"", "Digest us er=\"u\"",
    "Digest username=\"u\"x", "Digest username=u\"x", "Digest 漢=\"u\"",
    example.replacing("qop=auth", with: "qop=auth-int"),
    example.replacing("nc=00000001", with: "nc=1"),
    example.replacing("nc=00000001", with: "nc=0000000g"),
    example.replacing(", nc=00000001", with: ""), example.replacing("cnonce", with: "cnance"),
    example.replacing("8ca523f5", with: "8ca523f"), example.replacing("8ca523f5", with: "zca523f5"),
    example.replacing("algorithm=MD5", with: "algorithm=SHA-256"),
    example + ", uri=\"/other\"", "Basic", "Basic !!!", "Basic Y", "Basic Y2Ft=Y2Ft",
    "Basic Y2FtOn===", "Basic Y2Ft", "Basic Y2FtOng= x",
    "Digest username=\"" + String(repeating: "u", count: 5000) + "\"",
    "Digest " + (0..<40).map { "p\($0)=1" }.joined(separator: ","),
  ]) func whatCannotBeReadIsAnError(_ text: String) {
    do {
      let header = try AuthorizationHeader(parsing: text)
      Issue.record("\(header)")
    } catch {
      guard case .authorizationMalformed(let position) = error else {
        Issue.record(error)
        return
      }
      #expect((0...text.utf8.count).contains(position))
      #expect(error.status == .unauthorized)
    }
  }

  @Test func basicKeepsColonsAndCharactersOfAllKinds() throws {
    for password in ["a:b:c", "é漢 🎥", "", "\"\\", "p@ss/wörd?#%"] {
      let header = try AuthorizationHeader(
        parsing: "bAsIc   " + Base64.encode("cam:\(password)".utf8))
      #expect(header == .basic(username: "cam", password: password))
    }
  }

  @Test(arguments: [
    "", "Bearer x", "Digest algorithm=MD5-sess, x=1", "Digest algorithm=SHA-512-256",
  ])
  func anotherSchemeOrAlgorithmIsUnknown(_ text: String) throws {
    #expect(try AuthorizationHeader(parsing: text) == .unknown)
  }

  /// Prefixes instead of single bytes: the header is read when its line is complete.
  @Test func everyPrefixIsReadOrRefused() throws {
    for length in 0..<Self.example.utf8.count {
      let prefix = String(decoding: Self.example.utf8.prefix(length), as: UTF8.self)
      if let header = try? AuthorizationHeader(parsing: prefix) {
        #expect(header == .unknown || length > Self.example.utf8.count - 70)
      }
    }
  }

  @Test func mutationsDoNoHarm() {
    var generator = SeededGenerator(seed: 3)
    var outcomes: Set<String> = []
    for text in [Self.example, "Basic Y2FtOnNlY3JldA=="] {
      for _ in 0..<8000 {
        let bytes = Mutation.mutate(Array(text.utf8), using: &generator)
        do {
          switch try AuthorizationHeader(parsing: String(decoding: bytes, as: UTF8.self)) {
          case .basic: outcomes.insert("basic")
          case .digest(let credentials):
            outcomes.insert("digest")
            _ = DigestAlgorithm.md5.response(
              secret: [], method: "PLAY", credentials: credentials)
          case .unknown: outcomes.insert("unknown")
          }
        } catch {
          outcomes.insert("error")
        }
      }
    }
    #expect(outcomes.count == 4)
  }
}
