import Crypto
import Media

/// Makes the nonces of Digest authentication and knows its own again, without a table.
///
/// A nonce is the time it was made and an authentication code over this time and the client's
/// address, in hex digits: nobody else can make one, and it is good for nobody at another address.
///
/// Source: RFC 7616 §3.3 (`nonce`) and §5.4.
struct NonceMint: Sendable {
  private static let codeBytes = 16
  private let key: SymmetricKey

  init(key: SymmetricKey) {
    self.key = key
  }

  func nonce(for address: NetworkAddress?, at now: MediaTime) -> String {
    let time = UInt64(bitPattern: now.nanoseconds)
    return Self.digits(time) + code(time, address)
  }

  /// How long ago `nonce` was made for `address`; nil if it is none of ours.
  func age(of nonce: String, for address: NetworkAddress?, at now: MediaTime) -> Duration? {
    guard nonce.utf8.count == 16 + 2 * Self.codeBytes,
      let time = UInt64(nonce.prefix(16), radix: 16)
    else { return nil }
    let expected = Self.digits(time) + code(time, address)
    guard isEqualInConstantTime(Array(nonce.utf8), Array(expected.utf8)) else { return nil }
    return MediaTime(nanoseconds: Int64(bitPattern: time)).duration(to: now)
  }

  private static func digits(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private func code(_ time: UInt64, _ address: NetworkAddress?) -> String {
    var mac = HMAC<SHA256>(key: key)
    for number in [time, address?.high ?? 0, address?.low ?? 0] {
      mac.update(data: Array(Self.digits(number).utf8))
    }
    return String(decoding: hexDigits(mac.finalize().prefix(Self.codeBytes)), as: UTF8.self)
  }
}
