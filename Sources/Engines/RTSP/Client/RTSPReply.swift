import NIOCore

/// One answer of a server, head and body complete.
public struct RTSPReply: Sendable, Hashable {
  /// Three digits.
  public var code: Int
  /// Free of control characters; may be empty.
  public var reason: String
  /// Number of the request; nil if the server leaves it out.
  public var cseq: UInt64?
  public var headers: RTSPHeaders
  public var body: ByteBuffer

  public init(
    code: Int, reason: String, cseq: UInt64?, headers: RTSPHeaders, body: ByteBuffer = ByteBuffer()
  ) {
    self.code = code
    self.reason = reason
    self.cseq = cseq
    self.headers = headers
    self.body = body
  }

  public var isSuccess: Bool { (200...299).contains(code) }
}

/// What a server can send.
public enum RTSPServerMessage: Sendable, Hashable {
  case reply(RTSPReply)
  /// Media or RTCP between answers.
  ///
  /// Source: RFC 2326 §10.12.
  case interleaved(channel: UInt8, ByteBuffer)
  /// Servers may ask too, for example OPTIONS as a sign of life or REDIRECT.
  case request(RTSPMethod, cseq: UInt64?)
}
