// Exp-Golomb codes: as many zeros as the number of bits of value + 1 less one, then value + 1.
// Signed numbers take turns: 0, 1, −1, 2, −2, …
//
// Source: ITU-T H.264 §9.1.

extension BitReader {
  /// Reads an unsigned Exp-Golomb code, `ue(v)`.
  ///
  /// - Throws: `H264Error.truncated`, `codeTooLong`, and `valueOutOfRange` with the bit the code
  ///   starts at.
  mutating func unsigned(
    _ field: String, in range: ClosedRange<Int> = 0...0xFFFF_FFFE
  ) throws(H264Error) -> Int {
    let start = position
    let value = try codeNumber(field)
    guard range.contains(value) else {
      throw .valueOutOfRange(field: field, value: value, bit: start)
    }
    return value
  }

  /// Reads a signed Exp-Golomb code, `se(v)`; the range left out is that of 32 bits.
  ///
  /// - Throws: As ``unsigned(_:in:)``.
  mutating func signed(
    _ field: String, in range: ClosedRange<Int> = -0x7FFF_FFFF...0x7FFF_FFFF
  ) throws(H264Error) -> Int {
    let start = position
    let number = try codeNumber(field)
    let value = number % 2 == 0 ? -(number / 2) : number / 2 + 1
    guard range.contains(value) else {
      throw .valueOutOfRange(field: field, value: value, bit: start)
    }
    return value
  }

  private mutating func codeNumber(_ field: String) throws(H264Error) -> Int {
    let start = position
    var zeros = 0
    while try !flag(field) {
      zeros += 1
      guard zeros <= 32 else { throw .codeTooLong(field: field, bit: start) }
    }
    return try (1 << zeros) - 1 + bits(zeros, field)
  }
}

extension BitWriter {
  /// Writes an unsigned Exp-Golomb code, `ue(v)`; the value is below 2³² − 1.
  mutating func appendUnsigned(_ value: UInt32) {
    let number = UInt64(value) + 1
    let length = 64 - number.leadingZeroBitCount
    append(0, bitCount: length - 1)
    append(number, bitCount: length)
  }

  /// Writes a signed Exp-Golomb code, `se(v)`.
  mutating func appendSigned(_ value: Int32) {
    let magnitude = value.magnitude
    appendUnsigned(value > 0 ? magnitude &* 2 &- 1 : magnitude &* 2)
  }
}
