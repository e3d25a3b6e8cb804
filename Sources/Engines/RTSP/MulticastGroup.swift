/// Where everybody who asks for multicast finds the same packets.
///
/// Source: RFC 2326 §12.39 (`destination`, `port`, `ttl`).
public struct MulticastGroup: Sendable, Hashable {
  /// Numeric, without brackets.
  public var address: String
  /// RTP and RTCP.
  public var ports: PortPair
  /// Routers the packets may pass, plus one.
  public var timeToLive: UInt8

  public init(address: String, ports: PortPair, timeToLive: UInt8) {
    self.address = address
    self.ports = ports
    self.timeToLive = timeToLive
  }
}

/// What a server has to offer besides its connection.
public struct TransportOffer: Sendable, Hashable {
  public var allowsUDP: Bool
  /// Nil: no multicast.
  public var multicast: MulticastGroup?

  public init(allowsUDP: Bool, multicast: MulticastGroup? = nil) {
    self.allowsUDP = allowsUDP
    self.multicast = multicast
  }
}
