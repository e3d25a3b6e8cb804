import Logging
import Pipeline

/// Settings of the log, section `log`.
///
/// | key | type | default | range |
/// |---|---|---|---|
/// | `level` | least level written | `info` | `trace`, `debug`, `info`, `notice`, `warning`, `error`, `critical` |
/// | `format` | form of a line | `text` | `text`, `json` |
struct LogSettings: Sendable {
  enum Format: String, CaseIterable, Sendable {
    case text
    case json
  }

  var level: Logger.Level
  var format: Format

  init(settings: SettingsReader) {
    level = settings.choice("level", default: Logger.Level.info)
    format = settings.choice("format", default: .text)
  }
}

extension Logger {
  /// For parts whose log lines are of no interest to whoever runs a command.
  static var quiet: Logger { Logger(label: "quiet") { _ in SwiftLogNoOpLogHandler() } }
}
