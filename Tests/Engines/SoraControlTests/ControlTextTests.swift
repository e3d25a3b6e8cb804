import JSON
import Testing

@testable import SoraControl

@Suite struct ControlTextTests {
  @Test(arguments: [
    ("a\r\n\tb", "a b"), ("\u{1B}[2Jx", "[2Jx"), ("\u{202E}abc\u{2028}d", "abc d"), ("  ", ""),
    ("日本\u{7}語", "日本 語"), ("0123456789x", "0123456789…"),
  ]) func textBecomesOneHarmlessLine(text: String, cleaned: String) {
    #expect(ControlText.cleaned(text, limit: 10) == cleaned)
  }

  @Test func valuesBecomeShort() {
    var deep: JSONValue = "end"
    for _ in 0..<20 { deep = [deep] }
    #expect(ControlText.shortened(deep, hiding: SecretMask([])) == [[[["…"]]]])
    let wide = JSONValue.array((0..<99).map { .integer($0) })
    #expect(ControlText.shortened(wide, hiding: SecretMask([])).array?.count == 8)
  }

  @Test func secretsOfAllDepthsAreFound() {
    let operation = ControlOperation(
      .imageFlux, "20190205", "X", "",
      keys: [
        ControlKey("open", .text(bytes: 1...9), ""),
        ControlKey("key", .text(bytes: 1...9), "", isSecret: true),
        ControlKey("list", .records([ControlKey("inner", .any, "", isSecret: true)]), ""),
      ])
    #expect(
      operation.secrets(in: [
        "open": "visible", "key": "hidden", "list": [["inner": ["deep"], "other": "x"], 1],
      ]) == ["hidden", "deep"])
  }
}
