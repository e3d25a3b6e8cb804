/// A request URL: `rtsp://host[:port]/path[?query]`, an absolute path, or `*`.
///
/// User name and password are dropped at once: they must not reach an answer or a log line.
///
/// Source: RFC 2326 §3.2, with the shapes real clients send.
public struct RTSPURL: Sendable, Hashable {
  /// `rtsp`, `rtspu` or `rtsps` in lower case; empty for `*` and absolute paths.
  public private(set) var scheme: String
  /// `host[:port]` as the client wrote it; empty for `*` and absolute paths.
  public private(set) var authority: String
  /// Everything from the first slash to the query, still percent-encoded; may be empty.
  public private(set) var path: String
  /// What follows the first `?`, still percent-encoded; may contain slashes, because ffmpeg
  /// appends control URLs to it.
  public private(set) var query: String?
  /// True for `*`, which names the server itself.
  public private(set) var isWildcard: Bool

  /// - Parameter position: Where the URL starts in its message, for the error.
  /// - Throws: `RTSPError.urlMalformed`.
  public init(parsing text: some StringProtocol, position: Int = 0) throws(RTSPError) {
    scheme = ""
    authority = ""
    query = nil
    isWildcard = text == "*"
    path = ""
    guard !isWildcard else { return }
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw .urlMalformed(position: position)
    }
    var rest = String(text.prefix { $0 != "#" })[...]
    if !rest.hasPrefix("/") {
      guard let colon = rest.firstIndex(of: ":"), rest[colon...].hasPrefix("://") else {
        throw .urlMalformed(position: position)
      }
      scheme = rest[..<colon].lowercased()
      guard ["rtsp", "rtspu", "rtsps"].contains(scheme) else {
        throw .urlMalformed(position: position)
      }
      rest = rest[colon...].dropFirst(3)
      var named = rest.prefix { $0 != "/" && $0 != "?" }
      rest = rest[named.endIndex...]
      if let at = named.lastIndex(of: "@") { named = named[at...].dropFirst() }
      guard Self.isAuthority(named) else { throw .urlMalformed(position: position) }
      authority = String(named)
    }
    if let mark = rest.firstIndex(of: "?") {
      path = String(rest[..<mark])
      query = String(rest[mark...].dropFirst())
    } else {
      path = String(rest)
    }
  }

  private static func isAuthority(_ text: Substring) -> Bool {
    let isAllowed = { (byte: UInt8) in
      byte.isASCIILetter || byte.isASCIIDigit || "-._~%[]:".utf8.contains(byte)
    }
    guard !text.isEmpty, text.utf8.count <= 300, text.utf8.allSatisfy(isAllowed) else {
      return false
    }
    let host: Substring
    var port: Substring?
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return false }
      host = text[...end]
      let after = text[end...].dropFirst()
      if !after.isEmpty {
        guard after.hasPrefix(":") else { return false }
        port = after.dropFirst()
      }
    } else {
      host = text.prefix { $0 != ":" }
      if host.endIndex < text.endIndex { port = text[host.endIndex...].dropFirst() }
    }
    guard let port, !port.isEmpty else { return !host.isEmpty }
    return !host.isEmpty && (port.decimal(as: UInt16.self) ?? 0) > 0
  }

  /// Value of the parameter `name` in the query, up to the next `&` or `/`; nil if there is none.
  func queryValue(of name: String) -> String? {
    for part in query?.split(whereSeparator: { $0 == "&" || $0 == "/" }) ?? [] {
      let key = part.prefix { $0 != "=" }
      if key == name { return Self.percentDecoded(String(part.dropFirst(key.count + 1))) }
    }
    return nil
  }

  /// The path's segments, percent-decoded; empty ones, as from doubled slashes, are left out.
  var segments: [String] { Self.segments(of: path) }

  static func segments(of path: some StringProtocol) -> [String] {
    path.split(separator: "/").map { percentDecoded(String($0)) }
  }

  private static func percentDecoded(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
    let bytes = Array(text.utf8)
    var decoded: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "%"), bytes.count - index > 2,
        let high = bytes[index + 1].hexDigitValue, let low = bytes[index + 2].hexDigitValue
      {
        decoded.append(high << 4 | low)
        index += 3
      } else {
        decoded.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: decoded, as: UTF8.self)
  }
}

extension UInt8 {
  /// 0 to 15 for an ASCII hex digit.
  var hexDigitValue: UInt8? {
    switch asciiLowercase {
    case 0x30...0x39: self - 0x30
    case 0x61...0x66: asciiLowercase - 0x61 + 10
    default: nil
    }
  }
}
