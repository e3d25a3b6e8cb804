import FoundationEssentials
import NIOCore

/// Any JSON value, for parameters and answers of the camera API.
public enum JSONValue: Sendable, Hashable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// Deepest nesting of arrays and objects that is read. Cameras nest four deep; a decoder works on
  /// the stack of its thread, which is no place for what a stranger sends.
  public static let depthLimit = 32

  /// Reads one JSON text; nil if `bytes` are none, or nested deeper than `depthLimit`.
  public init?(parsing bytes: ByteBuffer) {
    guard bytes.jsonDepth <= Self.depthLimit else { return nil }
    let data = Data(bytes.readableBytesView)
    guard let value = try? JSONDecoder().decode(JSONValue.self, from: data) else { return nil }
    self = value
  }

  public var string: String? { if case .string(let value) = self { value } else { nil } }
  public var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

  /// The number, if it is whole.
  public var integer: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The number, whole or not.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
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

extension JSONValue: Decodable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
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
  /// How deeply arrays and objects are nested, in a text that is JSON.
  fileprivate var jsonDepth: Int {
    var (depth, deepest) = (0, 0)
    var (isInString, isEscaped) = (false, false)
    for byte in readableBytesView {
      switch byte {
      case _ where isEscaped: isEscaped = false
      case UInt8(ascii: "\\"): isEscaped = isInString
      case UInt8(ascii: "\""): isInString.toggle()
      case _ where isInString: break
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        deepest = max(deepest, depth)
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      default: break
      }
    }
    return deepest
  }

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
