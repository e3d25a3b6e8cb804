import Media
import NIOCore

/// Reads the syntax elements of a NAL unit one after the other.
///
/// Holds the raw byte sequence payload: what follows the header byte, without emulation prevention
/// bytes. Nothing is read past the stop bit that ends it.
///
/// Source: ITU-T H.264 §7.2, §7.3.1, §7.3.2.11.
struct BitReader {
  /// Longest unit that is read, in bytes; parameter sets with all scaling lists and a full HRD stay
  /// far below.
  static let unitLimit = 4096

  private let bytes: [UInt8]
  /// Number of bits before the stop bit.
  private let bitCount: Int
  /// Number of bits that have been read.
  private(set) var position = 0

  /// - Throws: `H264Error.unexpectedUnit`, `unitTooLong`, `truncated` if there is no stop bit.
  init(_ unit: NALUnit, type: UInt8) throws(H264Error) {
    guard unit.typeCode == type else {
      throw .unexpectedUnit(expectedType: type, actualType: unit.typeCode)
    }
    guard unit.count <= Self.unitLimit else {
      throw .unitTooLong(limit: Self.unitLimit, actual: unit.count)
    }
    bytes = Self.payload(of: unit)
    guard let last = bytes.lastIndex(where: { $0 != 0 }) else {
      throw .truncated(field: "rbsp_stop_one_bit", bit: 0)
    }
    bitCount = last * 8 + 7 - bytes[last].trailingZeroBitCount
  }

  private static func payload(of unit: NALUnit) -> [UInt8] {
    var payload: [UInt8] = []
    payload.reserveCapacity(unit.count)
    var zeros = 0
    for byte in unit.bytes.readableBytesView.dropFirst() {
      if zeros == 2, byte == 3 {
        zeros = 0
        continue
      }
      zeros = byte == 0 ? min(zeros + 1, 2) : 0
      payload.append(byte)
    }
    return payload
  }

  /// True until the stop bit is next; `more_rbsp_data()` of the standard.
  var hasMore: Bool { position < bitCount }

  /// Reads `count` bits, 32 at most, as an unsigned number; `u(n)`.
  mutating func bits(_ count: Int, _ field: String) throws(H264Error) -> Int {
    guard count <= bitCount - position else { throw .truncated(field: field, bit: bitCount) }
    var value = 0
    for _ in 0..<count {
      value = value << 1 | Int(bytes[position / 8] >> (7 - UInt8(position % 8)) & 1)
      position += 1
    }
    return value
  }

  /// Reads one bit; `u(1)`.
  mutating func flag(_ field: String) throws(H264Error) -> Bool {
    try bits(1, field) == 1
  }

  /// Makes sure that the stop bit is next.
  func finish() throws(H264Error) {
    guard !hasMore else { throw .trailingData(bit: position) }
  }
}
