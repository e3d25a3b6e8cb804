import Foundation
import Pipeline
import SoraControl
import SoraServices

extension ControlOperation.Service {
  /// The command of the program that speaks to it.
  var commandName: String {
    switch self {
    case .sora: "sora"
    case .imageFlux: "imageflux"
    }
  }

  /// Where it is if nobody says.
  var usualURL: String {
    switch self {
    case .sora: "http://127.0.0.1:3000/"
    case .imageFlux: "https://live-api.imageflux.jp/"
    }
  }

  /// Its section of the configuration, which these commands read as the daemon does.
  var section: String {
    switch self {
    case .sora: "sora"
    case .imageFlux: "imageFlux"
    }
  }

  /// Beginning of the section's variables in the environment, for help.
  var environmentPrefix: String {
    switch self {
    case .sora: "LIVEVIEW_BRIDGE_SORA_"
    case .imageFlux: "LIVEVIEW_BRIDGE_IMAGE_FLUX_"
    }
  }
}

/// Where to call, and with which token.
struct ControlAccess {
  var endpoint: ControlEndpoint
  /// What the user should know about it.
  var warning: String? { endpoint.warning }

  /// Keys of a section that are read.
  static let keys: Set = [
    "apiURL", "accessToken", "accessTokenFile", "caFile", "requestTimeoutSeconds",
  ]

  /// Where settings come from besides the options: the environment, and the file that `--config`
  /// names. Read with the daemon's own reader, so that a setting means the same to both.
  static func sources(
    _ options: ControlOptions, environment: [String: String]
  ) async throws(ControlFailure) -> ConfigurationSources {
    do {
      return try await ConfigurationSources(
        arguments: [], environment: environment, filePath: options.configFile)
    } catch let problems as ConfigurationProblems {
      throw ControlFailure(ofSettings: options.faults + problems.problems.map(ControlFailure.init))
    } catch {
      throw ControlFailure(.configuration, kind: "configurationUnusable", message: "\(error)")
    }
  }

  /// - Parameter sources: Where options do not say it.
  /// - Throws: All problems of the settings at once.
  init(
    _ service: ControlOperation.Service, _ options: ControlOptions, sources: ConfigurationSources
  ) throws(ControlFailure) {
    let settings = AccessSettings(
      service: service, reader: sources.reader.scoped(to: service.section))
    var faults = options.faults
    let url = settings.url(options, &faults)
    let token = settings.token(options, &faults)
    let trustAnchors = settings.trustAnchors(options)
    let timeout = settings.timeout(options)
    let problems =
      settings.reader.ledger.problems + sources.misspellings(of: Self.keys, in: service.section)
    faults += problems.map(ControlFailure.init)
    guard faults.isEmpty, let url else { throw ControlFailure(ofSettings: faults) }
    if service == .imageFlux, token == nil { throw settings.tokenMissing }
    endpoint = ControlEndpoint(
      url: url.text, accessToken: token, timeout: timeout,
      userAgent: "liveview-bridge/\(Version.current)", trustAnchors: trustAnchors)
  }
}

/// A service's section of the settings, below the options. What an option gives makes the section's
/// nobody's business.
private struct AccessSettings {
  var service: ControlOperation.Service
  var reader: SettingsReader

  func url(_ options: ControlOptions, _ faults: inout [ControlFailure]) -> ControlURL? {
    do {
      return try ControlURL(options.apiURL ?? reader.string("apiURL") ?? service.usualURL)
    } catch {
      let place = options.apiURL == nil ? origin("apiURL", "API_URL") : "--api-url"
      faults.append(
        ControlFailure(.configuration, kind: error.kind, message: "\(place): \(error)"))
      return nil
    }
  }

  func token(_ options: ControlOptions, _ faults: inout [ControlFailure]) -> Secret? {
    let (key, fileKey) = ("accessToken", "accessTokenFile")
    guard
      let token = options.accessTokenFile == nil
        ? reader.secret(key, fileKey: fileKey, isToken: true) : options.accessToken
    else { return nil }
    do {
      try ControlExchange.check(token.value)
      return token
    } catch {
      let place: String
      if let file = options.accessTokenFile {
        place = "--access-token-file: \(ControlFiles.name(file))"
      } else if reader.secretKey(key, fileKey: fileKey) == fileKey {
        let file = reader.string(fileKey).map { ": \(ControlFiles.name($0))" } ?? ""
        place = origin(fileKey, "ACCESS_TOKEN_FILE") + file
      } else {
        place = origin(key, "ACCESS_TOKEN")
      }
      faults.append(
        ControlFailure(.configuration, kind: error.kind, message: "\(place): \(error)"))
      return nil
    }
  }

  /// Named for messages by what names the file, or by what would.
  func trustAnchors(_ options: ControlOptions) -> TrustAnchors {
    if options.caFile == nil {
      var anchors = reader.trustAnchors()
      anchors.setting = anchors.isEmpty ? "--ca-file" : origin("caFile", "CA_FILE")
      return anchors
    }
    return options.trustAnchors ?? TrustAnchors(setting: "--ca-file")
  }

  func timeout(_ options: ControlOptions) -> Duration {
    options.timeout
      ?? reader.seconds("requestTimeoutSeconds", default: 10, in: service.requestTimeoutRange)
  }

  var tokenMissing: ControlFailure {
    ControlFailure(
      .noPermission, kind: "accessTokenMissing",
      message: "\(service.rawValue) wants an access token; give --access-token-file FILE or "
        + "--config FILE, or set \(service.environmentPrefix)ACCESS_TOKEN")
  }

  /// The variable or key that a setting came from.
  private func origin(_ key: String, _ variable: String) -> String {
    let source = reader.sourceName(of: key)
    if source == ConfigurationSources.environmentName {
      return service.environmentPrefix + variable
    }
    return reader.fullKey(key) + (source.map { " (\($0))" } ?? "")
  }
}
