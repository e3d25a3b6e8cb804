/// Which connections belong together as tunnels.
///
/// ```
///            GET             POST
///   nothing ─────▶ waiting ◀──────▶ joined ──┐ another POST replaces
///                     │      closed    │  ◀──┘
///                     └── GET closed ──┴──▶ nothing
/// ```
///
/// A cookie counts together with the client's origin: whether it is hard to guess is up to the
/// client, so nobody elsewhere may use it. A GET never takes over a cookie that is in use, so a
/// running session cannot be taken away; a POST does, because players close theirs and open it
/// again.
public struct TunnelTable: Sendable {
  /// A connection, numbered by the owner.
  public typealias Connection = UInt64

  /// Where a connection comes from. Both halves must come from the same address, and both over
  /// TLS or neither: what is asked for in the clear must not steer what was opened over TLS.
  public struct Origin: Sendable, Hashable {
    /// Nil if it is unknown.
    var address: NetworkAddress?
    var isSecure: Bool

    public init(address: NetworkAddress?, isSecure: Bool) {
      self.address = address
      self.isSecure = isSecure
    }
  }

  private struct Key: Hashable {
    var origin: Origin
    var cookie: String
  }

  private struct Tunnel {
    var get: Connection
    var post: Connection?
    /// Only tunnels that never had a POST count as waiting.
    var isWaiting = true
  }

  private let limits: TunnelLimits
  private var tunnels: [Key: Tunnel] = [:]
  private var keys: [Connection: Key] = [:]

  public init(limits: TunnelLimits = TunnelLimits()) {
    self.limits = limits
  }

  public var isEmpty: Bool { tunnels.isEmpty && keys.isEmpty }

  /// A GET has come.
  public mutating func opened(
    by get: Connection, cookie: String, from origin: Origin
  ) throws(TunnelRefusal) {
    let key = Key(origin: origin, cookie: cookie)
    guard tunnels[key] == nil else { throw .cookieInUse }
    let household = origin.address?.household
    let waiting = tunnels.filter { $0.value.isWaiting }
    guard waiting.count < limits.waiting,
      waiting.count(where: { $0.key.origin.address?.household == household })
        < limits.waitingPerAddress
    else { throw .tooManyWaiting }
    tunnels[key] = Tunnel(get: get)
    keys[get] = key
  }

  /// The tunnel a POST belongs to.
  public struct Junction: Sendable, Hashable {
    /// Where the requests go.
    public var get: Connection
    /// The POST so far; it must be closed.
    public var replaced: Connection?
  }

  /// A POST has come.
  public mutating func joined(
    by post: Connection, cookie: String, from origin: Origin
  ) throws(TunnelRefusal) -> Junction {
    let key = Key(origin: origin, cookie: cookie)
    guard var tunnel = tunnels[key] else { throw .unknownCookie }
    let junction = Junction(get: tunnel.get, replaced: tunnel.post)
    if let replaced = tunnel.post { keys[replaced] = nil }
    tunnel.post = post
    tunnel.isWaiting = false
    tunnels[key] = tunnel
    keys[post] = key
    return junction
  }

  /// A connection is gone; returns the one that must go with it.
  ///
  /// A tunnel without its POST waits for the next one; without its GET it is over.
  public mutating func closed(_ connection: Connection) -> Connection? {
    guard let key = keys.removeValue(forKey: connection), let tunnel = tunnels[key] else {
      return nil
    }
    guard tunnel.get == connection else {
      tunnels[key]?.post = nil
      return nil
    }
    tunnels[key] = nil
    if let post = tunnel.post { keys[post] = nil }
    return tunnel.post
  }
}
