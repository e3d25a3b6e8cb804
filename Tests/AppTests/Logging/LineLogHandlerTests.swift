import Testing

@testable import LiveviewBridge

@Suite struct LineLogHandlerTests {
  @Test(arguments: ["word", "α6000", "192.168.122.1:8080", "a\\b", "日本語", "\u{A0}\u{202F}", "👩‍💻"])
  func wordsStayAsTheyAre(value: String) {
    #expect(LineLogHandler.quoted(value) == value)
  }

  @Test(arguments: [
    ("", #""""#), ("two words", #""two words""#), (#"a"b"#, #""a\"b""#), ("a\\ b", #""a\\ b""#),
    ("a\r\nb", #""a\r\nb""#), ("a\tb", #""a\u{9}b""#), ("\u{1B}[2J", #""\u{1b}[2J""#),
    ("\u{7F}", #""\u{7f}""#),
  ])
  func linesStayLines(value: String, written: String) {
    #expect(LineLogHandler.quoted(value) == written)
  }

  /// C1 controls steer a terminal as ESC does: U+009B is CSI.
  @Test func whatATerminalWouldObeyIsEscaped() {
    let ranges: [ClosedRange<UInt32>] = [
      0...0x1F, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069,
    ]
    for value in ranges.joined() {
      let scalar = Unicode.Scalar(value).map(Character.init) ?? "?"
      let written = LineLogHandler.quoted("a\(scalar)b")
      #expect(!written.contains(scalar), "\(value)")
      #expect(written.hasPrefix("\"a\\") && written.hasSuffix("b\""), "\(value)")
    }
  }
}
