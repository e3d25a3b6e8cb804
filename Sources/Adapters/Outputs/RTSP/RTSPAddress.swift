import NIOCore

/// Texts of socket addresses, without the wrapping an IPv6 socket puts around IPv4.
enum RTSPAddress {
  private static let mappedPrefix = "::ffff:"

  /// The numeric address, IPv4 in its own form even on an IPv6 socket; no zone, no brackets.
  static func host(of address: SocketAddress?) -> String {
    let text = address?.ipAddress ?? ""
    return text.lowercased().hasPrefix(mappedPrefix) && text.contains(".")
      ? String(text.dropFirst(mappedPrefix.count)) : text
  }

  /// `host:port`, with brackets around IPv6, as URLs have it.
  static func authority(host: String, port: Int) -> String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  /// `host:port` of a socket's end.
  static func authority(of address: SocketAddress?) -> String {
    authority(host: host(of: address), port: address?.port ?? 0)
  }

  /// The address if `text` is a numeric one.
  static func parse(_ text: String) -> SocketAddress? {
    try? SocketAddress(ipAddress: text, port: 0)
  }

  static func isLoopback(_ host: String) -> Bool {
    host == "::1" || host.hasPrefix("127.")
  }
}
