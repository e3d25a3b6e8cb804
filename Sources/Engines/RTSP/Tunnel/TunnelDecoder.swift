import NIOCore

/// Turns the base64 of a tunnel's POST back into RTSP, however it is cut into pieces.
///
/// Clients encode each request by itself, so padding comes in the middle of the stream and is
/// followed by the next group; line ends and spaces may be anywhere. Holds back at most the three
/// characters of an incomplete group.
///
/// Source: RFC 4648 §4, measured with FFmpeg and GStreamer.
public struct TunnelDecoder: Sendable {
  /// Six bits each of the group being read.
  private var bits: UInt32 = 0
  private var characters = 0
  private var paddings = 0
  private var position = 0
  private var failure: TunnelError?

  public init() {}

  /// The bytes behind everything in the buffer, which is emptied; nil if that makes no whole
  /// group.
  ///
  /// - Throws: `TunnelError.base64Malformed` or `.paddingMisplaced`; every further call throws
  ///   the same error.
  public mutating func next(from buffer: inout ByteBuffer) throws(TunnelError) -> ByteBuffer? {
    if let failure { throw failure }
    var decoded = ByteBuffer()
    decoded.reserveCapacity(buffer.readableBytes / 4 * 3 + 3)
    for byte in buffer.readableBytesView {
      do {
        try read(byte, into: &decoded)
      } catch {
        failure = error
        throw error
      }
      position &+= 1
    }
    buffer.clear()
    return decoded.readableBytes > 0 ? decoded : nil
  }

  private mutating func read(
    _ byte: UInt8, into decoded: inout ByteBuffer
  ) throws(TunnelError) {
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
      return
    case UInt8(ascii: "="):
      guard characters >= 2 else { throw .paddingMisplaced(position: position) }
      paddings += 1
      bits <<= 6
    default:
      guard let value = Self.value(of: byte) else {
        throw .base64Malformed(position: position, found: byte)
      }
      guard paddings == 0 else { throw .paddingMisplaced(position: position) }
      bits = bits << 6 | value
    }
    characters += 1
    guard characters == 4 else { return }
    for index in 0..<(3 - paddings) {
      decoded.writeInteger(UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * index)))
    }
    (bits, characters, paddings) = (0, 0, 0)
  }

  private static func value(of character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character &- UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character &- UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character &- UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
