/// Reads one JSON text from start to end.
///
/// Each byte is looked at once. It calls itself for what is nested, so that the depth is limited.
///
/// Source: RFC 8259, whose grammar is taken to the letter, but for a byte order mark at the start,
/// which is skipped (§8.1 allows that).
struct JSONReader {
  /// Longest number in bytes. Reading a number takes longer than its length.
  static let numberLimit = 1000

  private let bytes: [UInt8]
  private var index: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try value(depth: 0)
    skipBlanks()
    guard index == bytes.count else { throw error(.unexpected(expected: "the end")) }
    return value
  }

  private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  /// The error for what stands at `index`.
  private func error(_ fault: JSONError.Fault) -> JSONError {
    let before = bytes[..<min(index, bytes.count)]
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    return JSONError(
      fault: index < bytes.count ? fault : .ended, offset: before.count,
      line: 1 + before.reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) },
      column: before.count - lineStart + 1)
  }

  private mutating func skipBlanks() {
    while let byte = next {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      default: return
      }
    }
  }

  /// - Returns: Whether `byte` came, which is then skipped.
  private mutating func skip(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    index += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    skipBlanks()
    switch next {
    case UInt8(ascii: "{"):
      try enter(depth)
      return .object(try members(depth: depth))
    case UInt8(ascii: "["):
      try enter(depth)
      return .array(try elements(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case .some(UInt8(ascii: "-")), .some(0x30...0x39): return try number()
    default: throw error(.unexpected(expected: "a value"))
    }
  }

  private func enter(_ depth: Int) throws(JSONError) {
    guard depth < JSONValue.depthLimit else {
      throw error(.nestedTooDeep(limit: JSONValue.depthLimit))
    }
  }

  /// Of several members with one name the last one counts.
  private mutating func members(depth: Int) throws(JSONError) -> [String: JSONValue] {
    var members: [String: JSONValue] = [:]
    index += 1
    skipBlanks()
    guard !skip(UInt8(ascii: "}")) else { return members }
    repeat {
      skipBlanks()
      guard next == UInt8(ascii: "\"") else {
        throw error(.unexpected(expected: "a name in quotes"))
      }
      let name = try string()
      skipBlanks()
      guard skip(UInt8(ascii: ":")) else { throw error(.unexpected(expected: "\":\"")) }
      members[name] = try value(depth: depth + 1)
      skipBlanks()
    } while skip(UInt8(ascii: ","))
    guard skip(UInt8(ascii: "}")) else { throw error(.unexpected(expected: "\",\" or \"}\"")) }
    return members
  }

  private mutating func elements(depth: Int) throws(JSONError) -> [JSONValue] {
    var elements: [JSONValue] = []
    index += 1
    skipBlanks()
    guard !skip(UInt8(ascii: "]")) else { return elements }
    repeat {
      elements.append(try value(depth: depth + 1))
      skipBlanks()
    } while skip(UInt8(ascii: ","))
    guard skip(UInt8(ascii: "]")) else { throw error(.unexpected(expected: "\",\" or \"]\"")) }
    return elements
  }

  private mutating func word(
    _ word: StaticString, _ value: JSONValue
  ) throws(JSONError) -> JSONValue {
    for byte in word.description.utf8 {
      guard skip(byte) else { throw error(.unexpected(expected: word.description)) }
    }
    return value
  }
}

// MARK: - Numbers

extension JSONReader {
  private mutating func number() throws(JSONError) -> JSONValue {
    let start = index
    var isWhole = true
    _ = skip(UInt8(ascii: "-"))
    // No zero stands before other digits.
    if !skip(0x30) { try digits() }
    if skip(UInt8(ascii: ".")) {
      isWhole = false
      try digits()
    }
    if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
      isWhole = false
      if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
      try digits()
    }
    guard index - start <= Self.numberLimit else {
      index = start
      throw error(.numberTooLong(limit: Self.numberLimit))
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    if isWhole, let integer = Int(text) { return .integer(integer) }
    return JSONValue(number: text)
  }

  /// At least one.
  private mutating func digits() throws(JSONError) {
    let start = index
    while let byte = next, (0x30...0x39).contains(byte) { index += 1 }
    guard index > start else { throw error(.unexpected(expected: "a digit")) }
  }
}

// MARK: - Texts

extension JSONReader {
  private mutating func string() throws(JSONError) -> String {
    index += 1
    let start = index
    while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
      index += 1
    }
    // Most texts have no escapes and are taken as they are.
    if next == UInt8(ascii: "\"") {
      let text = bytes[start..<index]
      index += 1
      return try checked(text, from: start)
    }
    var text = Array(bytes[start..<index])
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        index += 1
        return try checked(text[...], from: start)
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw error(.unexpected(expected: "the end of the text, or an escape"))
      default:
        text.append(byte)
        index += 1
      }
    }
    throw error(.ended)
  }

  /// - Parameter start: Of the text, for the error.
  private mutating func checked(
    _ text: ArraySlice<UInt8>, from start: Int
  ) throws(JSONError) -> String {
    guard let string = String(validating: text, as: UTF8.self) else {
      index = start
      throw error(.notUTF8)
    }
    return string
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    index += 1
    switch next {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(bytes[index])
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      index += 1
      text += Array(String(Character(try escapedScalar())).utf8)
      return
    default: throw error(.unexpected(expected: "an escape"))
    }
    index += 1
  }

  /// One scalar of one or two escapes; half a pair of surrogates is no text.
  private mutating func escapedScalar() throws(JSONError) -> Unicode.Scalar {
    let first = try codeUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    if (0xD800..<0xDC00).contains(first), skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")) {
      let second = try codeUnit()
      if (0xDC00..<0xE000).contains(second),
        let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
      {
        return scalar
      }
    }
    throw error(.unexpected(expected: "a pair of surrogates"))
  }

  /// Four hexadecimal digits.
  private mutating func codeUnit() throws(JSONError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      let digit: UInt8
      switch next {
      case .some(let byte) where (0x30...0x39).contains(byte): digit = byte - 0x30
      case .some(let byte) where (0x41...0x46).contains(byte): digit = byte - 0x41 + 10
      case .some(let byte) where (0x61...0x66).contains(byte): digit = byte - 0x61 + 10
      default: throw error(.unexpected(expected: "four hexadecimal digits"))
      }
      unit = unit << 4 | UInt32(digit)
      index += 1
    }
    return unit
  }
}
