/// What can be wrong with the bytes of an HTTP connection on the RTSP port.
///
/// Positions are byte offsets: in a head from its first byte, in base64 from the first byte after
/// the head.
public enum TunnelError: Error, Sendable, Hashable {
  /// No blank line within the limit.
  case headTooLong(limit: Int)
  case tooManyHeaders(limit: Int)
  /// The first line is not `method SP target SP HTTP/1.x`.
  case requestLineMalformed(position: Int)
  /// No colon, no name, or a control character.
  case headerMalformed(position: Int)
  case cookieTooLong(limit: Int, actual: Int)
  /// Empty, two that differ, or with something other than visible ASCII.
  case cookieMalformed(position: Int)
  /// Neither base64 nor white space.
  case base64Malformed(position: Int, found: UInt8)
  /// `=` where a group of four has just begun, or something else where the second one must be.
  case paddingMisplaced(position: Int)
}

/// Bounds on tunnels and the heads that open them.
public struct TunnelLimits: Sendable, Hashable {
  /// Bytes of an HTTP request line and its headers together, blank line included.
  public var headBytes = 8192
  /// Header lines of one head.
  public var headerCount = 64
  /// Bytes of the cookie that joins two connections; the usual ones have 22.
  public var cookieBytes = 128
  /// Connections that have opened a tunnel and wait for the second one.
  public var waiting = 64
  /// The same from one address, or one IPv6 /64 network.
  public var waitingPerAddress = 8
  /// Bytes a client may send on the half that is meant for the server's.
  public var strayBytes = 16_384

  public init() {}
}
