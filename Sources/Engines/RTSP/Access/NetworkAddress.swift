/// A numeric IP address as 128 bits; IPv4 is kept in its IPv6 form `::ffff:a.b.c.d`, so that both
/// kinds of socket name it alike.
///
/// Source: RFC 4291 §2.2 and §2.5.5.2.
public struct NetworkAddress: Sendable, Hashable {
  /// The first and the last 64 bits.
  let high: UInt64
  let low: UInt64

  private static let mappedPrefix: UInt64 = 0xFFFF_0000_0000

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  var isIPv4: Bool { high == 0 && low & ~0xFFFF_FFFF == Self.mappedPrefix }

  /// Whom limits count as one: an IPv4 address, or the /64 network of an IPv6 address, all of
  /// which one customer usually has.
  public var household: NetworkAddress { isIPv4 ? self : NetworkAddress(high: high, low: 0) }

  /// An IPv4 address, or an IPv6 address without brackets; a zone such as `%eth0` is left out.
  /// Nil if `text` is neither.
  public init?(parsing text: some StringProtocol) {
    let bare = text.prefix { $0 != "%" }
    guard bare.utf8.count <= 45 else { return nil }
    if bare.contains(":") {
      guard let groups = Self.groups(of: bare) else { return nil }
      high = groups[..<4].reduce(0) { $0 << 16 | UInt64($1) }
      low = groups[4...].reduce(0) { $0 << 16 | UInt64($1) }
    } else {
      guard bare.endIndex == text.endIndex, let number = Self.ipv4(bare) else { return nil }
      high = 0
      low = Self.mappedPrefix | UInt64(number)
    }
  }

  private static func ipv4(_ text: some StringProtocol) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var number: UInt32 = 0
    for part in parts {
      // A leading zero means octal to some programs: too ambiguous for a rule about access.
      guard part.utf8.count <= 3, part == "0" || !part.hasPrefix("0"),
        let byte = part.decimal(as: UInt8.self)
      else { return nil }
      number = number << 8 | UInt32(byte)
    }
    return number
  }

  /// The eight groups of an IPv6 address.
  private static func groups(of text: some StringProtocol) -> [UInt16]? {
    guard let gap = text.firstRange(of: "::") else {
      guard let all = fields(text[...]), all.count == 8 else { return nil }
      return all
    }
    let tail = text[gap.upperBound...]
    guard let front = fields(text[..<gap.lowerBound], mayEndInIPv4: false), let back = fields(tail),
      front.count + back.count <= 7
    else { return nil }
    return front + Array(repeating: 0, count: 8 - front.count - back.count) + back
  }

  /// Groups between colons, the last of them perhaps an IPv4 address; nil if one is malformed.
  private static func fields(
    _ text: some StringProtocol, mayEndInIPv4: Bool = true
  ) -> [UInt16]? {
    guard !text.isEmpty else { return [] }
    var groups: [UInt16] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if mayEndInIPv4, index == parts.count - 1, part.contains(".") {
        guard let number = ipv4(part) else { return nil }
        groups += [UInt16(number >> 16), UInt16(truncatingIfNeeded: number)]
        continue
      }
      guard (1...4).contains(part.utf8.count),
        part.utf8.allSatisfy({ $0.hexDigitValue != nil }), let group = UInt16(part, radix: 16)
      else { return nil }
      groups.append(group)
    }
    return groups
  }
}
