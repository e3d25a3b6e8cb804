import JSON
import Media
import NIOCore
import SonyCamera

/// What a diagnosis found, in the order a reader wants it, for people (`text`) and programs
/// (`json`).
///
/// Keys are the same in both; they carry their units. Whoever fills it has left out what must not
/// be shared: secrets, serial numbers, whole hardware addresses.
public struct DiagnosisReport: Sendable, Hashable {
  /// One value; members and list elements keep their order.
  public indirect enum Value: Sendable, Hashable {
    case missing
    case flag(Bool)
    case whole(Int)
    case decimal(Double)
    case text(String)
    case list([Value])
    case record([Entry])
  }

  /// A value and its name.
  public struct Entry: Sendable, Hashable {
    public var key: String
    public var value: Value

    public init(_ key: String, _ value: Value) {
      self.key = key
      self.value = value
    }
  }

  /// The sections: an entry for each, whose value is a record or a list.
  public var sections: [Entry]

  public init(sections: [Entry]) {
    self.sections = sections
  }
}

extension DiagnosisReport.Value {
  static func text(_ text: String?) -> Self { text.map { .text($0) } ?? .missing }
  static func texts(_ texts: some Sequence<String>) -> Self { .list(texts.map { .text($0) }) }
  static func seconds(_ duration: Duration?) -> Self {
    duration.map { .decimal(($0.inSeconds * 1000).rounded() / 1000) } ?? .missing
  }
  static func rounded(_ value: Double) -> Self {
    value.isFinite ? .decimal((value * 10).rounded() / 10) : .missing
  }
}

// MARK: - For people

extension DiagnosisReport {
  private static let width = 100
  private static let labelWidth = 34

  /// The report as text of at most 100 columns, as far as its words allow.
  public var text: String {
    var lines: [String] = []
    for section in sections {
      if !lines.isEmpty { lines.append("") }
      lines.append(Self.label(section.key).uppercased())
      lines += Self.lines(of: section.value, indent: 2)
    }
    return lines.joined(separator: "\n")
  }

  private static func lines(of value: Value, indent: Int) -> [String] {
    switch value {
    case .record(let entries):
      return entries.flatMap { lines(of: $0, indent: indent) }
    case .list(let values) where !values.isEmpty:
      return values.flatMap { item(line(of: $0), indent: indent) }
    default:
      return item(line(of: value), indent: indent)
    }
  }

  private static func lines(of entry: Entry, indent: Int) -> [String] {
    let label = label(entry.key)
    switch entry.value {
    case .record(let entries) where !entries.isEmpty:
      return [spaces(indent) + label] + lines(of: entry.value, indent: indent + 2)
    case .list(let values) where values.contains(where: \.isRecord):
      return [spaces(indent) + label] + lines(of: entry.value, indent: indent + 2)
    default:
      let start = spaces(indent) + label
      let padding = spaces(max(2, labelWidth - start.count))
      return wrap(line(of: entry.value), after: start + padding)
    }
  }

  private static func item(_ text: String, indent: Int) -> [String] {
    wrap(text, after: spaces(indent) + "- ")
  }

  /// The value as words of one line.
  private static func line(of value: Value) -> String {
    switch value {
    case .missing: return "-"
    case .flag(let flag): return flag ? "yes" : "no"
    case .whole(let number): return String(number)
    case .decimal(let number): return plain(number)
    case .text(let text): return oneLine(text)
    case .list(let values):
      return values.isEmpty ? "none" : values.map { line(of: $0) }.joined(separator: ", ")
    case .record(let entries):
      let known = entries.filter { $0.value != .missing }
      return known.map { "\(label($0.key)) \(line(of: $0.value))" }.joined(separator: ", ")
    }
  }

  /// Without exponent and without needless zeros.
  private static func plain(_ number: Double) -> String {
    guard let whole = Int(exactly: number) else { return String(number) }
    return String(whole)
  }

  /// Text of a device cannot make lines of its own, nor command a terminal.
  private static func oneLine(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          let isControl = scalar.value < 0x20 || 0x7F..<0xA0 ~= scalar.value
          return isControl ? " " : scalar
        }))
  }

  private static func wrap(_ text: String, after start: String) -> [String] {
    var lines: [String] = []
    var current = start
    var hasWord = false
    for word in text.split(separator: " ") {
      if hasWord, current.count + 1 + word.count > width {
        lines.append(current)
        current = spaces(start.count)
        hasWord = false
      }
      current += (hasWord ? " " : "") + word
      hasWord = true
    }
    return lines + [current]
  }

  /// `firstPictureSeconds` → `first picture seconds`; acronyms stay whole.
  private static func label(_ key: String) -> String {
    guard key.dropFirst().contains(where: \.isUppercase), !key.contains(" ") else { return key }
    var label = ""
    var previous: Character = "A"
    for character in key {
      if character.isUppercase, !previous.isUppercase { label += " " }
      label +=
        character.isUppercase && !previous.isUppercase ? character.lowercased() : "\(character)"
      previous = character
    }
    return label
  }

  private static func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
}

extension DiagnosisReport.Value {
  fileprivate var isRecord: Bool { if case .record = self { true } else { false } }
}

// MARK: - For programs

extension DiagnosisReport {
  /// The report as one JSON object; members in the order of the text.
  public var json: String {
    var buffer = ByteBuffer()
    Self.write(.record(sections), indent: 0, into: &buffer)
    return String(buffer: buffer)
  }

  private static func write(_ value: Value, indent: Int, into buffer: inout ByteBuffer) {
    switch value {
    case .missing: JSONValue.null.encode(into: &buffer)
    case .flag(let flag): JSONValue.boolean(flag).encode(into: &buffer)
    case .whole(let number): JSONValue.integer(number).encode(into: &buffer)
    case .decimal(let number): JSONValue.number(number).encode(into: &buffer)
    case .text(let text): JSONValue.string(text).encode(into: &buffer)
    case .list(let values):
      block("[", "]", values, indent: indent, into: &buffer) { value, buffer in
        write(value, indent: indent + 2, into: &buffer)
      }
    case .record(let entries):
      block("{", "}", entries, indent: indent, into: &buffer) { entry, buffer in
        JSONValue.string(entry.key).encode(into: &buffer)
        buffer.writeString(": ")
        write(entry.value, indent: indent + 2, into: &buffer)
      }
    }
  }

  private static func block<Element>(
    _ open: String, _ close: String, _ elements: [Element], indent: Int,
    into buffer: inout ByteBuffer, write: (Element, inout ByteBuffer) -> Void
  ) {
    guard !elements.isEmpty else {
      buffer.writeString(open + close)
      return
    }
    buffer.writeString(open)
    for (index, element) in elements.enumerated() {
      buffer.writeString((index == 0 ? "\n" : ",\n") + spaces(indent + 2))
      write(element, &buffer)
    }
    buffer.writeString("\n" + spaces(indent) + close)
  }
}
