import Pipeline
import SoraControl

/// Options that all operations have.
struct ControlOptions {
  /// The URL of the API; nil for the one of the environment, or the service's usual one.
  var apiURL: String?
  var accessTokenFile: String?
  /// What the file has in it.
  var accessToken: Secret?
  /// What is wrong with that file.
  private(set) var accessTokenFault: ControlFailure?
  var timeout: Duration = .seconds(10)
  var isJSON = false
  var wantsHelp = false

  /// Those that were given.
  private var given: Set<String> = []

  static let names: Set = ["--api-url", "--access-token-file", "--timeout", "--json", "--help"]

  /// What became of an option of ours.
  struct Taken {
    /// What is wrong with it.
    var message: String?
  }

  /// Takes an option; nil if it is none of ours.
  ///
  /// - Parameter inline: What stands behind `=`.
  mutating func take(
    _ name: String, inline: String?, _ rest: inout ArraySlice<String>
  ) -> Taken? {
    switch name {
    case "--help", "--json":
      if inline != nil { return Taken(message: "\(name): takes no value") }
      if name == "--help" {
        wantsHelp = true
        return Taken()
      }
      isJSON = true
      return Taken(message: given.insert(name).inserted ? nil : "\(name): must be given once")
    case "--api-url", "--access-token-file", "--timeout":
      guard let value = inline ?? Self.value(&rest) else {
        return Taken(message: "\(name): needs a value")
      }
      guard given.insert(name).inserted else {
        return Taken(message: "\(name): must be given once")
      }
      return Taken(message: set(name, value))
    default:
      return nil
    }
  }

  private mutating func set(_ name: String, _ value: String) -> String? {
    switch name {
    case "--api-url":
      apiURL = value
    case "--access-token-file":
      accessTokenFile = value
    default:
      guard let seconds = Double(value), (0.1...600).contains(seconds) else {
        return "\(name) = \(ControlText.cleaned(value, limit: 30)): must be 0.1 to 600 seconds"
      }
      timeout = .seconds(seconds)
    }
    return nil
  }

  /// Reads the file with the token. Faults of the file are kept until it is needed.
  mutating func read(files: inout ControlFiles, problems: inout [String]) {
    guard let accessTokenFile, !wantsHelp else { return }
    do {
      accessToken = Secret(try files.secret(in: accessTokenFile, limit: 4096))
    } catch {
      let message = "--access-token-file: \(error.reason)"
      if error.isMisuse { return problems.append(message) }
      accessTokenFault = ControlFailure(
        .configuration, kind: "accessTokenUnusable", message: message)
    }
  }

  /// The next argument, if it is a value and no option.
  static func value(_ rest: inout ArraySlice<String>) -> String? {
    guard let next = rest.first, !next.hasPrefix("--") else { return nil }
    return rest.removeFirst()
  }
}
