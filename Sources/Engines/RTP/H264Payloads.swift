import Media
import NIOCore

/// A single-time aggregation packet (STAP-A): several NAL units of one access unit.
///
/// Source: RFC 6184 §5.7.1.
enum AggregationPacket {
  static let typeCode: UInt8 = 24
  /// Bytes of the length in front of each unit.
  static let lengthFieldSize = 2

  /// Bytes of the payload that holds `units`.
  static func payloadSize(of units: [NALUnit]) -> Int {
    units.reduce(1) { $0 + lengthFieldSize + $1.count }
  }

  /// Appends the payload; every unit must be shorter than 64 KiB.
  ///
  /// The importance (NRI) of the packet is the highest one of its units.
  static func write(_ units: [NALUnit], into buffer: inout ByteBuffer) {
    let importance = units.map { $0.headerByte & 0x60 }.max() ?? 0
    buffer.writeInteger(importance | typeCode)
    for unit in units {
      buffer.writeInteger(UInt16(truncatingIfNeeded: unit.count))
      buffer.writeImmutableBuffer(unit.bytes)
    }
  }
}

/// The two header bytes of an FU-A fragment.
///
/// Source: RFC 6184 §5.8.
struct FragmentationUnit {
  static let typeCode: UInt8 = 28
  /// FU indicator and FU header.
  static let headerSize = 2

  /// Header byte of the NAL unit that is split; it is not repeated in the fragments.
  var unitHeader: UInt8
  var isFirst: Bool
  var isLast: Bool

  func write(into buffer: inout ByteBuffer) {
    buffer.writeInteger(unitHeader & 0xE0 | Self.typeCode)
    buffer.writeInteger((isFirst ? 0x80 : 0) | (isLast ? 0x40 : 0) | unitHeader & 0x1F)
  }
}

/// A packet train while it grows.
struct TrainAssembly {
  private(set) var bytes: ByteBuffer
  private(set) var packets: [PacketTrain.Packet] = []

  init(capacity: Int) {
    bytes = ByteBuffer()
    bytes.reserveCapacity(capacity)
  }

  /// Appends framing and header of one packet, then what `writePayload` writes, which must be
  /// `payloadSize` bytes.
  mutating func append(payloadSize: Int, writePayload: (inout ByteBuffer) -> Void) {
    let length = RTPHeader.size + payloadSize
    packets.append(PacketTrain.Packet(offset: bytes.writerIndex, length: length))
    bytes.writeInteger(UInt8(ascii: "$"))
    bytes.writeInteger(0 as UInt8)
    bytes.writeInteger(UInt16(truncatingIfNeeded: length))
    RTPHeader(marker: false, payloadType: 0, sequenceNumber: 0, rtpTimestamp: 0, ssrc: 0)
      .write(into: &bytes)
    writePayload(&bytes)
  }

  /// Sets the marker of the packet that ends the access unit.
  mutating func markLastPacket() {
    guard let last = packets.last else { return }
    bytes.setInteger(0x80 as UInt8, at: last.offset + PacketTrain.framingSize + 1)
  }
}

extension NALUnit {
  /// Forbidden bit, importance and type; 0 if the unit is empty.
  var headerByte: UInt8 { bytes.getInteger(at: bytes.readerIndex) ?? 0 }
}
