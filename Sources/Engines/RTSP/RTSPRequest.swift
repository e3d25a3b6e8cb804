import NIOCore

/// One request, head and body complete.
public struct RTSPRequest: Sendable, Hashable {
  public var method: RTSPMethod
  public var url: RTSPURL
  /// Sequence number, to be echoed; 0 is legal and sent by VLC and rtspsrc.
  public var cseq: UInt64
  public var headers: RTSPHeaders
  public var body: ByteBuffer

  /// The id in the `Session` header, without parameters; nil without the header.
  public var sessionID: String? {
    headers["Session"].map { value in
      String(value.prefix { $0 != ";" }).trimmed
    }
  }
}

/// A request whose end is known but whose content cannot be used; the connection goes on.
public struct RTSPRejection: Sendable, Hashable {
  /// Sequence number to echo, if it could be read.
  public var cseq: UInt64?
  public var error: RTSPError
}

/// What a client can send.
public enum RTSPInbound: Sendable, Hashable {
  case request(RTSPRequest)
  case rejected(RTSPRejection)
  /// Binary data between requests, usually RTCP receiver reports.
  ///
  /// Source: RFC 2326 §10.12.
  case interleaved(channel: UInt8, ByteBuffer)
}
