import Foundation

/// What came of each fault, as a table for people.
struct FaultTable: Sendable {
  struct Row: Sendable {
    var fault: CameraFault
    /// From when the camera could serve again to the first live picture; nil: never.
    var recovery: Duration?
    /// Time without live pictures.
    var outage: Duration
    /// When the slate came, from the fault on; nil: never.
    var slate: Duration?
    var logLines: [String]

    var recoveryText: String { recovery.map { "\(FaultTable.seconds($0)) s" } ?? "never" }

    /// What a viewer saw, in words.
    var sight: String {
      if outage < .milliseconds(500) { return "nothing of it" }
      guard let slate else { return "picture stood still for \(FaultTable.seconds(outage)) s" }
      return "slate from \(FaultTable.seconds(slate)) s on, \(FaultTable.seconds(outage)) s in all"
    }
  }

  var rows: [Row] = []
  var notes: [String] = []

  static func seconds(_ duration: Duration) -> String {
    let milliseconds = max(
      0,
      duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
    )
    return String(format: "%.2f", Double(milliseconds) / 1000)
  }

  /// Markdown.
  var text: String {
    var lines = [
      "| fault | viewers saw | live again after | log |", "|---|---|---|---|",
    ]
    for row in rows {
      let name = row.fault.name + (row.fault.remark.map { " (\($0))" } ?? "")
      let log = row.logLines.isEmpty ? "nothing" : row.logLines.joined(separator: "<br>")
      lines.append("| \(name) | \(row.sight) | \(row.recoveryText) | \(log) |")
    }
    return (lines + [""] + notes).joined(separator: "\n") + "\n"
  }

  /// As far as it goes; nil: nobody wants it.
  func write(to file: String?) throws {
    guard let file else { return }
    try Data(text.utf8).write(to: URL(filePath: file))
  }

  /// A log line without its time, and without what every line says.
  static func shortened(_ line: String) -> String {
    let words = line.split(separator: " ", omittingEmptySubsequences: true).dropFirst(2)
    let text = words.joined(separator: " ").replacingOccurrences(of: "|", with: "/")
    return String(text.trimmingPrefix("camera: ").prefix(200))
  }
}
