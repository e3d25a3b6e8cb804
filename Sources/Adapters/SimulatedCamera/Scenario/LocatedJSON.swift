/// A JSON value that knows where it stood, so that whoever wrote the file finds the mistake.
///
/// Only for small files that people write: at most 1 MiB, nested at most 32 deep.
///
/// Source: RFC 8259.
struct LocatedJSON: Sendable {
  indirect enum Content: Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([LocatedJSON])
    /// In order, doubles too.
    case object([(name: String, value: LocatedJSON)])
  }

  struct SyntaxError: Error, Equatable, CustomStringConvertible {
    let line: Int
    let column: Int
    let text: String

    var description: String { "line \(line), column \(column): \(text)" }
  }

  static let sizeLimit = 1 << 20
  static let depthLimit = 32

  let content: Content
  /// From 1.
  let line: Int
  /// In bytes, from 1.
  let column: Int

  init(content: Content, line: Int, column: Int) {
    self.content = content
    self.line = line
    self.column = column
  }

  /// - Throws: The first mistake; behind it nothing can be understood.
  init(parsing bytes: [UInt8]) throws(SyntaxError) {
    guard bytes.count <= Self.sizeLimit else {
      throw SyntaxError(line: 1, column: 1, text: "more than \(Self.sizeLimit) bytes")
    }
    var reader = JSONTextReader(bytes: bytes)
    self = try reader.document()
  }
}

/// Reads JSON from the start to the end of a text.
private struct JSONTextReader {
  private let bytes: [UInt8]
  private var index = 0
  private var line = 1
  private var lineStart = 0

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func document() throws(LocatedJSON.SyntaxError) -> LocatedJSON {
    let value = try value(depth: 0)
    skipBlanks()
    guard index == bytes.count else { throw error("there is more behind the end") }
    return value
  }

  private func error(_ text: String) -> LocatedJSON.SyntaxError {
    .init(line: line, column: index - lineStart + 1, text: text)
  }

  private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func skipBlanks() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) {
      index += 1
      if byte == 0x0A {
        line += 1
        lineStart = index
      }
    }
  }

  /// - Returns: Whether `character` came, which is then skipped.
  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard let byte = next, byte == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  private mutating func expect(
    _ character: Unicode.Scalar, _ place: String
  ) throws(LocatedJSON.SyntaxError) {
    skipBlanks()
    guard skip(character) else { throw error("\"\(character)\" expected \(place)") }
  }

  private mutating func value(depth: Int) throws(LocatedJSON.SyntaxError) -> LocatedJSON {
    skipBlanks()
    guard depth < LocatedJSON.depthLimit else { throw error("nested too deep") }
    let (line, column) = (line, index - lineStart + 1)
    let content: LocatedJSON.Content
    switch next {
    case UInt8(ascii: "{"): content = .object(try members(depth: depth))
    case UInt8(ascii: "["): content = .array(try elements(depth: depth))
    case UInt8(ascii: "\""): content = .string(try string())
    case .some: content = try word()
    case nil: throw error("the file ends where a value is expected")
    }
    return LocatedJSON(content: content, line: line, column: column)
  }

  private mutating func members(
    depth: Int
  ) throws(LocatedJSON.SyntaxError) -> [(name: String, value: LocatedJSON)] {
    var members: [(name: String, value: LocatedJSON)] = []
    index += 1
    skipBlanks()
    guard !skip("}") else { return members }
    repeat {
      skipBlanks()
      guard next == UInt8(ascii: "\"") else { throw error("a key in quotes expected") }
      let name = try string()
      try expect(":", "behind the key")
      members.append((name, try value(depth: depth + 1)))
      skipBlanks()
    } while skip(",")
    try expect("}", "or \",\" behind a member")
    return members
  }

  private mutating func elements(depth: Int) throws(LocatedJSON.SyntaxError) -> [LocatedJSON] {
    var elements: [LocatedJSON] = []
    index += 1
    skipBlanks()
    guard !skip("]") else { return elements }
    repeat {
      elements.append(try value(depth: depth + 1))
      skipBlanks()
    } while skip(",")
    try expect("]", "or \",\" behind an element")
    return elements
  }

  /// `true`, `false`, `null` or a number.
  private mutating func word() throws(LocatedJSON.SyntaxError) -> LocatedJSON.Content {
    let start = index
    let ends = Set(" \t\n\r,:[]{}\"".utf8)
    var end = index
    while end < bytes.count, !ends.contains(bytes[end]) { end += 1 }
    let text = String(decoding: bytes[start..<end], as: UTF8.self)
    let content: LocatedJSON.Content? =
      switch text {
      case "true": .bool(true)
      case "false": .bool(false)
      case "null": .null
      default:
        // Double also takes words and hexadecimal, which are no JSON.
        text.utf8.allSatisfy { Set("+-.0123456789Ee".utf8).contains($0) }
          ? Double(text).map { .number($0) } : nil
      }
    guard let content else { throw error("\"\(text.prefix(20))\" is no value") }
    index = end
    return content
  }

  private mutating func string() throws(LocatedJSON.SyntaxError) -> String {
    index += 1
    var text: [UInt8] = []
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        index += 1
        guard let string = String(validating: text, as: UTF8.self) else {
          throw error("the text is not UTF-8")
        }
        return string
      case UInt8(ascii: "\\"): text += try escape()
      case 0..<0x20: throw error("a text must end on its line")
      default:
        text.append(byte)
        index += 1
      }
    }
    throw error("the file ends inside a text")
  }

  private mutating func escape() throws(LocatedJSON.SyntaxError) -> [UInt8] {
    let plain: [UInt8: UInt8] = [
      0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 0x08, 0x66: 0x0C, 0x6E: 0x0A, 0x72: 0x0D,
      0x74: 0x09,
    ]
    guard index + 1 < bytes.count else { throw error("the file ends inside a text") }
    if let byte = plain[bytes[index + 1]] {
      index += 2
      return [byte]
    }
    // Pairs of surrogates are not taken: command names and times need no such character.
    guard bytes[index + 1] == UInt8(ascii: "u"), index + 6 <= bytes.count,
      let code = UInt32(
        String(decoding: bytes[(index + 2)..<(index + 6)], as: UTF8.self), radix: 16),
      let scalar = Unicode.Scalar(code)
    else { throw error("no such escape") }
    index += 6
    return Array(String(Character(scalar)).utf8)
  }
}
