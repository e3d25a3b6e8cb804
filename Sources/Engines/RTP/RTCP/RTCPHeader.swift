import NIOCore

/// The first four bytes of every RTCP packet.
///
/// Source: RFC 3550 §6.4.1.
struct RTCPHeader {
  /// Bytes on the wire.
  static let size = 4

  var hasPadding = false
  /// Number of report blocks or sources, or the feedback message type; 0…31.
  var count: UInt8
  var packetType: UInt8
  /// Bytes that follow this header; a multiple of 4.
  var bodySize: Int

  /// Packet types by name.
  enum PacketType {
    static let senderReport: UInt8 = 200
    static let receiverReport: UInt8 = 201
    static let sourceDescription: UInt8 = 202
    static let goodbye: UInt8 = 203
    /// RFC 4585 §6.2.
    static let transportFeedback: UInt8 = 205
    /// RFC 4585 §6.3.
    static let payloadFeedback: UInt8 = 206
  }

  func write(into buffer: inout ByteBuffer) {
    buffer.writeInteger(0x80 | (hasPadding ? 0x20 : 0) | count & 0x1F)
    buffer.writeInteger(packetType)
    buffer.writeInteger(UInt16(truncatingIfNeeded: bodySize / 4))
  }
}

extension RTCPHeader {
  /// Reads one header; `position` is for the error only.
  init(from buffer: inout ByteBuffer, position: Int) throws(RTPError) {
    let available = buffer.readableBytes
    guard
      let (flags, type, words) = buffer.readMultipleIntegers(as: (UInt8, UInt8, UInt16).self)
    else { throw .truncated(position: position, needed: Self.size, available: available) }
    guard flags >> 6 == 2 else {
      throw .unsupportedVersion(position: position, found: flags >> 6)
    }
    hasPadding = flags & 0x20 != 0
    count = flags & 0x1F
    packetType = type
    bodySize = Int(words) * 4
  }
}
