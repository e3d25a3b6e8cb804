import NIOCore

/// Says that sources have left.
///
/// Source: RFC 3550 §6.6.
public struct Goodbye: Sendable, Hashable {
  public var ssrcs: [UInt32]
  /// Free text, often missing.
  public var reason: String?

  public init(ssrcs: [UInt32], reason: String? = nil) {
    self.ssrcs = ssrcs
    self.reason = reason
  }

  /// Appends the packet without a reason; sources beyond the 31st are left out.
  public func write(into buffer: inout ByteBuffer) {
    let sources = ssrcs.prefix(31)
    RTCPHeader(
      count: UInt8(sources.count), packetType: RTCPHeader.PacketType.goodbye,
      bodySize: sources.count * 4
    ).write(into: &buffer)
    for ssrc in sources {
      buffer.writeInteger(ssrc)
    }
  }

  init(body: inout ByteBuffer, count: UInt8, position: Int) throws(RTPError) {
    ssrcs = []
    for index in 0..<Int(count) {
      guard let ssrc = body.readInteger(as: UInt32.self) else {
        throw .truncated(
          position: position + index * 4, needed: 4, available: body.readableBytes)
      }
      ssrcs.append(ssrc)
    }
    // A reason that is cut short is no reason to keep a viewer that says goodbye.
    reason = body.readLengthPrefixedSlice(as: UInt8.self).map { String(buffer: $0) }
  }
}
