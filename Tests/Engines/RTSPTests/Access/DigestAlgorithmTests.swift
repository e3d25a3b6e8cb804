import Testing

@testable import RTSP

@Suite struct DigestAlgorithmTests {
  /// RFC 7616 §3.9.1: both algorithms, the same request.
  @Test(arguments: [
    (DigestAlgorithm.md5, "8ca523f5e9506fed4657c9700eebdbec"),
    (.sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
  ]) func theExamplesOfTheStandardAreMet(_ algorithm: DigestAlgorithm, response: String) {
    let credentials = DigestCredentials(
      algorithm: algorithm, username: "Mufasa", realm: "http-auth@example.org",
      nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", uri: "/dir/index.html", response: [],
      protection: DigestCredentials.Protection(
        count: "00000001", clientNonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"))
    let secret = algorithm.secret(
      username: "Mufasa", realm: "http-auth@example.org", password: "Circle of Life")
    #expect(
      algorithm.response(secret: secret, method: "GET", credentials: credentials)
        == Array(response.utf8))
  }

  /// RFC 2617 §3.5, and a request without `qop` as GStreamer and live555 make them; values of the
  /// second algorithm and of the last column from Python's hashlib.
  struct Vector: Sendable {
    var algorithm: DigestAlgorithm
    var secret: String
    var withQuality: String
    var without: String
    var wideCharacters: String
  }

  static let vectors = [
    Vector(
      algorithm: .md5,
      secret: "939e7578ed9e3c518a452acee763bce9",
      withQuality: "6629fae49393a05397450978507c4ef1",
      without: "0abbf355ad4ac8253637fc54302e6dd7",
      wideCharacters: "ed75728894ea3c98915eb438122a1209"),
    Vector(
      algorithm: .sha256,
      secret: "3ba6cd94661c5ef34598040c868f13b8775df29109986be50ad35ae537dd3aa4",
      withQuality: "5abdd07184ba512a22c53f41470e5eea7dcaa3a93a59b630c13dfe0a5dc6e38b",
      without: "5c5b249d69a953cb38a9c10888bb95ef0714d5a33e2bd9aff4fd86e08c45730c",
      wideCharacters: "2d0703077f90bf8498d24fe0b1fb84739200f6bfd0c65da5ea038463e0e3bba4"),
  ]

  @Test(arguments: vectors) func knownValuesAreMet(_ vector: Vector) {
    let algorithm = vector.algorithm
    let secret = algorithm.secret(
      username: "Mufasa", realm: "testrealm@host.com", password: "Circle Of Life")
    #expect(secret == Array(vector.secret.utf8))
    var credentials = DigestCredentials(
      algorithm: algorithm, username: "Mufasa", realm: "testrealm@host.com",
      nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093", uri: "/dir/index.html", response: [],
      protection: DigestCredentials.Protection(count: "00000001", clientNonce: "0a4f113b"))
    #expect(
      algorithm.response(secret: secret, method: "GET", credentials: credentials)
        == Array(vector.withQuality.utf8))
    credentials.protection = nil
    credentials.uri = "rtsp://192.0.2.1:8554/live/stream"
    #expect(
      algorithm.response(secret: secret, method: "DESCRIBE", credentials: credentials)
        == Array(vector.without.utf8))
    #expect(
      algorithm.secret(username: "k", realm: "liveview-bridge", password: "pä:ss\"wörd 漢")
        == Array(vector.wideCharacters.utf8))
  }

  @Test func namesAreReadInAnyCase() {
    #expect(DigestAlgorithm(named: "md5") == .md5 && DigestAlgorithm(named: "sha-256") == .sha256)
    #expect(DigestAlgorithm(named: "MD5-sess") == nil && DigestAlgorithm(named: "SHA256") == nil)
  }
}
