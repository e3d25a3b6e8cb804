/// Tells addresses from names.
enum IPAddressText {
  /// Whether `text` is an IPv4 address in four decimal parts, or an IPv6 address without a zone.
  ///
  /// Leading zeros are not taken: some read them as octal.
  ///
  /// Source: RFC 6943 §3.1.1, RFC 4291 §2.2.
  static func isAddress(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    // The longest IPv6 address with an IPv4 one at its end.
    guard bytes.count <= 45 else { return false }
    return bytes.contains(UInt8(ascii: ":")) ? isIPv6(bytes[...]) : isIPv4(bytes[...])
  }

  private static func isIPv4(_ bytes: ArraySlice<UInt8>) -> Bool {
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        (1...3).contains(part.count) && part.allSatisfy { (0x30...0x39).contains($0) }
          && (part.count == 1 || part.first != 0x30)
          && part.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 255
      }
  }

  private static func isIPv6(_ bytes: ArraySlice<UInt8>) -> Bool {
    // "::" stands for at least one group of zeros and comes once.
    let colon = UInt8(ascii: ":")
    let gaps = zip(bytes.indices, bytes.indices.dropFirst()).filter {
      bytes[$0] == colon && bytes[$1] == colon
    }
    guard let gap = gaps.first else { return groups(bytes, mayEndInIPv4: true) == 8 }
    guard gaps.count == 1 else { return false }
    let (head, tail) = (bytes[..<gap.0], bytes[(gap.1 + 1)...])
    guard let before = head.isEmpty ? 0 : groups(head, mayEndInIPv4: false),
      let after = tail.isEmpty ? 0 : groups(tail, mayEndInIPv4: true)
    else { return false }
    return before + after <= 7
  }

  /// How many groups of 16 bits there are; nil if there is something else.
  private static func groups(_ bytes: ArraySlice<UInt8>, mayEndInIPv4: Bool) -> Int? {
    let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    var count = 0
    for (index, part) in parts.enumerated() {
      if mayEndInIPv4, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
        guard isIPv4(part) else { return nil }
        count += 2
      } else {
        guard (1...4).contains(part.count), part.allSatisfy(\.isHexadecimalDigit) else {
          return nil
        }
        count += 1
      }
    }
    return count
  }
}

extension UInt8 {
  fileprivate var isHexadecimalDigit: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
    default: false
    }
  }
}
