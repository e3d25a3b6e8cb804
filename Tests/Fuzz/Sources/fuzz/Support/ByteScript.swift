/// Takes decisions from the input, for targets whose input is no text of a protocol.
struct ByteScript {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) {
    rest = bytes[...]
  }

  var isAtEnd: Bool { rest.isEmpty }

  /// The next byte; 0 at the end.
  mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  /// The next two bytes.
  mutating func short() -> UInt16 { UInt16(byte()) << 8 | UInt16(byte()) }

  /// The next four bytes.
  mutating func long() -> UInt32 { UInt32(short()) << 16 | UInt32(short()) }

  /// As many bytes, or what is left.
  mutating func bytes(_ count: Int) -> [UInt8] {
    let taken = rest.prefix(count)
    rest = rest.dropFirst(count)
    return Array(taken)
  }
}
