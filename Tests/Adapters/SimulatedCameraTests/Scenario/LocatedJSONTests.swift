import TestSupport
import Testing

@testable import SimulatedCamera

struct LocatedJSONTests {
  private func parse(_ text: String) throws(LocatedJSON.SyntaxError) -> LocatedJSON {
    try LocatedJSON(parsing: Array(text.utf8))
  }

  /// The value written again, without places.
  private func plain(_ value: LocatedJSON) -> String {
    switch value.content {
    case .null: "null"
    case .bool(let bool): "\(bool)"
    case .number(let number): "\(number)"
    case .string(let text): "'\(text)'"
    case .array(let values): "[" + values.map(plain).joined(separator: " ") + "]"
    case .object(let members):
      "{" + members.map { "\($0.name)=\(plain($0.value))" }.joined(separator: " ") + "}"
    }
  }

  @Test func everyKindOfValueIsRead() throws {
    let text = #"{"a": [1, -2.5e1, true, false, null, {}, []], "a": "x\"\\\/\n\u00e4ö"}"#
    #expect(
      plain(try parse(text)) == "{a=[1.0 -25.0 true false null {} []] a='x\"\\/\näö'}")
  }

  @Test func placesAreKnown() throws {
    let value = try parse("{\n  \"a\": [\n    7\n  ]\n}")
    guard case .object(let members) = value.content,
      case .array(let values) = members[0].value.content
    else {
      Issue.record("no object")
      return
    }
    #expect((value.line, value.column) == (1, 1))
    #expect((members[0].value.line, members[0].value.column) == (2, 8))
    #expect((values[0].line, values[0].column) == (3, 5))
  }

  @Test(arguments: [
    ("", 1, 1, "ends where a value"), ("{", 1, 2, "a key in quotes"), ("{\"a\"}", 1, 5, "\":\""),
    ("[1 2]", 1, 4, "\"]\""), ("[1,]", 1, 4, "is no value"), ("nul", 1, 1, "is no value"),
    ("{}\n x", 2, 2, "behind the end"), ("\"a\n\"", 1, 3, "must end on its line"),
    ("\"\\x\"", 1, 2, "no such escape"), ("\"\\ud800\"", 1, 2, "no such escape"),
    ("\"a", 1, 3, "inside a text"), ("0x10", 1, 1, "is no value"), ("inf", 1, 1, "is no value"),
    ("{'a': 1}", 1, 2, "a key in quotes"),
  ])
  func mistakesHaveAPlace(text: String, line: Int, column: Int, words: String) {
    do {
      _ = try parse(text)
      Issue.record("\(text) was taken")
    } catch {
      #expect(error.line == line && error.column == column, "\(error)")
      #expect(error.text.contains(words), "\(error)")
    }
  }

  @Test func depthAndSizeAreLimited() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: LocatedJSON.SyntaxError(line: 1, column: 33, text: "nested too deep")) {
      try parse(deep)
    }
    let long = String(repeating: " ", count: LocatedJSON.sizeLimit + 1)
    #expect(throws: LocatedJSON.SyntaxError.self) { try parse(long) }
  }
}
