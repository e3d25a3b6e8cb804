import Media
import NIOCore
import SDP

@testable import RTSP

/// Logins, and what servers say about them.
enum LoginChecks {
  static let realm = "r"
  static let authentication = RTSPAuthentication(
    schemes: [.basic, .digest, .digestSHA256],
    users: [
      RTSPCredential(username: "u", password: "p"),
      RTSPCredential(
        username: "v",
        hashes: [.digest(.sha256, username: "v", realm: realm, password: "q")]),
      RTSPCredential(
        username: "w", hashes: [.derived(from: "s", salt: Array(1...8), iterations: 1000)]),
    ], realm: realm)
  static let address = NetworkAddress(parsing: "192.0.2.7")

  private static let now = MediaTime(nanoseconds: 1_000_000_000)

  /// The first byte says whose answer to our own challenge is tried, and with which password; the
  /// rest is an `Authorization` header, or challenges of a server, one in a line.
  static func run(_ bytes: [UInt8]) {
    var script = ByteScript(bytes)
    let choice = script.byte()
    let value = String(decoding: script.bytes(.max), as: UTF8.self)
    anything(value)
    answer(value, choice)
    if let login = Base64.decode(value) {
      require(Base64.decode(Base64.encode(login)) == login, "Base64 is undone by its inverse")
    }
    for challenge in AuthenticationChallenge.parse(value.split(separator: "\n").map(String.init)) {
      require(challenge.scheme.utf8.allSatisfy(\.isTokenCharacter), "a scheme is one word")
    }
    _ = PasswordHash(parsing: value).map { hash in
      require(PasswordHash(parsing: hash.text) == hash, "a written hash reads the same")
    }
    if let network = NetworkPrefix(parsing: value), let address {
      _ = AllowedNetworks([network]).contain(address)
    }
  }

  /// Whatever a client makes up: only a right name and password in clear open the door, because a
  /// digest needs a nonce of ours.
  private static func anything(_ value: String) {
    var desk = newDesk()
    guard isGranted(value, .describe, by: &desk) else { return }
    let login = Base64.decode(value.dropFirst(5).trimmed).map {
      String(decoding: $0, as: UTF8.self)
    }
    require(["u:p", "v:q", "w:s"].contains(login), "only the right login is granted")
  }

  /// A digest made by the rules is right exactly if its password is.
  private static func answer(_ password: String, _ choice: UInt8) {
    var desk = newDesk()
    let attempt = RTSPLoginAttempt(request(nil, .describe), proof: nil, at: now)
    guard case .verdict(.refused(let refusal)) = desk.judge(attempt, from: address, at: now) else {
      return require(false, "without a login there is a challenge")
    }
    let algorithm: DigestAlgorithm = choice & 1 == 1 ? .sha256 : .md5
    let challenge = refusal.challenges.first { $0.contains("algorithm=\(algorithm.rawValue),") }
    guard let rest = challenge?.components(after: "nonce=\""), !refusal.isFailure else {
      return require(false, "the challenge has a nonce")
    }
    let nonce = String(rest.prefix { $0 != "\"" })
    let secret = algorithm.secret(
      username: "u", realm: realm, password: choice & 2 == 2 ? "p" : password)
    var credentials = DigestCredentials(
      algorithm: algorithm, username: "u", realm: realm, nonce: nonce, uri: url, response: [],
      protection: choice & 4 == 4 ? .init(count: "00000001", clientNonce: "c") : nil)
    let signed: RTSPMethod = choice & 8 == 8 ? .setup : .describe
    credentials.response = algorithm.response(
      secret: secret, method: signed.name, credentials: credentials)
    var header = "Digest username=\"u\", realm=\"\(realm)\", nonce=\"\(nonce)\", uri=\"\(url)\""
    header += ", response=\"\(String(decoding: credentials.response, as: UTF8.self))\""
    header += ", algorithm=\(algorithm.rawValue)"
    if choice & 4 == 4 { header += ", qop=auth, nc=00000001, cnonce=\"c\"" }
    let isRight = (choice & 2 == 2 || password == "p") && signed == .describe
    require(isGranted(header, .describe, by: &desk) == isRight, "a digest is worth its password")
  }

  private static let url = "rtsp://192.0.2.1:8554/live/stream"

  private static func newDesk() -> LoginDesk {
    var generator = SeededGenerator(seed: 3)
    let configuration = RTSPServerConfiguration(
      presentation: RTSPPresentation(path: "/live/stream"), authentication: authentication,
      serverName: "fuzz")
    return LoginDesk(configuration: configuration, generator: &generator)
  }

  private static func isGranted(
    _ value: String, _ method: RTSPMethod, by desk: inout LoginDesk
  ) -> Bool {
    let attempt = RTSPLoginAttempt(request(value, method), proof: nil, at: now)
    switch desk.judge(attempt, from: address, at: now) {
    case .verdict(.granted): return true
    case .verdict(.refused(let refusal)):
      require(!refusal.challenges.isEmpty, "a refusal says what is wanted")
      return false
    case .check(let check):
      if case .granted = desk.finished(check, isRight: check.evaluate(), at: now) { return true }
      return false
    case .later:
      require(false, "the first login is judged at once")
      return false
    }
  }

  private static func request(_ value: String?, _ method: RTSPMethod) -> RTSPRequest {
    var headers = RTSPHeaders()
    if let value { headers.append("Authorization", value) }
    let parsed = (try? RTSPURL(parsing: url)) ?? (try? RTSPURL(parsing: "*"))
    guard let parsed else { fatalError("no URL") }
    return RTSPRequest(method: method, url: parsed, cseq: 1, headers: headers, body: ByteBuffer())
  }
}

extension String {
  /// What follows the first `text`.
  fileprivate func components(after text: String) -> Substring? {
    firstRange(of: text).map { self[$0.upperBound...] }
  }
}
