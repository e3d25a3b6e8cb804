import FoundationEssentials

/// Where an API is: an absolute URL with the scheme http or https.
public struct ControlURL: Sendable, Hashable {
  /// As it is asked; the path is at least `/`.
  public let text: String
  public let isEncrypted: Bool
  /// Name or address, small letters, without the brackets of IPv6.
  public let host: String
  public let port: Int

  static let byteLimit = 2048

  /// - Throws: `urlUnusable`; what is shown of the URL has no user name, password or query.
  public init(_ text: String) throws(ControlError) {
    guard text.utf8.count <= Self.byteLimit else {
      throw .urlUnusable(
        ControlText.cleaned(text, limit: 60), reason: "longer than \(Self.byteLimit) bytes")
    }
    guard !text.isEmpty, text.utf8.allSatisfy({ 0x21...0x7E ~= $0 }),
      var parts = URLComponents(string: text)
    else {
      throw .urlUnusable(
        ControlText.cleaned(Self.withoutUser(text), limit: 200),
        reason: "not an absolute URL" + Self.advice(text))
    }
    // Without a host the parts are not what they look like: `user:password@host`.
    let given =
      parts.host == nil
      ? ControlText.cleaned(Self.withoutUser(String(text.prefix { $0 != "?" })), limit: 200)
      : Self.shown(parts)
    guard let scheme = parts.scheme?.lowercased(), scheme == "http" || scheme == "https" else {
      throw .urlUnusable(
        given, reason: "must begin with http:// or https://" + Self.advice(text))
    }
    guard let host = parts.host?.lowercased(), !host.isEmpty else {
      throw .urlUnusable(given, reason: "without a host")
    }
    guard parts.user == nil, parts.password == nil else {
      throw .urlUnusable(
        given, reason: "must have no user name or password; access tokens come from a file")
    }
    if let port = parts.port, !(1...65535 ~= port) {
      throw .urlUnusable(given, reason: "the port must be 1 to 65535")
    }
    parts.fragment = nil
    if parts.path.isEmpty { parts.path = "/" }
    self.text = parts.string ?? text
    isEncrypted = scheme == "https"
    self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    port = parts.port ?? (isEncrypted ? 443 : 80)
  }

  /// For people: without the query, which may hold what is nobody's business.
  public var shown: String { String(text.prefix { $0 != "?" }) }

  /// Whether both have the same scheme, host and port: what a server may be told that another was
  /// meant to hear.
  ///
  /// Source: RFC 6454 §4.
  public func hasSameOrigin(as other: ControlURL) -> Bool {
    isEncrypted == other.isEncrypted && host == other.host && port == other.port
  }

  /// Whether it is this machine.
  public var isLoopback: Bool {
    if host == "localhost" || host.hasSuffix(".localhost") || host == "::1" { return true }
    let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
    return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
  }

  /// Whether a secret sent there can be read on the way.
  public var exposesSecrets: Bool { !isEncrypted && !isLoopback }

  /// Where a `Location` leads from here; it may be relative.
  ///
  /// - Returns: nil if it leads to nothing that can be asked.
  func resolving(_ location: String) -> ControlURL? {
    guard location.utf8.count <= Self.byteLimit, location.utf8.allSatisfy({ 0x21...0x7E ~= $0 }),
      let base = URL(string: text), let target = URL(string: location, relativeTo: base)
    else { return nil }
    return try? ControlURL(target.absoluteString)
  }

  private static func shown(_ parts: URLComponents) -> String {
    var parts = parts
    (parts.user, parts.password, parts.query, parts.fragment) = (nil, nil, nil, nil)
    return ControlText.cleaned(parts.string ?? "", limit: 200)
  }

  /// What was meant by a text without a scheme.
  private static func advice(_ text: String) -> String {
    guard !text.contains("://"), let url = try? ControlURL("http://" + text) else { return "" }
    return "; is \(url.shown) meant?"
  }

  /// What is no URL may hold a password all the same.
  private static func withoutUser(_ text: String) -> String {
    guard let at = text.lastIndex(of: "@") else { return text }
    return "…" + text[at...]
  }
}
