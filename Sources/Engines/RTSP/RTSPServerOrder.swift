import NIOCore

/// What the owner of a connection is asked to do, in this order.
public enum RTSPServerOrder: Sendable, Hashable {
  /// Write these bytes to the client.
  case send(ByteBuffer)
  /// Have a `LoginDesk` judge this, then call `authenticated(_:at:)`.
  case authenticate(RTSPLoginAttempt)
  /// Make a session description; then call `described(with:at:)`. In place of what is called
  /// after this and the next two, `streamUnavailable(retryAfter:at:)` is always possible.
  case describe
  /// Choose an SSRC, open UDP ports if needed; then call `transportReady(ssrc:serverPorts:at:)`
  /// or `transportFailed(at:)`.
  case openTransport(RTSPTransport)
  /// Fix the RTP numbers of the first packet, call `playbackReady(_:at:)`, write what comes
  /// back, and only then packets, beginning with an IDR.
  case startPlaying
  /// Fix the RTP numbers of the next packet without disturbing what is sent, and call
  /// `playbackReady(_:at:)`.
  case announceNextPacket
  /// Stop sending, keep the transport.
  case pausePlaying
  /// Stop sending, say goodbye and close the transport.
  case stopSession
  /// RTCP from the client that came inside the connection.
  case receivedRTCP(ByteBuffer)
  /// Flush and close the connection.
  case close
}

/// What all connections of one server have in common.
public struct RTSPServerConfiguration: Sendable {
  public var presentation: RTSPPresentation
  public var authentication: RTSPAuthentication
  public var limits: RTSPLimits
  /// False: UDP is answered 461, after which every known client takes TCP.
  public var allowsUDP: Bool
  /// Nil: multicast is answered 461.
  public var multicast: MulticastGroup?
  /// Value of the `Server` header.
  public var serverName: String
  /// Of URLs made for clients that ask with a path only: `rtsp`, or `rtsps` over TLS.
  public var defaultScheme: String

  public init(
    presentation: RTSPPresentation, authentication: RTSPAuthentication = .none,
    limits: RTSPLimits = RTSPLimits(), allowsUDP: Bool = true,
    multicast: MulticastGroup? = nil, serverName: String, defaultScheme: String = "rtsp"
  ) {
    self.presentation = presentation
    self.authentication = authentication
    self.limits = limits
    self.allowsUDP = allowsUDP
    self.multicast = multicast
    self.serverName = serverName
    self.defaultScheme = defaultScheme
  }

  /// What clients may choose from.
  var transportOffer: TransportOffer {
    TransportOffer(allowsUDP: allowsUDP, multicast: multicast)
  }
}
