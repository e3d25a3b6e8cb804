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
  static func excerpt(of body: ByteBuffer, secrets: [String]) -> String {
    if let json = JSONValue(parsing: body) {
      return compact(shortened(json, secrets: secrets), limit: 120)
    }
    // A secret that the cut goes through would not be found: look farther than is shown.
    let bytes = body.readableBytesView.prefix(4096)
    return cleaned(hiding(secrets, in: String(decoding: bytes, as: UTF8.self)), limit: 120)
  }

  /// The text with each of `secrets` replaced.
  static func hiding(_ secrets: [String], in text: String) -> String {
    var text = text
    for secret in secrets where secret.utf8.count >= 4 && text.contains(secret) {
      text = text.split(separator: secret, omittingEmptySubsequences: false)
        .joined(separator: "<secret>")
    }
    return text
  }

  /// A value short enough for a line, without `secrets`.
  static func shortened(_ value: JSONValue, secrets: [String], depth: Int = 4) -> JSONValue {
    switch value {
    case .null, .boolean, .integer, .number:
      return value
    case .exact(let text):
      return text.utf8.count <= 40 ? value : .string(cleaned(text, limit: 40))
    case .string(let text):
      return .string(cleaned(hiding(secrets, in: text), limit: 200))
    case .array(let values):
      guard depth > 0 else { return .string("…") }
      return .array(
        values.prefix(8).map { shortened($0, secrets: secrets, depth: depth - 1) })
    case .object(let members):
      guard depth > 0 else { return .string("…") }
      let some = members.sorted { $0.key < $1.key }.prefix(16).map { name, value in
        (
          cleaned(hiding(secrets, in: name), limit: 60),
          shortened(value, secrets: secrets, depth: depth - 1)
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
