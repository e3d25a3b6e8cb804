import JSON
import NIOCore

/// Text from outside, made fit to be shown.
public enum ControlText {
  /// One line without control characters, marks of writing direction and repeated blanks; cut at
  /// `limit` characters.
  public static func cleaned(_ text: some StringProtocol, limit: Int) -> String {
    var result = ""
    var (count, isBlank) = (0, true)
    for scalar in text.unicodeScalars {
      if isHarmful(scalar) || scalar == " " {
        if isBlank { continue }
        isBlank = true
      } else {
        isBlank = false
      }
      guard count < limit else { return trimmed(result) + "…" }
      result.unicodeScalars.append(isBlank ? " " : scalar)
      count += 1
    }
    return trimmed(result)
  }

  /// The first bytes of a body as `cleaned` text; secrets in it are replaced.
  ///
  /// - Parameter mayQuote: Whether text that is no JSON may be shown. What it makes of secret
  ///   parameters, nobody knows.
  static func excerpt(of body: ByteBuffer, hiding mask: SecretMask, mayQuote: Bool) -> String {
    if let json = JSONValue(parsing: body) {
      return compact(shortened(json, hiding: mask), limit: 120)
    }
    guard mayQuote else { return "" }
    let bytes = body.readableBytesView.prefix(scanLimit)
    return cleaned(mask.hiding(in: String(decoding: bytes, as: UTF8.self)), limit: 120)
  }

  /// So much of a text is looked at, as only its beginning is shown.
  private static let scanLimit = 4096

  /// The text's beginning as `cleaned` does it, without secrets.
  static func cleaned(_ text: String, hiding mask: SecretMask, limit: Int) -> String {
    let beginning = String(text.unicodeScalars.prefix(scanLimit))
    return cleaned(mask.hiding(in: beginning), limit: limit)
  }

  /// A value short enough for a line, without secrets.
  static func shortened(_ value: JSONValue, hiding mask: SecretMask, depth: Int = 4) -> JSONValue {
    switch value {
    case .null, .boolean, .integer, .number:
      return value
    case .exact(let text):
      return text.utf8.count <= 40 ? value : .string(cleaned(text, limit: 40))
    case .string(let text):
      return .string(cleaned(text, hiding: mask, limit: 200))
    case .array(let values):
      guard depth > 0 else { return .string("…") }
      return .array(
        values.prefix(8).map { shortened($0, hiding: mask, depth: depth - 1) })
    case .object(let members):
      guard depth > 0 else { return .string("…") }
      let some = members.sorted { $0.key < $1.key }.prefix(16).map { name, value in
        (
          cleaned(name, hiding: mask, limit: 60),
          shortened(value, hiding: mask, depth: depth - 1)
        )
      }
      return .object(Dictionary(some) { first, _ in first })
    }
  }

  /// A value as JSON in one line, cut at `limit` characters.
  static func compact(_ value: JSONValue, limit: Int) -> String {
    var buffer = ByteBuffer()
    value.encode(into: &buffer)
    return cleaned(String(decoding: buffer.readableBytesView, as: UTF8.self), limit: limit)
  }

  private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate:
      true
    default: false
    }
  }

  private static func trimmed(_ text: String) -> String {
    text.last == " " ? String(text.dropLast()) : text
  }
}
