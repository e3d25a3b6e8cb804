import Pipeline
import SoraControl
import SoraServices

/// Options that all operations have.
struct ControlOptions {
  /// The daemon's configuration file, which is asked where neither options nor environment say it.
  var configFile: String?
  /// The URL of the API; nil for the one of the settings, or the service's usual one.
  var apiURL: String?
  var accessTokenFile: String?
  /// What the file has in it.
  var accessToken: Secret?
  var caFile: String?
  /// What the file has in it.
  var trustAnchors: TrustAnchors?
  /// What is wrong with these files.
  private(set) var faults: [ControlFailure] = []
  /// Of a call; nil for the one of the settings, or ten seconds.
  var timeout: Duration?
  var isJSON = false
  var wantsHelp = false

  /// Those that were given.
  private var given: Set<String> = []

  /// Those with a value.
  static let namesWithValue: Set = [
    "--config", "--api-url", "--access-token-file", "--ca-file", "--timeout",
  ]
  static let names = namesWithValue.union(["--json", "--help"])

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
    case _ where Self.namesWithValue.contains(name):
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
    case "--config":
      configFile = value
    case "--api-url":
      apiURL = value
    case "--access-token-file":
      accessTokenFile = value
    case "--ca-file":
      caFile = value
    default:
      guard let seconds = Double(value), (0.1...600).contains(seconds) else {
        return "\(name) = \(ControlText.cleaned(value, limit: 30)): must be 0.1 to 600 seconds"
      }
      timeout = .seconds(seconds)
    }
    return nil
  }

  /// Reads the files with the token and the certificates. Faults of the files are kept until these
  /// are needed.
  mutating func read(files: inout ControlFiles, problems: inout [String]) {
    guard !wantsHelp else { return }
    if let accessTokenFile {
      do {
        accessToken = Secret(try files.secret(in: accessTokenFile, limit: 4096))
      } catch {
        note(error, "--access-token-file", "accessTokenUnusable", &problems)
      }
    }
    if let caFile {
      do {
        trustAnchors = try files.trustAnchors(in: caFile, setting: "--ca-file")
      } catch {
        note(error, "--ca-file", "caFileUnusable", &problems)
      }
    }
  }

  private mutating func note(
    _ error: ControlFileError, _ option: String, _ kind: String, _ problems: inout [String]
  ) {
    let message = "\(option): \(error.reason)"
    if error.isMisuse { return problems.append(message) }
    faults.append(ControlFailure(.configuration, kind: kind, message: message))
  }

  /// The next argument, if it is a value and no option.
  static func value(_ rest: inout ArraySlice<String>) -> String? {
    guard let next = rest.first, !next.hasPrefix("--") else { return nil }
    return rest.removeFirst()
  }
}
