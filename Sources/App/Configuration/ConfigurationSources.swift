import Configuration
import Foundation
import Pipeline

/// The places settings come from, strongest first: command line, environment, file.
struct ConfigurationSources {
  /// Prefix of the environment variables that are ours.
  static let environmentPrefix = "LIVEVIEW_BRIDGE_"
  static let environmentName = "environment"

  let reader: SettingsReader
  private let sources: [SettingsSource]
  private let arguments: [String]
  private let environment: [String: String]
  private let fileName: String?
  private let fileKeys: [String]

  /// - Parameters:
  ///   - arguments: Flags like `--outputs-rtsp-listen-port 554`, without the program's name.
  ///   - environment: All environment variables.
  ///   - filePath: A JSON file; nil for none.
  /// - Throws: ``ConfigurationProblems`` if the file cannot be read or is no JSON object.
  init(
    arguments: [String], environment: [String: String], filePath: String?
  ) async throws {
    self.arguments = arguments
    self.environment = environment
    var sources: [SettingsSource] = []
    sources.append(
      SettingsSource(
        name: SettingsReader.commandLine,
        provider: CommandLineArgumentsProvider(arguments: ["liveview-bridge"] + arguments)))
    let ours = environment.filter { $0.key.hasPrefix(Self.environmentPrefix) }
    sources.append(
      SettingsSource(
        name: Self.environmentName,
        provider: EnvironmentVariablesProvider(
          environmentVariables: Dictionary(
            uniqueKeysWithValues: ours.map {
              (String($0.key.dropFirst(Self.environmentPrefix.count)), $0.value)
            }))))
    if let filePath {
      let name = URL(filePath: filePath).lastPathComponent
      do {
        let data = try Data(contentsOf: URL(filePath: filePath))
        fileKeys = try Self.keys(in: data)
        sources.append(
          SettingsSource(
            name: name,
            provider: try await Self.fileProvider(filePath)))
      } catch {
        throw Self.unreadable(filePath, error)
      }
      fileName = name
    } else {
      fileName = nil
      fileKeys = []
    }
    self.sources = sources
    reader = SettingsReader(sources: sources, ledger: SettingsLedger())
  }

  /// A reader of the same settings in which `values`, by full key, win over everything.
  func reader(overriding values: [String: String]) -> SettingsReader {
    let values = values.map { key, value in
      let components = key.split(separator: ".").map(String.init)
      return (AbsoluteConfigKey(components), ConfigValue(.string(value), isSecret: false))
    }
    let first = SettingsSource(
      name: "built-in", provider: InMemoryProvider(values: Dictionary(values) { $1 }))
    return SettingsReader(sources: [first] + sources, ledger: SettingsLedger())
  }

  /// The library's reader of JSON files. It is told the path by way of a setting, which spares us
  /// the type the path has otherwise.
  private static func fileProvider(_ path: String) async throws -> FileProvider<JSONSnapshot> {
    let key = AbsoluteConfigKey(["filePath"])
    let values = [key: ConfigValue(.string(path), isSecret: false)]
    return try await FileProvider<JSONSnapshot>(
      config: ConfigReader(provider: InMemoryProvider(values: values)))
  }

  /// All problems: unusable values that were read, and keys that nobody reads.
  ///
  /// Call it when every component has read its settings.
  func checkEverything() throws {
    let unknown =
      unknownFileKeys() + unknownArguments() + unknownEnvironmentVariables()
    let problems = reader.ledger.problems + unknown
    if !problems.isEmpty { throw ConfigurationProblems(problems: problems) }
  }

  /// Keys of the file that are not known, and probably meant to be one of `keys` in `section`. For
  /// commands that read these alone, and must not care about the rest of the file.
  func misspellings(of keys: Set<String>, in section: String) -> [SettingsProblem] {
    fileKeys.compactMap { key in
      guard let point = key.firstIndex(of: ".") else { return nil }
      let (name, rest) = (key[..<point], String(key[key.index(after: point)...]))
      guard name.lowercased() == section.lowercased(), !rest.hasPrefix("//"),
        let meant = Spelling.closest(to: rest, among: keys), "\(section).\(meant)" != key
      else { return nil }
      return SettingsProblem(
        key: key, value: nil, source: fileName,
        allowed: "a known key; did you mean \(section).\(meant)?")
    }
  }

  private static func unreadable(_ path: String, _ error: any Error) -> ConfigurationProblems {
    let reason: String
    if let error = error as? CocoaError, let detail = error.userInfo["NSDebugDescription"] {
      reason = "a JSON object that can be read; \(detail)"
    } else {
      reason = "a JSON file that can be read; \(error.localizedDescription)"
    }
    return ConfigurationProblems(problems: [
      SettingsProblem(key: "--config", value: path, source: nil, allowed: reason)
    ])
  }

  private func unknownFileKeys() -> [SettingsProblem] {
    let known = reader.ledger.knownKeys
    return fileKeys.filter { !known.contains($0) }.map { key in
      Self.unknown(key, among: known, source: fileName)
    }
  }

  private func unknownArguments() -> [SettingsProblem] {
    let known = reader.ledger.knownSpellings(in: SettingsReader.commandLine)
    var problems: [SettingsProblem] = []
    var mayBeValue = false
    for argument in arguments {
      guard argument.hasPrefix("--") else {
        if !mayBeValue {
          problems.append(
            SettingsProblem(
              key: argument, value: nil, source: SettingsReader.commandLine,
              allowed: "a setting like --log-level debug"))
        }
        continue
      }
      let name = String(argument.prefix { $0 != "=" })
      mayBeValue = !argument.contains("=")
      if !known.contains(name) {
        problems.append(Self.unknown(name, among: known, source: SettingsReader.commandLine))
      }
    }
    return problems
  }

  private func unknownEnvironmentVariables() -> [SettingsProblem] {
    let known = Set(
      reader.ledger.knownSpellings(in: Self.environmentName).map { Self.environmentPrefix + $0 })
    return environment.keys.filter { $0.hasPrefix(Self.environmentPrefix) }.sorted()
      // Another command's, and no setting; it may be set for the whole session.
      .filter { !known.contains($0) && $0 != SnapshotCredential.environmentVariable }
      .map { Self.unknown($0, among: known, source: Self.environmentName) }
  }

  private static func unknown(
    _ key: String, among known: Set<String>, source: String?
  ) -> SettingsProblem {
    let suggestion = Spelling.closest(to: key, among: known)
    let allowed = suggestion.map { "a known key; did you mean \($0)?" } ?? "a known key"
    return SettingsProblem(key: key, value: nil, source: source, allowed: allowed)
  }

  /// Dotted paths of all values in a JSON object, sorted. Keys that begin with `//` are comments.
  static func keys(in data: Data) throws -> [String] {
    func walk(_ value: Any, _ path: [String]) -> [String] {
      guard let object = value as? [String: Any], !object.isEmpty || path.isEmpty else {
        return [path.joined(separator: ".")]
      }
      return object.flatMap { walk($0.value, path + [$0.key]) }
    }
    let value = try JSONSerialization.jsonObject(with: data)
    guard value is [String: Any] else {
      throw CocoaError(
        .propertyListReadCorrupt, userInfo: ["NSDebugDescription": "the top level is no object"])
    }
    return walk(value, []).filter { !$0.isEmpty }.sorted()
  }
}
