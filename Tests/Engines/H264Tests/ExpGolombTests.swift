import Media
import Testing

@testable import H264

@Suite struct ExpGolombTests {
  private func reader(_ write: (inout BitWriter) -> Void) throws -> BitReader {
    var writer = BitWriter()
    write(&writer)
    writer.appendTrailingBits()
    return try BitReader(writer.unit(header: 0x67), type: 7)
  }

  /// The first codes of table 9-2.
  @Test(
    arguments: [
      (0, "1"), (1, "010"), (2, "011"), (3, "00100"), (6, "00111"), (7, "0001000"),
    ] as [(UInt32, String)])
  func codesAreThoseOfTheStandard(_ value: UInt32, _ code: String) {
    var writer = BitWriter()
    writer.appendUnsigned(value)
    #expect(writer.bitCount == code.count)
    #expect(writer.bytes == [(UInt8(code, radix: 2) ?? 0) << (8 - UInt8(code.count))])
  }

  @Test(arguments: [0, 1, 2, 254, 255, 256, 65_535, 0x7FFF_FFFF, 0xFFFF_FFFE] as [UInt32])
  func unsignedNumbersComeBack(_ value: UInt32) throws {
    var reader = try reader { $0.appendUnsigned(value) }
    #expect(try reader.unsigned("field") == Int(value))
    try reader.finish()
  }

  @Test(arguments: [0, 1, -1, 2, -2, 25, -26, 0x7FFF_FFFF, -0x7FFF_FFFF] as [Int32])
  func signedNumbersComeBack(_ value: Int32) throws {
    var reader = try reader { $0.appendSigned(value) }
    #expect(try reader.signed("field") == Int(value))
    try reader.finish()
  }

  /// Table 9-3: code number 1 is 1, 2 is −1, 3 is 2.
  @Test func signedNumbersTakeTurns() throws {
    for (number, value) in [0, 1, -1, 2, -2].enumerated() {
      var reader = try reader { $0.appendUnsigned(UInt32(number)) }
      #expect(try reader.signed("field") == value)
    }
  }

  @Test func faultsCarryTheirPlace() throws {
    var high = try reader {
      $0.append(0, bitCount: 3)
      $0.appendUnsigned(9)
    }
    _ = try high.bits(3, "before")
    #expect(throws: H264Error.valueOutOfRange(field: "field", value: 9, bit: 3)) {
      try high.unsigned("field", in: 0...8)
    }
    var low = try reader { $0.appendSigned(-13) }
    #expect(throws: H264Error.valueOutOfRange(field: "field", value: -13, bit: 0)) {
      try low.signed("field", in: -12...12)
    }
    var long = try reader { $0.append(1, bitCount: 34) }
    #expect(throws: H264Error.codeTooLong(field: "field", bit: 0)) {
      try long.unsigned("field")
    }
    var largest = try reader {
      $0.append(1, bitCount: 33)
      $0.append(0xFFFF_FFFF, bitCount: 32)
    }
    #expect(throws: H264Error.valueOutOfRange(field: "field", value: 0x1_FFFF_FFFE, bit: 0)) {
      try largest.unsigned("field")
    }
    var short = try reader { $0.append(0, bitCount: 5) }
    #expect(throws: H264Error.truncated(field: "field", bit: 5)) { try short.signed("field") }
  }
}
