/// Joins `a=control` with the URL of its session description.
///
/// Source: RFC 2326 §C.1.1, RFC 3986 §5.2, with one deliberate difference: a relative path is
/// appended to the base with a slash between them, query included, instead of replacing the last
/// segment. For a base that ends in a slash and has no query both are the same. For the others
/// ffmpeg, gortsplib and live555 append, so servers rely on it: go2rtc sends no `Content-Base`,
/// and Dahua cameras send one that ends in a query and a slash.
enum ControlURL {
  /// - Parameters:
  ///   - control: Value of the attribute; nil or `*` stands for the base.
  ///   - base: An absolute `rtsp` URL.
  ///   - limit: Bytes of the result.
  /// - Throws: `RTSPClientError.controlURLMalformed`.
  static func resolve(
    _ control: String?, base: String, limit: Int
  ) throws(RTSPClientError) -> String {
    let control = control?.trimmed ?? ""
    let joined = join(control == "*" ? "" : control, base: base)
    guard joined.utf8.count <= limit, let parsed = try? RTSPURL(parsing: joined),
      !parsed.authority.isEmpty
    else { throw .controlURLMalformed }
    return parsed.absolute
  }

  private static func join(_ control: String, base: String) -> String {
    let afterScheme = base.firstRange(of: "://")?.upperBound ?? base.startIndex
    let authorityEnd =
      base[afterScheme...].firstIndex { $0 == "/" || $0 == "?" } ?? base.endIndex
    if control.isEmpty { return base }
    if hasScheme(control) { return control }
    if control.hasPrefix("//") { return base[..<afterScheme].dropLast(2) + control }
    if control.hasPrefix("/") { return base[..<authorityEnd] + control }
    if control.hasPrefix("?") { return base.prefix { $0 != "?" } + control }
    return base + (base.hasSuffix("/") ? "" : "/") + control
  }

  /// `scheme://`; a colon alone is not enough, because `track:1` is a path to many servers.
  private static func hasScheme(_ text: String) -> Bool {
    guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else {
      return false
    }
    let scheme = text[..<colon].utf8
    return !scheme.isEmpty && scheme.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit }
  }
}

extension RTSPURL {
  /// The whole URL, put together from its parts, so that a user name in it is gone.
  var absolute: String {
    let query = query.map { $0.isEmpty ? "" : "?" + $0 } ?? ""
    return scheme + "://" + authority + path + query
  }
}
