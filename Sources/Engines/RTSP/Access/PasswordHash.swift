import Crypto
import SDP

/// A password as it may stand in a configuration file, in one of two shapes.
///
/// - `pbkdf2-sha256:<iterations>:<salt>:<key>`, salt and key in Base64: hard to turn back, serves
///   Basic only.
/// - `md5:<hex>` or `sha-256:<hex>`: the digest of `user:realm:password`, serves Digest of this
///   algorithm, and Basic. Whoever reads it can log in with Digest.
///
/// Source: RFC 8018 §5.2 (PBKDF2), RFC 7616 §3.4.2 (`H(A1)`).
public enum PasswordHash: Sendable, Hashable {
  case derived(iterations: Int, salt: [UInt8], key: [UInt8])
  case digest(DigestAlgorithm, hex: [UInt8])

  /// Iterations a hash may ask for; more would let one client keep a core busy.
  public static let iterationRange = 1000...1_000_000
  /// What new hashes ask for. Each login costs this once, beside the event loop.
  public static let defaultIterations = 100_000
  private static let derivedName = "pbkdf2-sha256"

  /// Nil if `text` has neither shape.
  public init?(parsing text: some StringProtocol) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard let name = parts.first else { return nil }
    if parts.count == 4, name.isEqualIgnoringCase(Self.derivedName) {
      guard let iterations = parts[1].decimal(as: Int.self),
        Self.iterationRange.contains(iterations),
        let salt = Base64.decode(parts[2]), (8...64).contains(salt.count),
        let key = Base64.decode(parts[3]), key.count == SHA256.byteCount
      else { return nil }
      self = .derived(iterations: iterations, salt: salt, key: key)
    } else if parts.count == 2, let algorithm = DigestAlgorithm(named: name) {
      let hex = parts[1].utf8.map(\.asciiLowercase)
      guard hex.count == algorithm.digitCount, hex.allSatisfy({ $0.hexDigitValue != nil }) else {
        return nil
      }
      self = .digest(algorithm, hex: hex)
    } else {
      return nil
    }
  }

  /// - Parameter salt: 16 random bytes.
  public static func derived(
    from password: String, salt: [UInt8], iterations: Int = defaultIterations
  ) -> PasswordHash {
    let key = deriveKey(password: Array(password.utf8), salt: salt, iterations: iterations)
    return .derived(iterations: iterations, salt: salt, key: key)
  }

  public static func digest(
    _ algorithm: DigestAlgorithm, username: String, realm: String, password: String
  ) -> PasswordHash {
    .digest(
      algorithm,
      hex: algorithm.secret(username: username, realm: realm, password: password))
  }

  /// As it stands in a configuration file.
  public var text: String {
    switch self {
    case .derived(let iterations, let salt, let key):
      "\(Self.derivedName):\(iterations):\(Base64.encode(salt)):\(Base64.encode(key))"
    case .digest(let algorithm, let hex):
      "\(algorithm.rawValue.lowercased()):\(String(decoding: hex, as: UTF8.self))"
    }
  }

  /// One block of PBKDF2 with HMAC-SHA256: 32 bytes.
  ///
  /// - Parameter iterations: At least 1.
  static func deriveKey(password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8] {
    // Both halves of HMAC begin with a block made of the key: hashed once here, not every time.
    let short =
      password.count > SHA256.blockByteCount ? Array(SHA256.hash(data: password)) : password
    let padded = short + Array(repeating: 0, count: SHA256.blockByteCount - short.count)
    var inner = SHA256()
    inner.update(data: padded.map { $0 ^ 0x36 })
    var outer = SHA256()
    outer.update(data: padded.map { $0 ^ 0x5C })
    func code(of message: (inout SHA256) -> Void) -> SHA256Digest {
      var first = inner
      message(&first)
      var second = outer
      first.finalize().withUnsafeBytes { second.update(bufferPointer: $0) }
      return second.finalize()
    }
    var block = code { $0.update(data: salt + [0, 0, 0, 1]) }
    var key = Array(block)
    for _ in stride(from: 1, to: iterations, by: 1) {
      block = code { hash in block.withUnsafeBytes { hash.update(bufferPointer: $0) } }
      block.withUnsafeBytes { bytes in
        for (index, byte) in zip(key.indices, bytes) { key[index] ^= byte }
      }
    }
    return key
  }
}

extension PasswordHash: CustomStringConvertible, CustomReflectable {
  public var description: String { "PasswordHash(hidden)" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
