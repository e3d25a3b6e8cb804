extension JSONValue {
  /// A number, as `integer` if it is whole, so that 1.0 equals 1.
  public init(_ number: Double) {
    self = Int(exactly: number).map(JSONValue.integer) ?? .number(number)
  }

  /// A number by its text, which must be one of JSON's.
  ///
  /// Becomes `exact` if a `Double` would have another value than the one that is written; that one
  /// gives back the shortest digits that mean it, so that 0.1 is a `number` all the same.
  init(number text: String) {
    // A Double holds any fifteen digits.
    let isShort = text.utf8.count <= 16 && !text.utf8.contains { $0 | 0x20 == UInt8(ascii: "e") }
    guard let number = Double(text), number.isFinite,
      isShort || Decimals(text) == Decimals(number.description)
    else {
      self = .exact(text)
      return
    }
    self.init(number)
  }
}

/// The value of a number's text, whatever its spelling: `120`, `1.2e2` and `0.12E+3` are equal.
private struct Decimals: Equatable {
  private var isNegative = false
  /// Without zeros at its ends; empty for zero.
  private var digits: [UInt8] = []
  /// Power of ten that the last digit is multiplied with.
  private var exponent = 0

  init?(_ text: String) {
    let parts = text.utf8.split(maxSplits: 1) { $0 | 0x20 == UInt8(ascii: "e") }
    var isFraction = false
    for byte in parts.first ?? text.utf8[...] {
      switch byte {
      case UInt8(ascii: "-"): isNegative = true
      case UInt8(ascii: "."): isFraction = true
      default:
        digits.append(byte)
        if isFraction { exponent -= 1 }
      }
    }
    if parts.count == 2 {
      // No exponent that a Double has comes near to the limit. Only the magnitude of the smallest
      // Int can be taken: without its sign it is none.
      guard let power = Int(String(decoding: parts[1], as: UTF8.self)), power.magnitude < 10_000
      else { return nil }
      exponent += power
    }
    normalize()
  }

  private mutating func normalize() {
    while digits.last == 0x30 {
      digits.removeLast()
      exponent += 1
    }
    digits = Array(digits.drop { $0 == 0x30 })
    if digits.isEmpty {
      exponent = 0
      isNegative = false
    }
  }
}
