import Crypto

/// Tells access tokens apart in files that are no place for them.
enum TokenDigest {
  /// The first 64 bits of the token's SHA-256, in hexadecimal digits: of a token that cannot be
  /// guessed it says nothing.
  static func of(_ token: String) -> String {
    SHA256.hash(data: Array(token.utf8)).prefix(8).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
