import Media
import NIOCore

/// One packet of the liveview stream: 136 bytes of header, then data.
///
/// Written without the engine's own types on purpose: the camera and the reader of its stream
/// must not share a mistake.
///
/// Source: Sony Camera Remote API, liveview data format; captures of NEX-5T and ILCE-6300.
struct LiveviewPacket {
  /// What the packet carries.
  enum PayloadType: UInt8 {
    case image = 0x01
    case frameInformation = 0x02
  }

  static let headerSize = 136
  static let startCode: UInt32 = 0x2435_6879
  /// Largest value of the three-byte size field.
  static let largestDataSize = 0xFF_FFFF

  var startByte: UInt8 = 0xFF
  var type: UInt8
  var sequenceNumber: UInt16
  /// Milliseconds of the camera's clock.
  var timestamp: UInt32
  var startCode = Self.startCode
  /// What the header says; equals the payload's length but for a fault.
  var declaredDataSize: Int
  /// Bytes 16 to 19: for images width and height or zero, for frame information version, count
  /// and size.
  var reserved: [UInt8] = []
  var payload: ByteBuffer

  /// - Parameter announcesSize: Whether width and height are in the reserved bytes, as a NEX-5T
  ///   has it, or zeros.
  static func image(
    _ payload: ByteBuffer, size: PictureSize, announcesSize: Bool, sequenceNumber: UInt16,
    timestamp: UInt32
  ) -> LiveviewPacket {
    var reserved = ByteBuffer()
    if announcesSize {
      reserved.writeInteger(UInt16(truncatingIfNeeded: size.width))
      reserved.writeInteger(UInt16(truncatingIfNeeded: size.height))
    }
    return LiveviewPacket(
      type: PayloadType.image.rawValue, sequenceNumber: sequenceNumber, timestamp: timestamp,
      declaredDataSize: payload.readableBytes, reserved: Array(reserved.readableBytesView),
      payload: payload)
  }

  /// A packet with one focus frame, as it precedes the image it belongs to.
  ///
  /// - Parameter frameNumber: Moves the frame to and fro.
  static func frameInformation(
    frameNumber: UInt32, sequenceNumber: UInt16, timestamp: UInt32
  ) -> LiveviewPacket {
    let left = UInt16(3000 + frameNumber % 100 * 10)
    var frame = ByteBuffer()
    // Left, top, right, bottom in 1/10000 of the picture; contrast focus, focused, selected.
    frame.writeMultipleIntegers(left, UInt16(4000), left + 2000, UInt16(6000))
    frame.writeMultipleIntegers(UInt8(1), UInt8(4), UInt8(1))
    frame.writeRepeatingByte(0, count: 5)
    // Version 1.0, one frame, 16 bytes a frame.
    let reserved: [UInt8] = [1, 0, 0, 1, 0, 16]
    return LiveviewPacket(
      type: PayloadType.frameInformation.rawValue, sequenceNumber: sequenceNumber,
      timestamp: timestamp, declaredDataSize: frame.readableBytes, reserved: reserved,
      payload: frame)
  }

  /// The packet as it goes over the wire. The padding size is always 0, as with real cameras.
  func encoded() -> ByteBuffer {
    var bytes = ByteBuffer()
    bytes.reserveCapacity(Self.headerSize + payload.readableBytes)
    bytes.writeMultipleIntegers(startByte, type, sequenceNumber, timestamp, startCode)
    bytes.writeInteger(UInt32(truncatingIfNeeded: declaredDataSize << 8))
    bytes.writeBytes(reserved)
    bytes.writeRepeatingByte(0, count: Self.headerSize - bytes.readableBytes)
    bytes.writeImmutableBuffer(payload)
    return bytes
  }
}
