/// Tells URLs from other text.
enum URLText {
  /// Longest URL that is sent, in bytes.
  private static let lengthLimit = 8192

  /// Whether `text` is an absolute URL with one of `schemes`, a host or the name of a bucket, and
  /// a port that exists if there is one.
  ///
  /// Source: RFC 3986 §3; characters that must be escaped are not taken.
  static func isURL(_ text: String, schemes: [String]) -> Bool {
    guard text.utf8.count <= lengthLimit,
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !Array("\"<>\\^`{|}".utf8).contains($0) }),
      let colon = text.firstIndex(of: ":"),
      schemes.contains(text[..<colon].lowercased())
    else { return false }
    let rest = text[colon...]
    guard rest.hasPrefix("://") else { return false }
    let authority = rest.dropFirst(3).prefix { !"/?#".contains($0) }
    let afterUser = authority.lastIndex(of: "@").map { authority.index(after: $0) }
    return isHostAndPort(authority[(afterUser ?? authority.startIndex)...])
  }

  private static func isHostAndPort(_ text: Substring) -> Bool {
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return false }
      let address = text[text.index(after: text.startIndex)..<end]
      return address.contains(":") && IPAddressText.isAddress(String(address))
        && isPort(text[text.index(after: end)...])
    }
    let host = text.prefix { $0 != ":" }
    return !host.isEmpty && !host.contains { "[]".contains($0) }
      && isPort(text[host.endIndex...])
  }

  /// Whether `text` is empty or a colon and a port.
  private static func isPort(_ text: Substring) -> Bool {
    if text.isEmpty { return true }
    let digits = text.dropFirst()
    return text.hasPrefix(":") && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
      && Int(digits).map { (1...65535).contains($0) } ?? false
  }
}
