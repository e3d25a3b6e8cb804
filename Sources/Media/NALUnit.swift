import NIOCore

/// One H.264 unit without start code or length prefix.
public struct NALUnit: Sendable, Hashable {
  /// Header byte and payload, with emulation prevention bytes in place.
  public var bytes: ByteBuffer

  public init(bytes: ByteBuffer) {
    self.bytes = bytes
  }

  /// The low five bits of the header byte, 0 if the unit is empty.
  ///
  /// Source: ITU-T H.264 §7.4.1, table 7-1.
  public var typeCode: UInt8 {
    (bytes.getInteger(at: bytes.readerIndex, as: UInt8.self) ?? 0) & 0x1F
  }

  /// Number of bytes, header included.
  public var count: Int { bytes.readableBytes }
}

extension NALUnit {
  /// Codes of the unit types this program handles.
  public enum TypeCode {
    public static let nonIDRSlice: UInt8 = 1
    public static let idrSlice: UInt8 = 5
    public static let supplementalEnhancement: UInt8 = 6
    public static let sequenceParameterSet: UInt8 = 7
    public static let pictureParameterSet: UInt8 = 8
    public static let accessUnitDelimiter: UInt8 = 9
    public static let fillerData: UInt8 = 12
  }
}
