/// Decides which names the control plane may be asked for.
///
/// A web page from anywhere can let its own name resolve to this machine (DNS rebinding) and then
/// read the camera's picture as if it were its own. The browser still sends that name as `Host`,
/// so names that anybody can register are refused unless the settings list them.
struct HostPolicy: Sendable {
  private let names: Set<String>
  /// Domains that cannot be registered: RFC 6761 (localhost), RFC 6762 (local), RFC 8375
  /// (home.arpa), the reserved `internal`, and `lan`, which many home routers use.
  private static let privateSuffixes = [".localhost", ".local", ".lan", ".internal", ".home.arpa"]

  init(allowedHosts: [String]) {
    names = Set(allowedHosts.map { Self.normalised($0) })
  }

  /// - Parameter authority: The `Host` header: a name or address, perhaps with a port. Nil passes:
  ///   browsers always send one.
  func allows(_ authority: String?) -> Bool {
    guard let authority, !authority.isEmpty else { return true }
    let host = Self.normalised(Self.withoutPort(authority))
    if names.contains(host) || ControlPlaneSettings.isIPAddress(host) { return true }
    if !host.contains(".") { return true }
    return Self.privateSuffixes.contains { host.hasSuffix($0) }
  }

  private static func withoutPort(_ authority: String) -> String {
    if authority.hasPrefix("[") {
      return String(authority.dropFirst().prefix { $0 != "]" })
    }
    return String(authority.prefix { $0 != ":" })
  }

  private static func normalised(_ host: String) -> String {
    host.hasSuffix(".") ? String(host.dropLast()).lowercased() : host.lowercased()
  }
}
