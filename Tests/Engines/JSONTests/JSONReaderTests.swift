import Foundation
import JSON
import NIOCore
import TestSupport
import Testing

@Suite struct JSONReaderTests {
  private func read(_ text: String) throws(JSONError) -> JSONValue {
    try JSONValue(reading: ByteBuffer(string: text))
  }

  private func error(_ bytes: [UInt8]) throws -> String {
    let error = #expect(throws: JSONError.self) {
      try JSONValue(reading: ByteBuffer(bytes: bytes))
    }
    return try #require(error).description
  }

  @Test(arguments: [
    ("", "line 1, column 1: the text ends too early"),
    ("{\"a\": 1,\n \"b\" 2}", "line 2, column 6: \":\" is expected"),
    ("[1, 2,]", "line 1, column 7: a value is expected"),
    ("{,}", "line 1, column 2: a name in quotes is expected"),
    ("{\"a\":1,}", "line 1, column 8: a name in quotes is expected"),
    ("[1 2]", "line 1, column 4: \",\" or \"]\" is expected"),
    ("{\"a\":1 \"b\"}", "line 1, column 8: \",\" or \"}\" is expected"),
    ("1 2", "line 1, column 3: the end is expected"),
    ("01", "line 1, column 2: the end is expected"),
    ("-", "line 1, column 2: the text ends too early"),
    ("1.e2", "line 1, column 3: a digit is expected"),
    ("+1", "line 1, column 1: a value is expected"),
    ("truE", "line 1, column 4: true is expected"),
    ("NaN", "line 1, column 1: a value is expected"),
    ("\"a\nb\"", "line 1, column 3: the end of the text, or an escape is expected"),
    ("\"\\x\"", "line 1, column 3: an escape is expected"),
    ("\"\\u12G4\"", "line 1, column 6: four hexadecimal digits is expected"),
    ("\"\\ud800\"", "line 1, column 8: a pair of surrogates is expected"),
    ("\"\\ud800\\u0041\"", "line 1, column 14: a pair of surrogates is expected"),
    ("<html>", "line 1, column 1: a value is expected"),
  ])
  func mistakesAreFoundWhereTheyAre(text: String, message: String) throws {
    #expect(try error(Array(text.utf8)) == message)
  }

  @Test func textsMustBeUTF8AndNumbersShort() throws {
    #expect(try error([0x22, 0xFF, 0x22]) == "line 1, column 2: a text that is not UTF-8")
    #expect(try error([0x22, 0xC0, 0x80, 0x22]) == "line 1, column 2: a text that is not UTF-8")
    let digits = [UInt8](repeating: UInt8(ascii: "1"), count: 1001)
    #expect(
      try error([0x5B] + digits + [0x5D])
        == "line 1, column 2: a number of more than 1000 characters")
    let deep = [UInt8](repeating: UInt8(ascii: "["), count: 33)
    #expect(try error(deep) == "line 1, column 33: nested more than 32 deep")
  }

  @Test(
    arguments: [
      ("0", 0), ("-0", 0), ("1.0", 1), ("1e3", 1000), ("9223372036854775807", .integer(.max)),
      ("-9223372036854775808", .integer(.min)), ("0.1", .number(0.1)), ("1E-2", .number(0.01)),
      ("1586417492054.487", .number(1_586_417_492_054.487)), ("1e400", .exact("1e400")),
      ("24.930000000001098", .number(24.930000000001098)), ("0.10", .number(0.1)),
      ("18446744073709551615", .exact("18446744073709551615")), ("1e20", .number(1e20)),
      ("100000000000000000000", .number(1e20)),
      (
        "0.12345678901234567890123",
        .exact(
          "0.12345678901234567890123")
      ), ("1e-400", .exact("1e-400")),
      (
        "0e999999999999999999999",
        .exact(
          "0e999999999999999999999")
      ), ("5e-324", .number(.leastNonzeroMagnitude)),
    ] as [(String, JSONValue)])
  func numbersKeepTheirValue(text: String, value: JSONValue) throws {
    let result = try read(text)
    #expect(result == value)
    var written = ByteBuffer()
    result.encode(into: &written)
    #expect(try JSONValue(reading: written) == value)
  }

  /// Every exponent about the ends of `Int` and `Int64`, whatever its sign and its digits.
  @Test(arguments: [
    "9223372036854775806", "9223372036854775807", "9223372036854775808", "9223372036854775809",
    "18446744073709551615", "18446744073709551616", "4294967296", "2147483648", "10000",
  ])
  func hugeExponentsAreKept(exponent: String) throws {
    for mantissa in ["1", "-1", "1.5", "0", "-0.0", "12345678901234567890"] {
      for sign in ["", "+", "-"] {
        for letter in ["e", "E"] {
          for text in [
            mantissa + letter + sign + exponent, mantissa + letter + sign + "0" + exponent,
          ] {
            #expect(try read(text) == .exact(text))
            #expect(try read("[{\"x\":\(text)}]") == [["x": .exact(text)]])
          }
        }
      }
    }
  }

  /// Random numbers of any shape: each is read, and written again it is the same.
  @Test func anyNumberIsRead() throws {
    var generator = SeededGenerator(seed: 0x4E55_4D42)
    func digits(_ most: Int) -> String {
      let count = Int.random(in: 1...most, using: &generator)
      return String((0..<count).map { _ in "0123456789".randomElement(using: &generator) ?? "0" })
    }
    for _ in 0..<5_000 {
      var text = Bool.random(using: &generator) ? "-" : ""
      let whole = digits(22).drop { $0 == "0" }
      text += whole.isEmpty ? "0" : whole
      if Bool.random(using: &generator) { text += "." + digits(22) }
      if Bool.random(using: &generator) {
        text += ["e", "E", "e+", "e-", "E-"].randomElement(using: &generator) ?? "e"
        text += digits(21)
      }
      let value = try read(text)
      var written = ByteBuffer()
      value.encode(into: &written)
      #expect(try JSONValue(reading: written) == value, "\(text)")
    }
  }

  @Test func exactNumbersAreNumbers() throws {
    #expect(try read("18446744073709551615").number == 0x1p64)
    #expect(try read("18446744073709551615").integer == nil)
  }

  @Test func textsAreUnescaped() throws {
    #expect(
      try read(#""\"\\\/\b\f\n\r\t\u0000\u00e4\uD83D\uDE00空""#).string
        == "\"\\/\u{8}\u{C}\n\r\t\0ä😀空")
    #expect(try read("\u{FEFF}\"x\"") == "x")
    #expect(try read(#"{"a":1,"a":2}"#) == ["a": 2])
  }

  @Test func whatIsCutOffEndsTooEarly() throws {
    let bytes = Array(#"{"a":[1,-2.5e3,"\u00e4空\n",true,null],"b":{"c":false}}"#.utf8)
    for count in 0..<bytes.count {
      let cut = Array(bytes[..<count])
      let error = #expect(throws: JSONError.self) {
        try JSONValue(reading: ByteBuffer(bytes: cut))
      }
      #expect(error?.fault == .ended && error?.offset == count)
    }
  }

  /// What is accepted is JSON for Foundation, too, and means the same.
  @Test func agreesWithAnotherReader() throws {
    let sample = Array(
      #"{"id":-1,"r":["http:\/\/h\u00e4\ud83d\ude00",[1,-2.5e3,null],{"a":true,"b":"空"}]}"#.utf8)
    var generator = SeededGenerator(seed: 0x5245_4144)
    var (accepted, refused) = (0, 0)
    for _ in 0..<20_000 {
      let bytes = Mutation.mutate(sample, using: &generator)
      let mine = JSONValue(parsing: ByteBuffer(bytes: bytes))
      let other = try? JSONSerialization.jsonObject(
        with: Data(bytes), options: .fragmentsAllowed)
      guard let mine else {
        refused += 1
        continue
      }
      accepted += 1
      #expect(other != nil, "\(String(decoding: bytes, as: UTF8.self))")
      if let other {
        #expect(Self.isSame(mine, other), "\(String(decoding: bytes, as: UTF8.self))")
      }
    }
    #expect(accepted > 500 && refused > 500)
  }

  /// Whether Foundation's value is the same; numbers that no `Double` holds it rounds.
  private static func isSame(_ mine: JSONValue, _ other: Any) -> Bool {
    switch mine {
    case .null: return other is NSNull
    case .boolean(let value): return other as? Bool == value
    case .integer(let value): return (other as? NSNumber)?.doubleValue == Double(value)
    case .number(let value): return (other as? NSNumber)?.doubleValue == value
    case .exact(let text):
      return (other as? NSNumber).map { "\($0.doubleValue)" } == Double(text).map { "\($0)" }
    case .string(let value):
      // Not by `==`, for which two spellings of one letter are equal.
      return (other as? String).map { Array($0.unicodeScalars) } == Array(value.unicodeScalars)
    case .array(let values):
      guard let others = other as? [Any], others.count == values.count else { return false }
      return zip(values, others).allSatisfy { isSame($0, $1) }
    case .object(let members):
      guard let others = other as? [String: Any], others.count == members.count else {
        return false
      }
      return members.allSatisfy { name, value in
        others[name].map { isSame(value, $0) } ?? false
      }
    }
  }
}
