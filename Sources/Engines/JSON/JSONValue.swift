import NIOCore

/// Any JSON value, for parameters and answers of APIs.
public enum JSONValue: Sendable, Hashable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  /// A number that is neither an `Int` nor what a `Double` holds, as it was written: 2⁶⁴, or one
  /// of thirty digits.
  case exact(String)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// Deepest nesting of arrays and objects that is read. Cameras nest four deep, Sora six; reading
  /// works on the stack of its thread, which is no place for what a stranger sends.
  public static let depthLimit = 32

  /// Reads one JSON text, all of `bytes`.
  ///
  /// - Throws: Why they are none, and where.
  public init(reading bytes: ByteBuffer) throws(JSONError) {
    var reader = JSONReader(Array(bytes.readableBytesView))
    self = try reader.document()
  }

  /// Reads one JSON text; nil if `bytes` are none, or nested deeper than `depthLimit`.
  public init?(parsing bytes: ByteBuffer) {
    guard let value = try? JSONValue(reading: bytes) else { return nil }
    self = value
  }

  public var string: String? { if case .string(let value) = self { value } else { nil } }
  public var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  public var object: [String: JSONValue]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// The number, if it is whole.
  public var integer: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The number, whole or not, as near as a `Double` comes.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .exact(let text): Double(text)
    default: nil
    }
  }

  /// The strings of an array; other values in it are left out.
  public var strings: [String]? { array?.compactMap(\.string) }

  /// The member `name` of an object.
  public subscript(name: String) -> JSONValue? {
    if case .object(let members) = self { members[name] } else { nil }
  }

  /// Appends the value as JSON, object members in alphabetical order. Numbers that JSON does not
  /// have (infinite, not a number) become `null`.
  public func encode(into buffer: inout ByteBuffer) {
    switch self {
    case .null: buffer.writeString("null")
    case .boolean(let value): buffer.writeString(value ? "true" : "false")
    case .integer(let value): buffer.writeString(String(value))
    case .number(let value): buffer.writeString(value.isFinite ? String(value) : "null")
    case .exact(let text): buffer.writeString(text)
    case .string(let value): buffer.writeJSON(value)
    case .array(let values):
      buffer.writeString("[")
      for (index, value) in values.enumerated() {
        if index > 0 { buffer.writeString(",") }
        value.encode(into: &buffer)
      }
      buffer.writeString("]")
    case .object(let members):
      buffer.writeString("{")
      for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
        if index > 0 { buffer.writeString(",") }
        buffer.writeJSON(member.key)
        buffer.writeString(":")
        member.value.encode(into: &buffer)
      }
      buffer.writeString("}")
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements) { first, _ in first })
  }
}

extension ByteBuffer {
  /// Writes a JSON string with its quotes.
  ///
  /// Source: RFC 8259 §7.
  fileprivate mutating func writeJSON(_ text: String) {
    writeString("\"")
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): writeString("\\\"")
      case UInt8(ascii: "\\"): writeString("\\\\")
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        writeString("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
      default: writeInteger(byte)
      }
    }
    writeString("\"")
  }
}
