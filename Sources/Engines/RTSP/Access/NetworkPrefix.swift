/// A network of addresses in CIDR notation, for example `10.0.0.0/8`, `fe80::/10` or one address.
///
/// IPv4 networks hold IPv4 addresses only, IPv6 networks IPv6 addresses only, whatever kind of
/// socket a client came through. Bits after the prefix are ignored.
///
/// Source: RFC 4632 §3.1, RFC 4291 §2.3.
public struct NetworkPrefix: Sendable, Hashable {
  private let address: NetworkAddress
  /// Significant bits of the 128.
  private let length: Int

  /// Nil if `text` is no address with an optional prefix length.
  public init?(parsing text: some StringProtocol) {
    let host = text.prefix { $0 != "/" }
    guard let address = NetworkAddress(parsing: host), !host.contains("%") else { return nil }
    self.address = address
    // `::ffff:10.0.0.0/104` counts all 128 bits, `10.0.0.0/8` those of IPv4.
    let isShort = !host.contains(":")
    let longest = isShort ? 32 : 128
    guard host.endIndex < text.endIndex else {
      length = 128
      return
    }
    let number = text[host.endIndex...].dropFirst()
    guard number.utf8.count <= 3, let bits = number.decimal(as: Int.self), bits <= longest else {
      return nil
    }
    length = isShort ? bits + 96 : bits
  }

  public func contains(_ other: NetworkAddress) -> Bool {
    let isForIPv4 = address.isIPv4 && length >= 96
    guard isForIPv4 == other.isIPv4 else { return false }
    let highMask = Self.mask(length)
    let lowMask = Self.mask(length - 64)
    return (address.high ^ other.high) & highMask == 0 && (address.low ^ other.low) & lowMask == 0
  }

  /// The first `bits` bits of 64; negative numbers mean none, larger ones all.
  private static func mask(_ bits: Int) -> UInt64 {
    // Swift's smart shift gives 0 from 64 on.
    bits <= 0 ? 0 : ~(UInt64.max >> UInt64(bits))
  }
}

/// Networks clients may come from; an empty list means from everywhere.
public struct AllowedNetworks: Sendable, Hashable {
  private let prefixes: [NetworkPrefix]

  public static let everywhere = AllowedNetworks([])

  public init(_ prefixes: [NetworkPrefix]) {
    self.prefixes = prefixes
  }

  public var isEverywhere: Bool { prefixes.isEmpty }

  /// - Parameter address: Nil if it is unknown; that is allowed only if everything is.
  public func contain(_ address: NetworkAddress?) -> Bool {
    guard !isEverywhere else { return true }
    guard let address else { return false }
    return prefixes.contains { $0.contains(address) }
  }
}
