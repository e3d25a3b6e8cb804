import Media
import NIOCore

/// What a liveview packet carries; a struct, so that unknown values are kept and skipped.
public struct LiveviewPayloadType: RawRepresentable, Sendable, Hashable {
  public var rawValue: UInt8

  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// One JPEG.
  public static let image = LiveviewPayloadType(rawValue: 0x01)
  /// Focus and face frames that belong to the image after it.
  public static let frameInformation = LiveviewPayloadType(rawValue: 0x02)
  /// One JPEG of a movie played back on the camera.
  public static let playbackImage = LiveviewPayloadType(rawValue: 0x11)
  /// Duration and position of a movie played back on the camera.
  public static let playbackInformation = LiveviewPayloadType(rawValue: 0x12)
}

/// The 136 bytes in front of every liveview payload.
///
/// Big endian: start byte and type, sequence number, camera clock (the common header, 8 bytes),
/// then start code, payload size (24 bits), padding size, and 120 bytes that depend on the type
/// and may be anything.
///
/// Source: Camera Remote API, "Liveview data format"; captures of NEX-5T and ILCE-6300.
public struct LiveviewPacketHeader: Sendable, Hashable {
  /// Bytes of an encoded header.
  public static let byteCount = 136
  /// First byte of every packet.
  public static let startByte: UInt8 = 0xFF
  /// Bytes 8 to 11 of every packet.
  public static let startCode: UInt32 = 0x2435_6879
  /// Largest payload size the 24-bit field can declare.
  public static let maximumPayloadSize = 0xFF_FFFF

  public var payloadType: LiveviewPayloadType
  /// Starts at 1, counts every packet whatever its type, wraps at 2^16.
  public var sequenceNumber: UInt16
  /// The camera's clock in milliseconds since an arbitrary moment; wraps after 49 days.
  public var cameraMilliseconds: UInt32
  /// Bytes of payload after the header, 0 … 2^24−1. For images this is *not* the JPEG's size:
  /// real cameras round up to a multiple of 128 and leave stale bytes after the EOI.
  public var payloadSize: Int
  /// Bytes to skip after the payload.
  public var paddingSize: UInt8
  /// Bytes 16 to 19: zero, the picture's width and height (NEX-5T), or version and count of
  /// frame information. A hint only: the JPEG's own header decides.
  public var detail: UInt32
  /// Bytes 20 and 21: size of one frame in frame information packets, otherwise 0.
  public var detailSize: UInt16

  public init(
    payloadType: LiveviewPayloadType, sequenceNumber: UInt16, cameraMilliseconds: UInt32,
    payloadSize: Int, paddingSize: UInt8 = 0, detail: UInt32 = 0, detailSize: UInt16 = 0
  ) {
    self.payloadType = payloadType
    self.sequenceNumber = sequenceNumber
    self.cameraMilliseconds = cameraMilliseconds
    self.payloadSize = min(max(payloadSize, 0), Self.maximumPayloadSize)
    self.paddingSize = paddingSize
    self.detail = detail
    self.detailSize = detailSize
  }

  /// The picture size some cameras put into the reserved bytes of an image packet.
  public var announcedSize: PictureSize? {
    guard payloadType == .image, detail != 0 else { return nil }
    return PictureSize(width: Int(detail >> 16), height: Int(detail & 0xFFFF))
  }

  /// `detail` for an image packet that announces its picture size.
  public static func detail(announcing size: PictureSize) -> UInt32 {
    UInt32(UInt16(truncatingIfNeeded: size.width)) << 16
      | UInt32(UInt16(truncatingIfNeeded: size.height))
  }

  /// Reads the header at the start of `buffer` without moving its reader index.
  ///
  /// Returns nil if fewer than 136 bytes are readable, or if start byte or start code are wrong.
  public init?(peeking buffer: ByteBuffer) {
    let start = buffer.readerIndex
    guard buffer.readableBytes >= Self.byteCount,
      let first = buffer.getInteger(at: start, as: UInt8.self), first == Self.startByte,
      let type = buffer.getInteger(at: start + 1, as: UInt8.self),
      let sequence = buffer.getInteger(at: start + 2, as: UInt16.self),
      let milliseconds = buffer.getInteger(at: start + 4, as: UInt32.self),
      let code = buffer.getInteger(at: start + 8, as: UInt32.self), code == Self.startCode,
      let sizes = buffer.getInteger(at: start + 12, as: UInt32.self),
      let detail = buffer.getInteger(at: start + 16, as: UInt32.self),
      let detailSize = buffer.getInteger(at: start + 20, as: UInt16.self)
    else { return nil }
    self.init(
      payloadType: LiveviewPayloadType(rawValue: type), sequenceNumber: sequence,
      cameraMilliseconds: milliseconds, payloadSize: Int(sizes >> 8),
      paddingSize: UInt8(truncatingIfNeeded: sizes), detail: detail, detailSize: detailSize)
  }

  /// Appends the 136 bytes to `buffer`.
  public func encode(into buffer: inout ByteBuffer) {
    buffer.writeInteger(Self.startByte)
    buffer.writeInteger(payloadType.rawValue)
    buffer.writeInteger(sequenceNumber)
    buffer.writeInteger(cameraMilliseconds)
    buffer.writeInteger(Self.startCode)
    let size = UInt32(min(max(payloadSize, 0), Self.maximumPayloadSize))
    buffer.writeInteger(size << 8 | UInt32(paddingSize))
    buffer.writeInteger(detail)
    buffer.writeInteger(detailSize)
    buffer.writeRepeatingByte(0, count: Self.byteCount - 22)
  }
}
