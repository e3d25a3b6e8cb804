import Foundation
import Logging
import Media
import Pipeline
import Synchronization

/// Writes one line per log event to standard error, as text for people or JSON for collectors.
///
/// Text: `2026-11-20T12:34:56.789Z notice  rtsp: viewer joined viewer=127.0.0.1:4711`.
struct LineLogHandler: LogHandler {
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]
  private let format: LogSettings.Format
  private let writer: LogLineWriter

  init(level: Logger.Level, format: LogSettings.Format, writer: LogLineWriter) {
    logLevel = level
    self.format = format
    self.writer = writer
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var all = metadata
    if let extra = event.metadata { all.merge(extra) { _, new in new } }
    let time = LogTime.now()
    let line =
      switch format {
      case .text: Self.text(time, event.level, "\(event.message)", all)
      case .json: Self.json(time, event.level, "\(event.message)", all)
      }
    writer.write(line)
  }

  private static func text(
    _ time: String, _ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata
  ) -> String {
    var metadata = metadata
    var line = time + " " + level.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
    if let component = metadata.removeValue(forKey: LogKey.component) { line += "\(component): " }
    line += message
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      line += " \(key)=\(quoted("\(value)"))"
    }
    return line
  }

  /// Puts quotation marks around what would not read as one word, and keeps a line a line:
  /// values may hold text from outside.
  static func quoted(_ value: String) -> String {
    let isPlain =
      !value.isEmpty
      && value.unicodeScalars.allSatisfy { $0 != " " && $0 != "\"" && !isDisruptive($0) }
    if isPlain { return value }
    var result = "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      default:
        if isDisruptive(scalar) {
          result += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }

  /// Whether a terminal would not simply show it where it stands: the controls of ASCII and of
  /// Latin-1, separators of lines and paragraphs, and what turns the direction of writing.
  private static func isDisruptive(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0...0x1F, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  private static func json(
    _ time: String, _ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata
  ) -> String {
    var members: [String: StatusValue] = metadata.mapValues { .string("\($0)") }
    members["time"] = .string(time)
    members["level"] = .string(level.rawValue)
    members["message"] = .string(message)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let data = (try? encoder.encode(StatusValue.object(members))) ?? Data()
    return String(decoding: data, as: UTF8.self)
  }
}

/// Writes whole lines to a file descriptor, one at a time.
final class LogLineWriter: Sendable {
  static let standardError = LogLineWriter(descriptor: 2)
  /// Without the C library's buffer, which would hold lines back when it is no terminal.
  static let standardOutput = LogLineWriter(descriptor: 1)
  private let descriptor: Int32
  private let lock = Mutex(())

  init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  func write(_ line: String) {
    var bytes = Array(line.utf8)
    bytes.append(0x0A)
    lock.withLock { _ in
      var offset = 0
      while offset < bytes.count {
        let count = bytes[offset...].withUnsafeBytes {
          Foundation.write(descriptor, $0.baseAddress, $0.count)
        }
        // A log that cannot be written is no reason to stop serving.
        guard count > 0 else { return }
        offset += count
      }
    }
  }
}

/// The wall clock for log lines, in milliseconds.
private enum LogTime {
  static func now() -> String {
    let anchor = MediaClock.system.wallClockAnchor()
    let milliseconds = anchor.unixNanoseconds / 1_000_000 % 1000
    let digits = String(milliseconds)
    let fraction = String(repeating: "0", count: 3 - digits.count) + digits
    return String(anchor.iso8601.dropLast()) + "." + fraction + "Z"
  }
}
