import NIOCore

/// One response, ready to be written.
public struct RTSPResponse: Sendable, Hashable {
  public var status: RTSPStatus
  public var headers: RTSPHeaders
  public var body: ByteBuffer?

  /// - Parameter cseq: Number of the request; nil only if it could not be read.
  public init(_ status: RTSPStatus, cseq: UInt64?) {
    self.status = status
    headers = RTSPHeaders()
    if let cseq { headers.append("CSeq", String(cseq)) }
  }

  /// The bytes of the response. `Content-Length` is added if there is a body.
  ///
  /// Values must be free of line ends; everything this target echoes comes from its parser,
  /// which rejects control characters.
  public func encoded() -> ByteBuffer {
    var buffer = ByteBuffer()
    buffer.writeString("RTSP/1.0 \(status.code) \(status.reason)\r\n")
    for field in headers.fields {
      buffer.writeString("\(field.name): \(field.value)\r\n")
    }
    if let body {
      buffer.writeString("Content-Length: \(body.readableBytes)\r\n")
    }
    buffer.writeString("\r\n")
    if let body {
      buffer.writeImmutableBuffer(body)
    }
    return buffer
  }
}
