import Media
import Testing

@testable import H264

@Suite struct BitReaderTests {
  @Test func readsUpToTheStopBit() throws {
    var reader = try BitReader(NALUnit([0x67, 0b1010_0000, 0b0110_1000]), type: 7)
    #expect(try reader.bits(3, "first") == 0b101)
    #expect(try reader.flag("second") == false)
    #expect(try reader.bits(8, "third") == 0b0000_0110)
    #expect(!reader.hasMore)
    #expect(throws: H264Error.truncated(field: "fourth", bit: 12)) { try reader.flag("fourth") }
    try reader.finish()
  }

  @Test func unreadDataIsReported() throws {
    var reader = try BitReader(NALUnit([0x67, 0b1010_1000]), type: 7)
    _ = try reader.bits(2, "field")
    #expect(throws: H264Error.trailingData(bit: 2)) { try reader.finish() }
  }

  @Test func emulationPreventionIsRemoved() throws {
    var reader = try BitReader(NALUnit([0x67, 0, 0, 3, 1, 0, 0, 3, 0, 0, 3, 3, 0x80]), type: 7)
    for expected in [0, 0, 1, 0, 0, 0, 0, 3] { #expect(try reader.bits(8, "byte") == expected) }
    #expect(!reader.hasMore)
  }

  @Test func thirtyTwoBitsAreUnsigned() throws {
    var reader = try BitReader(NALUnit([0x67, 0xFF, 0xFF, 0xFF, 0xFF, 0x80]), type: 7)
    #expect(try reader.bits(32, "field") == 0xFFFF_FFFF)
  }

  @Test func zerosAfterTheStopBitAreNoData() throws {
    let reader = try BitReader(NALUnit([0x67, 0x80, 0, 0]), type: 7)
    #expect(!reader.hasMore)
  }

  @Test func unitsThatCannotBeReadAreRefused() {
    #expect(throws: H264Error.unexpectedUnit(expectedType: 7, actualType: 0)) {
      try BitReader(NALUnit([]), type: 7)
    }
    #expect(throws: H264Error.unexpectedUnit(expectedType: 7, actualType: 8)) {
      try BitReader(NALUnit([0x68, 0x80]), type: 7)
    }
    for bytes in [[0x67], [0x67, 0, 0]] as [[UInt8]] {
      #expect(throws: H264Error.truncated(field: "rbsp_stop_one_bit", bit: 0)) {
        try BitReader(NALUnit(bytes), type: 7)
      }
    }
    #expect(throws: H264Error.unitTooLong(limit: 4096, actual: 4097)) {
      try BitReader(NALUnit([UInt8](repeating: 0x67, count: 4097)), type: 7)
    }
  }
}
