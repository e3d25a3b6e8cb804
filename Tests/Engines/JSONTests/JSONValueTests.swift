import JSON
import NIOCore
import TestSupport
import Testing

@Suite struct JSONValueTests {
  private func parse(_ text: String) -> JSONValue? { JSONValue(parsing: ByteBuffer(string: text)) }

  private func text(_ value: JSONValue) -> String {
    var buffer = ByteBuffer()
    value.encode(into: &buffer)
    return String(buffer: buffer)
  }

  @Test func readsWhatItWrites() {
    let value: JSONValue = [
      .null, true, false, -7, .number(1.5), "α \"quoted\" \\ \n\u{1}", [], [:],
      ["b": [1, 2], "a": ["x": .null]],
    ]
    #expect(parse(text(value)) == value)
    #expect(text(["b": 1, "a": 2]) == #"{"a":2,"b":1}"#)
  }

  @Test func readsEscapedSlashes() {
    #expect(parse(#"["http:\/\/h\/x"]"#)?.strings == ["http://h/x"])
  }

  @Test func infinityBecomesNull() {
    #expect(text([.number(.infinity), .number(.nan)]) == "[null,null]")
  }

  @Test func depthAndNonsenseAreRefusedWithoutHarm() {
    #expect(parse(String(repeating: "[", count: 100_000)) == nil)
    func nested(_ count: Int) -> String {
      String(repeating: #"[{"a":"#, count: count / 2) + "1"
        + String(repeating: "}]", count: count / 2)
    }
    #expect(parse(nested(JSONValue.depthLimit)) != nil)
    #expect(parse(nested(JSONValue.depthLimit + 2)) == nil)
    // Brackets in texts are no depth, and escaped quotes end none.
    let brackets = String(repeating: #"[{\""#, count: 100)
    #expect(parse("[\"\(brackets)\"]")?.strings?.first?.count == 300)
    #expect(parse("") == nil)
    #expect(parse("<html>") == nil)
  }

  @Test func mutationsNeverTrap() {
    let sample = Array(#"{"id":1,"result":["http:\/\/h",[1,-2.5e3,null],{"a":true}]}"#.utf8)
    var generator = SeededGenerator(seed: 0x4A53_4F4E)
    var accepted = 0
    for _ in 0..<5000 {
      let bytes = Mutation.mutate(sample, using: &generator)
      guard let value = JSONValue(parsing: ByteBuffer(bytes: bytes)) else { continue }
      accepted += 1
      #expect(parse(text(value)) == value)
    }
    #expect(accepted > 0)
  }
}
