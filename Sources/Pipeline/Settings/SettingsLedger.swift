import Synchronization

/// One setting that cannot be used.
public struct SettingsProblem: Sendable, Hashable, CustomStringConvertible {
  /// Full key, for example `outputs.rtsp.listenPort`.
  public var key: String
  /// The value as given; nil for secrets and where there is none.
  public var value: String?
  /// Where the value came from, for example `config.json`; nil if no source names it.
  public var source: String?
  /// What is allowed, as the end of a sentence: `a whole number from 1 to 65535`.
  public var allowed: String

  public init(key: String, value: String?, source: String?, allowed: String) {
    self.key = key
    self.value = value
    self.source = source
    self.allowed = allowed
  }

  public var description: String {
    let given = value.map { " = \($0)" } ?? ""
    let origin = source.map { " (\($0))" } ?? ""
    return "\(key)\(given)\(origin): must be \(allowed)"
  }
}

/// Everything that was asked of the settings: the keys that exist, and the problems found.
///
/// Components read their settings at start-up, before anything is opened; then all problems are
/// reported at once.
public final class SettingsLedger: Sendable {
  private struct State {
    var keys: Set<String> = []
    var encodedKeys: [String: Set<String>] = [:]
    var problems: [SettingsProblem] = []
    /// Full keys by the files they name.
    var writtenFiles: [String: String] = [:]
  }

  private let state = Mutex(State())

  public init() {}

  /// Problems found so far, in the order of reading.
  public var problems: [SettingsProblem] { state.withLock { $0.problems } }

  /// Full keys that components have read.
  public var knownKeys: Set<String> { state.withLock { $0.keys } }

  /// The same keys as the named source spells them, for example `--log-level`.
  public func knownSpellings(in source: String) -> Set<String> {
    state.withLock { $0.encodedKeys[source] ?? [] }
  }

  public func report(_ problem: SettingsProblem) {
    state.withLock { state in
      if !state.problems.contains(problem) { state.problems.append(problem) }
    }
  }

  /// - Returns: The full key of another setting that has the same file written; nil if there is none.
  func noteWritten(file: String, by key: String) -> String? {
    state.withLock { state in
      let first = state.writtenFiles[file] ?? key
      state.writtenFiles[file] = first
      return first == key ? nil : first
    }
  }

  func noteRead(key: String) {
    state.withLock { _ = $0.keys.insert(key) }
  }

  func noteSpelling(_ spelling: String, in source: String) {
    state.withLock { _ = $0.encodedKeys[source, default: []].insert(spelling) }
  }
}
