import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Finds the addresses of a host.
struct HostResolver: Sendable {
  /// Addresses looked at, at most.
  static let maxAddresses = 16

  /// All addresses of a host, best first; empty or an error if there is none.
  let lookUp: @Sendable (_ host: String, _ port: Int) async throws -> [SocketAddress]

  /// The system's own: addresses as text, `/etc/hosts`, DNS.
  static let system = HostResolver(names: NameLookUps(lookUp: reachableAddresses))

  init(_ lookUp: @escaping @Sendable (_ host: String, _ port: Int) async throws -> [SocketAddress])
  {
    self.lookUp = lookUp
  }

  /// Addresses as text are taken at once and never wait behind a name that nobody knows.
  init(names: NameLookUps) {
    self.init { host, port in
      let literal = Self.addresses(of: host, flags: AI_NUMERICHOST)
      let found = literal.isEmpty ? try await names.addresses(of: host) : literal
      return found.map { address in
        var address = address
        address.port = port
        return address
      }
    }
  }

  /// The address to send to.
  ///
  /// The present one stays while the host has it: many names have several addresses in turn.
  /// Otherwise the first one of the same family, else the first one at all.
  ///
  /// - Parameter family: The only family that will do; nil: any.
  static func choose(
    from addresses: [SocketAddress], present: SocketAddress?,
    family: NIOBSDSocket.ProtocolFamily? = nil
  ) -> SocketAddress? {
    let usable = addresses.filter { family == nil || $0.protocol == family }
    guard let present else { return usable.first }
    if usable.contains(present) { return present }
    return usable.first { $0.protocol == present.protocol } ?? usable.first
  }

  /// Asks the system; blocks.
  private static func reachableAddresses(of host: String) -> [SocketAddress] {
    let found = addresses(of: host)
    let reachable = found.filter(hasRoute)
    // Without a route to any, the network may be down for a moment only.
    return reachable.isEmpty ? found : reachable
  }

  /// Asks the system; blocks unless `flags` say that `host` is an address. The port is any.
  private static func addresses(of host: String, flags: CInt = 0) -> [SocketAddress] {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = CInt(SOCK_DGRAM.rawValue)
    hints.ai_flags = AI_NUMERICSERV | flags
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, "9", &hints, &list) == 0 else { return [] }
    defer { freeaddrinfo(list) }
    return sequence(first: list) { $0?.pointee.ai_next }
      .prefix { $0 != nil }.compactMap { $0.flatMap(address) }.prefix(maxAddresses).map(\.self)
  }

  private static func address(_ entry: UnsafeMutablePointer<addrinfo>) -> SocketAddress? {
    guard let generic = entry.pointee.ai_addr else { return nil }
    let raw = UnsafeRawPointer(generic)
    switch entry.pointee.ai_family {
    case AF_INET: return SocketAddress(raw.loadUnaligned(as: sockaddr_in.self))
    case AF_INET6: return SocketAddress(raw.loadUnaligned(as: sockaddr_in6.self))
    default: return nil
    }
  }

  /// Whether the system would know where to send a packet; sends none.
  private static func hasRoute(to address: SocketAddress) -> Bool {
    let family = address.protocol == .inet6 ? AF_INET6 : AF_INET
    let descriptor = socket(family, CInt(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return address.withSockAddr { pointer, length in
      connect(descriptor, pointer, socklen_t(length)) == 0
    }
  }
}
