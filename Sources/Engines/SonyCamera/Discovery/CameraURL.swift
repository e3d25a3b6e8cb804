/// An `http` address on a camera.
///
/// Small on purpose: cameras speak plain HTTP only, and their addresses come from outside, so
/// whatever is not host, port and a printable path is refused.
public struct CameraURL: Sendable, Hashable, CustomStringConvertible {
  /// Name or address; an IPv6 address without brackets.
  public var host: String
  public var port: Int
  /// Path and query; begins with a slash.
  public var path: String

  /// Longest text that is looked at, in bytes.
  public static let maximumByteCount = 2048

  public init(host: String, port: Int, path: String) {
    self.host = host
    self.port = port
    self.path = path.hasPrefix("/") ? path : "/" + path
  }

  /// Reads an absolute `http` URL; nil if it is anything else. A fragment is dropped.
  public init?(_ text: String) {
    guard let rest = CameraURL.droppingScheme(text), text.utf8.count <= Self.maximumByteCount
    else { return nil }
    let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
    guard let (host, port) = CameraURL.authority(rest[..<end]) else { return nil }
    let path = rest[end...].prefix { $0 != "#" }
    guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
    self.init(host: host, port: port, path: String(path))
  }

  public var description: String {
    let shownHost = host.contains(":") ? "[\(host)]" : host
    return port == 80 ? "http://\(shownHost)\(path)" : "http://\(shownHost):\(port)\(path)"
  }

  /// Reads `reference` as an absolute URL or as a path on this host; nil if it is neither.
  public func resolving(_ reference: String) -> CameraURL? {
    if let absolute = CameraURL(reference) { return absolute }
    guard !reference.contains("://"), !reference.isEmpty else { return nil }
    if reference.hasPrefix("//") { return CameraURL("http:" + reference) }
    if reference.hasPrefix("/") { return CameraURL(origin + reference) }
    let folder = path.prefix { $0 != "?" }
    let end = folder.lastIndex(of: "/") ?? folder.startIndex
    return CameraURL(origin + folder[..<end] + "/" + reference)
  }

  /// This address with one more path component; one slash between, whatever `path` ends with.
  public func appending(_ component: String) -> CameraURL {
    var folder = Substring(path)
    while folder.last == "/" { folder.removeLast() }
    return CameraURL(host: host, port: port, path: folder + "/" + component)
  }

  /// This address on the host of `other`, if its own host cannot be meant: a device elsewhere that
  /// names the loopback interface or no address at all.
  public func replacingUnusableHost(by other: CameraURL) -> CameraURL {
    guard isLoopbackOrUnspecified, !other.isLoopbackOrUnspecified else { return self }
    return CameraURL(host: other.host, port: port, path: path)
  }

  /// True if the host is this machine or no machine at all.
  public var isLoopbackOrUnspecified: Bool {
    host == "localhost" || host == "0.0.0.0" || host == "::" || host == "::1"
      || host.hasPrefix("127.")
  }

  private var origin: String {
    CameraURL(host: host, port: port, path: "/").description.droppingLast("/")
  }

  private static func droppingScheme(_ text: String) -> Substring? {
    let scheme = "http://"
    guard text.prefix(scheme.count).lowercased() == scheme else { return nil }
    return text.dropFirst(scheme.count)
  }

  private static func authority(_ text: Substring) -> (host: String, port: Int)? {
    if text.first == "[" {
      guard let close = text.firstIndex(of: "]") else { return nil }
      let host = text[text.index(after: text.startIndex)..<close]
      guard host.contains(":"),
        host.utf8.allSatisfy({ isHexDigit($0) || $0 == 0x3A || $0 == 0x2E })
      else { return nil }
      return port(text[text.index(after: close)...]).map { (String(host), $0) }
    }
    let host = text.prefix { $0 != ":" }
    guard !host.isEmpty, host.utf8.allSatisfy(isHostByte) else { return nil }
    return port(text[host.endIndex...]).map { (host.lowercased(), $0) }
  }

  private static func port(_ text: Substring) -> Int? {
    guard text.first == ":" else { return text.isEmpty ? 80 : nil }
    let digits = text.dropFirst()
    if digits.isEmpty { return 80 }
    guard let port = Int(digits), 1...65_535 ~= port else { return nil }
    return port
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    0x30...0x39 ~= byte || 0x41...0x46 ~= byte || 0x61...0x66 ~= byte
  }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte || byte == 0x2D
      || byte == 0x2E || byte == 0x5F
  }
}

extension String {
  fileprivate func droppingLast(_ suffix: Character) -> String {
    last == suffix ? String(dropLast()) : self
  }
}
