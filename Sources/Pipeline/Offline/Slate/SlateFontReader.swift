/// Reads the numbers of the slate font's file.
struct SlateFontReader {
  private let bytes: [UInt8]
  private var position: Int
  private let end: Int

  init(bytes: [UInt8]) {
    self.init(bytes: bytes, range: bytes.indices)
  }

  /// - Parameter range: The part to read; cut to what there is.
  init(bytes: [UInt8], range: Range<Int>) {
    let range = range.clamped(to: bytes.indices)
    self.bytes = bytes
    (position, end) = (range.lowerBound, range.upperBound)
  }

  mutating func byte() -> UInt8? {
    guard position < end else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  /// An unsigned LEB128 varint of at most 28 bits.
  mutating func number() -> Int? {
    var value = 0
    for shift in stride(from: 0, to: 28, by: 7) {
      guard let byte = byte() else { return nil }
      value |= Int(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }

  /// A zigzag-coded varint: 0, -1, 1, -2, …
  mutating func signedNumber() -> Int? {
    number().map { $0 & 1 == 0 ? $0 >> 1 : -(($0 + 1) >> 1) }
  }

  /// A point, relative to the one before it.
  mutating func offset() -> SIMD2<Float>? {
    guard let x = signedNumber(), let y = signedNumber() else { return nil }
    return SIMD2(Float(x), Float(y))
  }

  /// Goes past `count` bytes and returns where they are.
  mutating func take(_ count: Int) -> Range<Int>? {
    guard count <= end - position else { return nil }
    defer { position += count }
    return position..<(position + count)
  }

  /// Goes past `expected`; false if something else is there.
  mutating func skip(_ expected: [UInt8]) -> Bool {
    expected.allSatisfy { $0 == byte() }
  }
}
