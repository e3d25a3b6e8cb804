/// Where a client finds its stream: a whole `rtsp` URL, taken apart.
///
/// Source: RFC 2326 §3.2; RFC 3986 §3.2 for the authority.
public struct RTSPEndpoint: Sendable, Hashable {
  /// 554, unless the URL says otherwise.
  public static let defaultPort = 554

  /// Name or address to connect to; an IPv6 address without brackets, its zone after `%`.
  public let host: String
  public let port: Int
  /// User name in the URL, percent-decoded.
  public let username: String?
  /// Password in the URL, percent-decoded.
  public let password: String?
  /// The URL for requests and for messages to people, without user name and password.
  public let url: String

  /// - Throws: `RTSPClientError.urlMalformed`, or `schemeUnsupported` for a URL of another kind.
  public init(parsing text: String) throws(RTSPClientError) {
    guard let separator = text.firstRange(of: "://") else { throw .urlMalformed(position: 0) }
    let scheme = text[..<separator.lowerBound].lowercased()
    guard scheme == "rtsp" else { throw .schemeUnsupported(scheme) }
    let parsed: RTSPURL
    do {
      parsed = try RTSPURL(parsing: text)
    } catch {
      throw .urlMalformed(position: scheme.utf8.count + 3)
    }
    let named = text[separator.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    if let at = named.lastIndex(of: "@") {
      let name = named[..<at].prefix { $0 != ":" }
      username = String(name).percentDecoded
      password =
        name.endIndex < at ? String(named[..<at][name.endIndex...].dropFirst()).percentDecoded : nil
    } else {
      username = nil
      password = nil
    }
    (host, port) = Self.hostAndPort(parsed.authority)
    url = Self.withoutZone(parsed.absolute)
  }

  /// - Parameter authority: Checked by `RTSPURL`.
  private static func hostAndPort(_ authority: String) -> (String, Int) {
    let isBracketed = authority.hasPrefix("[")
    let end =
      isBracketed ? authority.firstIndex(of: "]") : authority.firstIndex(of: ":")
    let host = authority[..<(end ?? authority.endIndex)].dropFirst(isBracketed ? 1 : 0)
    let digits = authority[(end ?? authority.endIndex)...].drop { $0 == "]" || $0 == ":" }
    // A zone is written %25eth0 in a URL, and just %eth0 by most people.
    let zone = String(host).split(separator: "%", maxSplits: 1)
    let plain =
      isBracketed && zone.count == 2
      ? zone[0] + "%" + (zone[1].hasPrefix("25") ? zone[1].dropFirst(2) : zone[1])
      : host
    return (String(plain), digits.decimal(as: Int.self) ?? defaultPort)
  }

  /// A zone means nothing to the other side.
  ///
  /// Source: RFC 6874 §4.
  private static func withoutZone(_ url: String) -> String {
    guard url.hasPrefix("rtsp://["), let end = url.firstIndex(of: "]"),
      let percent = url[..<end].firstIndex(of: "%")
    else { return url }
    return String(url[..<percent] + url[end...])
  }
}

extension RTSPEndpoint: CustomStringConvertible, CustomReflectable {
  public var description: String { url }
  public var customMirror: Mirror { Mirror(self, children: ["url": url]) }
}

extension String {
  /// With `%41` turned into `A`; what is no such triple stays.
  fileprivate var percentDecoded: String {
    var decoded: [UInt8] = []
    var rest = Array(utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let high = rest.first?.hexDigitValue,
        let low = rest.dropFirst().first?.hexDigitValue
      {
        decoded.append(high << 4 | low)
        rest = rest.dropFirst(2)
      } else {
        decoded.append(byte)
      }
    }
    return String(decoding: decoded, as: UTF8.self)
  }
}
