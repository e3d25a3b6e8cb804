import Media
import NIOCore

/// Writes syntax elements one after the other and makes a NAL unit of them.
///
/// Source: ITU-T H.264 §7.2, §7.3.1, §7.3.2.11.
struct BitWriter {
  private(set) var bytes: [UInt8] = []
  private(set) var bitCount = 0

  /// Writes the low `bitCount` bits of `value`, the highest of them first; `u(n)`.
  mutating func append(_ value: UInt64, bitCount count: Int) {
    for shift in (0..<count).reversed() {
      append(value >> UInt64(shift) & 1 == 1)
    }
  }

  /// Writes one bit; `u(1)`.
  mutating func append(_ bit: Bool) {
    if bitCount % 8 == 0 { bytes.append(0) }
    if bit { bytes[bytes.count - 1] |= 0x80 >> UInt8(bitCount % 8) }
    bitCount += 1
  }

  /// Writes `bit` until a byte is full.
  mutating func align(with bit: Bool) {
    while bitCount % 8 != 0 { append(bit) }
  }

  /// Writes the stop bit, and zeros until the byte is full.
  mutating func appendTrailingBits() {
    append(true)
    align(with: false)
  }

  /// The bytes behind `header`, with a 3 put in wherever two zero bytes and a byte below 4 would look
  /// like a start code.
  func unit(header: UInt8) -> NALUnit {
    var buffer = ByteBufferAllocator().buffer(capacity: bytes.count + 4)
    buffer.writeInteger(header)
    var zeros = 0
    for byte in bytes {
      if zeros == 2, byte <= 3 {
        buffer.writeInteger(UInt8(3))
        zeros = 0
      }
      zeros = byte == 0 ? zeros + 1 : 0
      buffer.writeInteger(byte)
    }
    return NALUnit(bytes: buffer)
  }
}
