import Media
import TestSupport
import Testing

@testable import H264

@Suite struct BitWriterTests {
  @Test func bitsFillBytesFromTheTop() {
    var writer = BitWriter()
    writer.append(0b101, bitCount: 3)
    writer.append(true)
    writer.append(0xFF, bitCount: 5)
    #expect(writer.bitCount == 9)
    writer.align(with: false)
    #expect(writer.bytes == [0b1011_1111, 0b1000_0000])
    writer.align(with: true)
    #expect(writer.bytes.count == 2)
    writer.appendTrailingBits()
    #expect(writer.unit(header: 0x41).array == [0x41, 0b1011_1111, 0b1000_0000, 0b1000_0000])
  }

  @Test(
    arguments: [
      ([0, 0, 0, 0, 0, 1], [0, 0, 3, 0, 0, 3, 0, 1]),
      ([0, 0, 1], [0, 0, 3, 1]), ([0, 0, 2], [0, 0, 3, 2]), ([0, 0, 3], [0, 0, 3, 3]),
      ([0, 0, 4], [0, 0, 4]), ([0, 1, 0, 2], [0, 1, 0, 2]),
    ] as [([UInt8], [UInt8])])
  func startCodesAreKeptOut(_ payload: [UInt8], _ expected: [UInt8]) {
    var writer = BitWriter()
    for byte in payload { writer.append(UInt64(byte), bitCount: 8) }
    #expect(writer.unit(header: 0x41).array == [0x41] + expected)
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<300 {
      // Few different bytes, so that many look like start codes.
      let payload = (0..<40).map { _ in UInt8.random(in: 0...4, using: &generator) }
      var writer = BitWriter()
      for byte in payload { writer.append(UInt64(byte), bitCount: 8) }
      writer.appendTrailingBits()
      let unit = writer.unit(header: 0x67)
      for index in 2..<unit.count where unit.array[index] < 3 {
        #expect(unit.array[index - 2] != 0 || unit.array[index - 1] != 0)
      }
      var reader = try BitReader(unit, type: 7)
      for byte in payload { #expect(try reader.bits(8, "byte") == Int(byte)) }
      try reader.finish()
    }
  }
}
