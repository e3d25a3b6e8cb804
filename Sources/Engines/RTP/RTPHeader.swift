import NIOCore

/// The fixed part of an RTP header.
///
/// Source: RFC 3550 §5.1.
public struct RTPHeader: Sendable, Hashable {
  /// Bytes of the header without contributing sources and extension.
  public static let size = 12

  /// For H.264: this packet is the last one of its access unit.
  public var marker: Bool
  /// 0…127; higher bits are ignored.
  public var payloadType: UInt8
  public var sequenceNumber: UInt16
  public var rtpTimestamp: UInt32
  public var ssrc: UInt32

  public init(
    marker: Bool, payloadType: UInt8, sequenceNumber: UInt16, rtpTimestamp: UInt32, ssrc: UInt32
  ) {
    self.marker = marker
    self.payloadType = payloadType & 0x7F
    self.sequenceNumber = sequenceNumber
    self.rtpTimestamp = rtpTimestamp
    self.ssrc = ssrc
  }

  /// Appends the 12 header bytes: version 2, no padding, no extension, no contributing sources.
  public func write(into buffer: inout ByteBuffer) {
    buffer.writeInteger(0x80 as UInt8)
    buffer.writeInteger((marker ? 0x80 : 0) | payloadType & 0x7F)
    buffer.writeInteger(sequenceNumber)
    buffer.writeInteger(rtpTimestamp)
    buffer.writeInteger(ssrc)
  }
}

/// One received RTP packet.
///
/// Contributing sources, the header extension and padding are checked and skipped.
///
/// Source: RFC 3550 §5.1 and §5.3.1.
public struct RTPPacket: Sendable, Hashable {
  public var header: RTPHeader
  /// What follows the header, without padding; shares the datagram's storage.
  public var payload: ByteBuffer

  /// Reads the whole of `datagram` as one packet.
  ///
  /// - Throws: `truncated`, `unsupportedVersion` or `invalidPadding`.
  public init(decoding datagram: ByteBuffer) throws(RTPError) {
    var rest = datagram
    let total = datagram.readableBytes
    guard
      let (flags, kind, sequenceNumber, rtpTimestamp, ssrc) = rest.readMultipleIntegers(
        as: (UInt8, UInt8, UInt16, UInt32, UInt32).self)
    else { throw .truncated(position: 0, needed: RTPHeader.size, available: total) }
    guard flags >> 6 == 2 else { throw .unsupportedVersion(position: 0, found: flags >> 6) }
    header = RTPHeader(
      marker: kind & 0x80 != 0, payloadType: kind & 0x7F, sequenceNumber: sequenceNumber,
      rtpTimestamp: rtpTimestamp, ssrc: ssrc)

    try Self.skip(Int(flags & 0x0F) * 4, of: &rest, total: total)
    if flags & 0x10 != 0 {
      guard let (_, words) = rest.readMultipleIntegers(as: (UInt16, UInt16).self) else {
        throw .truncated(
          position: total - rest.readableBytes, needed: 4, available: rest.readableBytes)
      }
      try Self.skip(Int(words) * 4, of: &rest, total: total)
    }
    if flags & 0x20 != 0 {
      let available = rest.readableBytes
      let padding = Int(rest.getInteger(at: rest.writerIndex - 1, as: UInt8.self) ?? 0)
      guard available > 0, (1...available).contains(padding),
        let unpadded = rest.readSlice(length: available - padding)
      else {
        throw .invalidPadding(position: total - 1, length: padding, available: available)
      }
      rest = unpadded
    }
    payload = rest
  }

  private static func skip(
    _ count: Int, of rest: inout ByteBuffer, total: Int
  ) throws(RTPError) {
    guard rest.readableBytes >= count else {
      throw .truncated(
        position: total - rest.readableBytes, needed: count, available: rest.readableBytes)
    }
    rest.moveReaderIndex(forwardBy: count)
  }
}
