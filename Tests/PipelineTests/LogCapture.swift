import Logging
import Synchronization

/// Keeps the log lines of a test: text, level and metadata.
final class LogCapture: Sendable {
  struct Line: Sendable, Equatable {
    var level: Logger.Level
    var text: String
    var metadata: [String: String]
  }

  private let stored = Mutex<[Line]>([])

  var lines: [Line] { stored.withLock { $0 } }
  var texts: [String] { lines.map(\.text) }

  var logger: Logger {
    var logger = Logger(label: "test") { _ in Handler(capture: self) }
    logger.logLevel = .trace
    return logger
  }

  private struct Handler: LogHandler {
    let capture: LogCapture
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let all = metadata.merging(event.metadata ?? [:]) { $1 }
      let line = Line(
        level: event.level, text: "\(event.message)", metadata: all.mapValues { "\($0)" })
      capture.stored.withLock { $0.append(line) }
    }
  }
}
