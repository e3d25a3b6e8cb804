import Testing

@testable import Outputs

@Suite struct DiffServCodePointTests {
  /// Source: IANA, Differentiated Services Field Codepoints.
  @Test(arguments: [
    ("BE", 0), ("DF", 0), ("LE", 1), ("CS0", 0), ("CS1", 8), ("CS7", 56), ("AF11", 10),
    ("AF12", 12), ("AF13", 14), ("AF21", 18), ("AF33", 30), ("AF41", 34), ("AF43", 38),
    ("VA", 44), ("EF", 46), ("ef", 46), ("0", 0), ("63", 63),
  ])
  func namesAndNumbers(text: String, value: Int) {
    #expect(DiffServCodePoint(text: text)?.rawValue == UInt8(value))
  }

  @Test(arguments: [
    "", "64", "-1", "CS", "CS8", "CS11", "AF", "AF1", "AF10", "AF14", "AF51", "AF411", "EF1", "4 6",
    "CS①", "0x2e",
  ])
  func everythingElseIsRefused(text: String) {
    #expect(DiffServCodePoint(text: text) == nil)
  }

  @Test func octetLeavesRoomForCongestion() {
    #expect(DiffServCodePoint(text: "EF")?.octet == 0xB8)
  }
}
