import Foundation
import JSON
import SoraControl

/// An answer, readable.
///
/// Objects become lines of keys and values, lists of objects tables, texts of several lines blocks.
enum ControlReport {
  /// Wider tables are written object by object.
  private static let widthLimit = 140

  /// - Parameter answer: nil if it has no body.
  static func text(_ answer: JSONValue?) -> String {
    guard let answer else { return "done" }
    return lines(answer).joined(separator: "\n")
  }

  private static func lines(_ value: JSONValue) -> [String] {
    switch value {
    case .object(let members): lines(members)
    case .array(let values): lines(values)
    default: [scalar(value) ?? ""]
    }
  }

  private static func lines(_ members: [String: JSONValue]) -> [String] {
    if members.isEmpty { return ["(empty)"] }
    let names = ordered(members.keys)
    let simple = members.compactMapValues(scalar)
    // One very long name does not push all the values out of sight.
    let width = min(widthLimit, simple.keys.map { shown($0).count }.max() ?? 0)
    var result = names.compactMap { name in
      simple[name].map { padded(shown(name), width) + "  " + $0 }
    }
    for name in names where simple[name] == nil {
      guard let value = members[name] else { continue }
      result.append(shown(name))
      let inner = value.string.map { text(of: $0).components(separatedBy: "\n") } ?? lines(value)
      result += inner.map { $0.isEmpty ? $0 : "  " + $0 }
    }
    return result
  }

  private static func lines(_ values: [JSONValue]) -> [String] {
    if values.isEmpty { return ["(none)"] }
    if let table = table(values) { return table }
    return values.enumerated().flatMap { index, value -> [String] in
      if let text = scalar(value) { return [text] }
      return ["[\(index)]"] + lines(value).map { "  " + $0 }
    }
  }

  /// Objects of values without parts of their own, one a line; nil if they are not, or too wide.
  private static func table(_ values: [JSONValue]) -> [String]? {
    let rows = values.compactMap { value -> [String: String]? in
      guard case .object(let members) = value else { return nil }
      return cells(members)
    }
    guard rows.count == values.count else { return nil }
    let columns = ordered(Set(rows.flatMap(\.keys)))
    guard !columns.isEmpty, let widths = widths(of: columns, rows) else { return nil }
    return ([columns] + rows.map { row in columns.map { row[$0] ?? "" } }).map { cells in
      let line = zip(cells, widths).map { padded($0, $1) }.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  /// Nil if it becomes too wide. That is soon so, however many columns there are.
  private static func widths(of columns: [String], _ rows: [[String: String]]) -> [Int]? {
    var (widths, sum) = ([Int](), 0)
    for column in columns {
      let width = rows.reduce(column.count) { max($0, $1[column]?.count ?? 0) }
      sum += width + 2
      guard sum <= widthLimit + 2 else { return nil }
      widths.append(width)
    }
    return widths
  }

  /// Members by name, those of an object inside with a dot; nil if it goes deeper.
  private static func cells(_ members: [String: JSONValue]) -> [String: String]? {
    var result: [String: String] = [:]
    for (name, value) in members {
      if let text = scalar(value) {
        result[shown(name)] = text
      } else if case .object(let inner) = value {
        for (innerName, value) in inner {
          guard let text = scalar(value) else { return nil }
          result["\(shown(name)).\(shown(innerName))"] = text
        }
      } else {
        return nil
      }
    }
    return result
  }

  /// What an operation is about comes first.
  private static func ordered(_ names: some Sequence<String>) -> [String] {
    let first = ["channel_id", "connection_id", "client_id", "session_id", "type", "id"]
    return names.sorted { left, right in
      let ranks = (
        first.firstIndex(of: left) ?? first.count, first.firstIndex(of: right) ?? first.count
      )
      return ranks.0 == ranks.1 ? left < right : ranks.0 < ranks.1
    }
  }

  /// A value that fits on a line; nil for others.
  private static func scalar(_ value: JSONValue) -> String? {
    switch value {
    case .null: return "null"
    case .boolean(let value): return value ? "true" : "false"
    case .integer(let value): return String(value)
    case .number(let value): return String(value)
    case .exact(let text): return text
    case .string(let text): return text.contains { $0.isNewline } ? nil : shown(text)
    case .array(let values):
      let texts = values.compactMap(scalar)
      guard texts.count == values.count, texts.reduce(0, { $0 + $1.count + 2 }) <= 100 else {
        return nil
      }
      return texts.isEmpty ? "(none)" : texts.joined(separator: ", ")
    case .object(let members): return members.isEmpty ? "(empty)" : nil
    }
  }

  /// Text of several lines, without what a terminal would take as a command.
  private static func text(of value: String) -> String {
    var lines = value.split(omittingEmptySubsequences: false) { $0.isNewline }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines.map(shown).joined(separator: "\n")
  }

  private static func shown(_ text: some StringProtocol) -> String {
    ControlText.cleaned(text, limit: 100_000)
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
