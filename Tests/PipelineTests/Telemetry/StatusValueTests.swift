import Foundation
import Testing

@testable import Pipeline

@Suite struct StatusValueTests {
  private func json(_ value: StatusValue) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  @Test func everyKindHasItsJSONForm() throws {
    let value = StatusValue.object([
      "null": .null, "yes": .bool(true), "whole": .int(-7), "part": .double(0.25),
      "text": .string("a \"b\"\n"), "list": .array([.int(1), .array([]), .object([:])]),
    ])
    #expect(
      try json(value)
        == #"{"list":[1,[],{}],"null":null,"part":0.25,"text":"a \"b\"\n","whole":-7,"yes":true}"#)
  }

  @Test func numbersAreRoundedAndClamped() throws {
    #expect(try json(.rounded(1.0 / 3)) == "0.333")
    #expect(try json(.seconds(.milliseconds(1234))) == "1.234")
    #expect(try json(.int(UInt64.max)) == "9223372036854775807")
    #expect(try json(.int(UInt8(200))) == "200")
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func whatJSONCannotSayIsNull(value: Double) throws {
    #expect(try json(.rounded(value)) == "null")
  }

  @Test func absentTextIsNull() {
    #expect(StatusValue.text(nil) == .null)
    #expect(StatusValue.text("x") == .string("x"))
  }
}
