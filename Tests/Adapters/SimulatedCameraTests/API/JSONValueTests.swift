import NIOCore
import Testing

@testable import SimulatedCamera

struct JSONValueTests {
  @Test(arguments: [
    "{\"id\":1}", "[1,2.5,true,false,null,\"a\"]", "[]", "{\"a\":[{\"b\":[\"c\"]}]}", "\"ä\"",
  ])
  func parsingAndWritingGiveTheSame(text: String) {
    #expect(JSONValue(parsing: ByteBuffer(string: text))?.encoded() == text)
  }

  @Test(arguments: ["", "{", "[1", "{\"a\"}", "nonsense", "{} {}"])
  func othersAreRefused(text: String) {
    #expect(JSONValue(parsing: ByteBuffer(string: text)) == nil)
  }

  @Test func deepNestingIsRefusedAndDoesNotTrap() {
    let text = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
    #expect(JSONValue(parsing: ByteBuffer(string: text)) == nil)
  }

  @Test func truthIsNotANumber() {
    #expect(JSONValue(parsing: ByteBuffer(string: "[1,true]")) == [1, true])
  }

  @Test func specialCharactersAreEscaped() {
    #expect(JSONValue.string("\"\\\n/").encoded() == "\"\\\"\\\\\\u000a/\"")
    #expect(JSONValue.string("http://a").encoded(escapesSlashes: true) == "\"http:\\/\\/a\"")
  }
}
