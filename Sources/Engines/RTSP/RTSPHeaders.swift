/// Header fields in the order they came; names compare without regard to case.
public struct RTSPHeaders: Sendable, Hashable {
  /// One field; the value is free of control characters and outer white space.
  public struct Field: Sendable, Hashable {
    public var name: String
    public var value: String
  }

  public private(set) var fields: [Field] = []

  public init() {}

  /// The value of the first field called `name`, nil if there is none.
  ///
  /// The first one counts because GStreamer's rtspsrc sends `User-Agent` twice, its own first.
  public subscript(name: String) -> String? {
    fields.first { $0.name.isEqualIgnoringCase(name) }?.value
  }

  /// The values of all fields called `name`.
  public func values(_ name: String) -> [String] {
    fields.filter { $0.name.isEqualIgnoringCase(name) }.map(\.value)
  }

  /// The comma-separated tokens of all fields called `name`.
  public func tokens(_ name: String) -> [String] {
    values(name).flatMap { $0.split(separator: ",") }.map { $0.trimmed }.filter { !$0.isEmpty }
  }

  public mutating func append(_ name: String, _ value: String) {
    fields.append(Field(name: name, value: value))
  }

  /// Adds a continuation line to the last field; false if there is none.
  ///
  /// Source: RFC 2326 §15 (linear white space), as in HTTP/1.1.
  mutating func fold(_ continuation: String) -> Bool {
    guard let last = fields.indices.last else { return false }
    let separator = fields[last].value.isEmpty || continuation.isEmpty ? "" : " "
    fields[last].value += separator + continuation
    return true
  }
}

extension StringProtocol {
  /// ASCII comparison without regard to case.
  func isEqualIgnoringCase(_ other: some StringProtocol) -> Bool {
    guard utf8.count == other.utf8.count else { return false }
    return zip(utf8, other.utf8).allSatisfy { $0.asciiLowercase == $1.asciiLowercase }
  }

  /// Without spaces and tabs at either end, whatever character follows them: a combining one
  /// makes one character with a space.
  var trimmed: String {
    let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
    let text = Array(utf8).drop(while: isSpace)
    guard let last = text.lastIndex(where: { !isSpace($0) }) else { return "" }
    return String(decoding: text[...last], as: UTF8.self)
  }

  /// The number these ASCII digits stand for; nil for anything else, signs and spaces included.
  func decimal<Number: FixedWidthInteger>(as type: Number.Type) -> Number? {
    guard !isEmpty, utf8.allSatisfy({ $0.isASCIIDigit }) else { return nil }
    return Number(self, radix: 10)
  }
}

extension UInt8 {
  var asciiLowercase: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
  var isASCIIDigit: Bool { (0x30...0x39).contains(self) }
  var isASCIILetter: Bool { (0x61...0x7A).contains(asciiLowercase) }

  /// A character of a method or header name.
  ///
  /// Source: RFC 2326 §15.1, `token`.
  var isTokenCharacter: Bool {
    switch self {
    case 0x21...0x7E:
      switch self {
      case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"),
        UInt8(ascii: "@"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ":"),
        UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "/"), UInt8(ascii: "["),
        UInt8(ascii: "]"), UInt8(ascii: "?"), UInt8(ascii: "="), UInt8(ascii: "{"),
        UInt8(ascii: "}"), UInt8(ascii: "$"):
        false
      default: true
      }
    default: false
    }
  }
}
