import Crypto

/// How Digest authentication condenses user names and passwords.
///
/// The session variants (`MD5-sess`) are left out: no RTSP client asks for them.
///
/// Source: RFC 7616 §3.3.
public enum DigestAlgorithm: String, Sendable, Hashable, CaseIterable {
  case md5 = "MD5"
  case sha256 = "SHA-256"

  /// Hex digits of a digest.
  var digitCount: Int {
    switch self {
    case .md5: 32
    case .sha256: 64
    }
  }

  /// Name as in an `Authorization` header, in any case.
  init?(named name: some StringProtocol) {
    guard let match = Self.allCases.first(where: { $0.rawValue.isEqualIgnoringCase(name) }) else {
      return nil
    }
    self = match
  }

  /// The digest of `text` in lower-case hex digits.
  func digest(of text: String) -> [UInt8] {
    switch self {
    case .md5: hexDigits(Insecure.MD5.hash(data: Array(text.utf8)))
    case .sha256: hexDigits(SHA256.hash(data: Array(text.utf8)))
    }
  }

  /// `H(A1)`: all a server needs to know of a password.
  ///
  /// Source: RFC 7616 §3.4.2.
  func secret(username: String, realm: String, password: String) -> [UInt8] {
    digest(of: "\(username):\(realm):\(password)")
  }

  /// What a client that knows the password puts into `response`.
  ///
  /// - Parameter secret: `H(A1)` in hex digits.
  ///
  /// Source: RFC 7616 §3.4.1; without `qop` RFC 2617 §3.2.2.1.
  func response(
    secret: [UInt8], method: String, credentials: DigestCredentials
  ) -> [UInt8] {
    let message = String(decoding: digest(of: "\(method):\(credentials.uri)"), as: UTF8.self)
    let protected = String(decoding: secret, as: UTF8.self)
    guard let protection = credentials.protection else {
      return digest(of: "\(protected):\(credentials.nonce):\(message)")
    }
    return digest(
      of: "\(protected):\(credentials.nonce):\(protection.count):\(protection.clientNonce):auth:"
        + message)
  }
}

/// Lower-case hex digits, as ASCII.
func hexDigits(_ bytes: some Sequence<UInt8>) -> [UInt8] {
  let digits = Array("0123456789abcdef".utf8)
  return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
}

/// Whether both are the same; the time tells their lengths at most.
func isEqualInConstantTime(_ one: some Collection<UInt8>, _ other: some Collection<UInt8>) -> Bool {
  guard one.count == other.count else { return false }
  return zip(one, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
}
