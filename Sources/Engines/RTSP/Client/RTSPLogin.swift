import SDP

/// A user name and password to show to a server; never prints itself.
public struct RTSPLogin: Sendable, Hashable {
  public let username: String
  private let password: String

  /// - Parameter username: Without colon; RFC 7617 has no place for one.
  public init(username: String, password: String) {
    self.username = username
    self.password = password
  }

  /// Value of an `Authorization` header.
  ///
  /// Source: RFC 7617 §2, with UTF-8.
  public var basicAuthorization: String {
    "Basic " + Base64.encode("\(username):\(password)".utf8)
  }

  /// Value of an `Authorization` header for one request.
  ///
  /// - Parameters:
  ///   - url: As in the request line.
  ///   - count: Requests shown with this nonce, this one included.
  ///
  /// Source: RFC 7616 §3.4; without `qop` RFC 2617 §3.2.2.
  func digestAuthorization(
    for challenge: DigestChallenge, method: RTSPMethod, url: String, count: UInt32,
    clientNonce: String
  ) -> String {
    let digits = String(count, radix: 16)
    let protection = DigestCredentials.Protection(
      count: String(repeating: "0", count: 8 - digits.utf8.count) + digits,
      clientNonce: clientNonce)
    let credentials = DigestCredentials(
      algorithm: challenge.algorithm, username: username, realm: challenge.realm,
      nonce: challenge.nonce, uri: url, response: [],
      protection: challenge.knowsProtection ? protection : nil)
    let response = challenge.algorithm.response(
      secret: challenge.algorithm.secret(
        username: username, realm: challenge.realm, password: password),
      method: method.name, credentials: credentials)
    var value = "Digest username=\(Self.quoted(username)), realm=\(Self.quoted(challenge.realm))"
    value += ", nonce=\(Self.quoted(challenge.nonce)), uri=\"\(url)\""
    value += ", response=\"\(String(decoding: response, as: UTF8.self))\""
    value += ", algorithm=\(challenge.algorithm.rawValue)"
    if let opaque = challenge.opaque { value += ", opaque=\(Self.quoted(opaque))" }
    if let protection = credentials.protection {
      value += ", qop=auth, nc=\(protection.count), cnonce=\"\(protection.clientNonce)\""
    }
    return value
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.flatMap { "\"\\".contains($0) ? ["\\", $0] : [$0] } + "\""
  }
}

extension RTSPLogin: CustomStringConvertible, CustomReflectable {
  public var description: String { "RTSPLogin(\(username), password hidden)" }
  public var customMirror: Mirror { Mirror(self, children: ["username": username]) }
}
