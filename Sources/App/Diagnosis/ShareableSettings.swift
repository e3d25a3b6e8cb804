import Foundation
import Inputs

/// The settings that were given, as a report may show them: every secret is left out.
///
/// They are listed as they were given, not as they were understood, so that a configuration with
/// mistakes can be diagnosed, too.
enum ShareableSettings {
  /// What stands in place of a secret.
  static let redaction = "<redacted>"
  private static let longestValue = 200
  /// A key with one of these words in it has a value nobody else should see.
  private static let secretWords = [
    "password", "passphrase", "passwd", "secret", "token", "username", "credential", "apikey",
    "privatekey",
  ]

  /// Those of a file's content, by key; nothing if it is no JSON object.
  static func inFile(_ data: Data, name: String) -> [Diagnosis.Setting] {
    guard let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
      return []
    }
    return flat(object, path: [], source: name)
  }

  /// Those among environment variables, by name.
  static func inEnvironment(_ environment: [String: String]) -> [Diagnosis.Setting] {
    environment.filter { $0.key.hasPrefix(ConfigurationSources.environmentPrefix) }
      .map { shareable($0.key, $0.value, source: "environment") }
      .sorted { $0.key < $1.key }
  }

  /// By key, lists in their order; a member of a list has its number for a key.
  private static func flat(
    _ value: Any, path: [String], source: String
  ) -> [Diagnosis.Setting] {
    // Comments.
    if path.last?.hasPrefix("//") == true { return [] }
    if let object = value as? [String: Any] {
      return object.sorted { $0.key < $1.key }.flatMap {
        flat($0.value, path: path + [$0.key], source: source)
      }
    }
    if let list = value as? [Any], !list.isEmpty {
      return list.enumerated().flatMap {
        flat($0.element, path: path + ["\($0.offset)"], source: source)
      }
    }
    return [shareable(path.joined(separator: "."), text(of: value), source: source)]
  }

  /// A number and a truth value look alike in Foundation.
  private static func text(of value: Any) -> String {
    let data = try? JSONSerialization.data(
      withJSONObject: value, options: [.fragmentsAllowed, .withoutEscapingSlashes])
    return data.map { String(decoding: $0, as: UTF8.self) } ?? "?"
  }

  /// - Parameter key: All of it: what is inside of something secret is secret.
  private static func shareable(
    _ key: String, _ value: String, source: String
  ) -> Diagnosis.Setting {
    let name = key.lowercased().filter { $0 != "_" && $0 != "-" }
    let isSecret = secretWords.contains { name.contains($0) }
    let isEmpty = value.isEmpty || value == "\"\"" || value == "[]"
    let shown = isSecret && !isEmpty ? redaction : withoutLogins(value)
    return Diagnosis.Setting(key: key, value: String(shown.prefix(longestValue)), source: source)
  }

  /// `rtsp://name:password@host` loses what is before the host.
  private static func withoutLogins(_ text: String) -> String {
    text.replacing(/:\/\/[^\/\s"]*@/) { _ in "://\(redaction)@" }
  }
}
