import Testing

@testable import LiveviewBridge

@Suite struct HiddenLineTests {
  private func line(_ keys: String) -> (text: String, last: HiddenLine.Progress) {
    var line = HiddenLine()
    var last = HiddenLine.Progress.goOn
    for byte in keys.utf8 { last = line.typed(byte) }
    return (line.text, last)
  }

  @Test(arguments: [
    ("secret\n", "secret"), ("a b\r", "a b"), ("\n", ""), ("sé\u{7F}e\n", "se"),
    ("日本\u{8}\n", "日"), ("\u{7F}\u{7F}x\n", "x"), ("wrong\u{15}right\n", "right"),
    ("a\u{1A}\t\u{0}b\n", "ab"), ("done\u{4}", "done"),
  ]) func aLineEndsAsItWasEdited(keys: String, text: String) {
    let outcome = line(keys)
    #expect(outcome.text == text && outcome.last == .done)
  }

  @Test(arguments: ["\u{3}", "secret\u{3}", "\u{4}", "x\u{7F}\u{4}"])
  func theUserMayGiveUp(keys: String) {
    #expect(line(keys).last == .givenUp)
  }

  @Test func withoutReturnItGoesOn() {
    #expect(line("sécret").last == .goOn)
    #expect(line("").text.isEmpty)
  }
}
