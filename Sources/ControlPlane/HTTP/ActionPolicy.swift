import HTTPTypes

/// Decides who may change something, beyond who may look.
///
/// There is no password, so programs on this machine may, others only if the settings say so. A
/// web page must not make a visitor's browser do it: a header is asked for that browsers let pages
/// elsewhere send only after asking this server (CORS preflight), which never agrees, and what
/// browsers say about the page is looked at, too. `HostPolicy` keeps out names that resolve to
/// this machine by trickery (DNS rebinding).
struct ActionPolicy: Sendable {
  /// `control.remoteActions`.
  var allowsOtherMachines: Bool

  /// Why a request is refused with 403; nil if it may pass.
  ///
  /// - Parameters:
  ///   - peer: Address the request comes from, without port.
  ///   - authority: The `Host` header.
  func refusal(peer: String?, authority: String?, headers: HTTPFields) -> String? {
    guard allowsOtherMachines || peer.map(Self.isLoopback) == true else {
      return "only programs on this machine may; control.remoteActions lets others, too"
    }
    guard Self.hasMarker(headers) else {
      return "add the header X-Requested-By, with any value, or Content-Type: application/json"
    }
    guard Self.isOwnPage(headers, authority: authority) else {
      return "pages of other sites may not"
    }
    return nil
  }

  static func isLoopback(_ address: String) -> Bool {
    let address = address.lowercased()
    let plain = address.hasPrefix("::ffff:") ? String(address.dropFirst(7)) : address
    return plain == "::1" || plain.hasPrefix("127.")
  }

  private static func hasMarker(_ headers: HTTPFields) -> Bool {
    if let name = HTTPField.Name("X-Requested-By"), headers.contains(name) { return true }
    return isJSON(headers[.contentType])
  }

  /// Whether a `Content-Type` says JSON, with or without parameters.
  static func isJSON(_ contentType: String?) -> Bool {
    contentType?.prefix { $0 != ";" && $0 != " " }.lowercased() == "application/json"
  }

  /// Whether the browser, if it is one, names this server's own page or none.
  private static func isOwnPage(_ headers: HTTPFields, authority: String?) -> Bool {
    if let name = HTTPField.Name("Sec-Fetch-Site"), let site = headers[name],
      site != "same-origin", site != "none"
    {
      return false
    }
    guard let origin = headers[.origin] else { return true }
    guard let authority else { return false }
    // A proxy in front may speak TLS.
    return ["http://", "https://"].contains { origin.lowercased() == $0 + authority.lowercased() }
  }
}
