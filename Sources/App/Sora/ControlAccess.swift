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

  /// Its section of the configuration, whose variables of the environment these commands read.
  fileprivate var section: String {
    switch self {
    case .sora: "sora"
    case .imageFlux: "imageFlux"
    }
  }

  /// Beginning of these variables, for help.
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
  var warning: String?

  /// - Parameter environment: Read with the daemon's own reader, so that a variable means the same
  ///   to both.
  init(
    _ service: ControlOperation.Service, _ options: ControlOptions, environment: [String: String]
  ) async throws {
    let sources = try await ConfigurationSources(
      arguments: [], environment: environment, filePath: nil)
    try self.init(service, options, sources: sources)
  }

  /// - Parameter sources: Where options do not say it.
  init(
    _ service: ControlOperation.Service, _ options: ControlOptions, sources: ConfigurationSources
  ) throws {
    let settings = sources.reader.scoped(to: service.section)
    /// The option, variable or key that something came from.
    func origin(_ option: String?, _ variable: String, _ key: String) -> String {
      if let option { return option }
      return settings.sourceName(of: key) == ConfigurationSources.environmentName
        ? service.environmentPrefix + variable : settings.fullKey(key)
    }
    let urlOfSettings = settings.string("apiURL")
    let url: ControlURL
    do {
      url = try ControlURL(options.apiURL ?? urlOfSettings ?? service.usualURL)
    } catch {
      let place = origin(options.apiURL.map { _ in "--api-url" }, "API_URL", "apiURL")
      throw ControlFailure(.configuration, kind: error.kind, message: "\(place): \(error)")
    }
    if let fault = options.accessTokenFault { throw fault }
    // A token that an option gives makes the environment's nobody's business.
    var token = options.accessToken
    if token == nil {
      token = settings.secret("accessToken", fileKey: "accessTokenFile", isToken: true)
      let problems = settings.ledger.problems
      if !problems.isEmpty { throw ConfigurationProblems(problems: problems) }
    }
    if let token {
      do {
        try ControlExchange.check(token.value)
      } catch {
        let file = options.accessTokenFile ?? settings.string("accessTokenFile")
        let option = options.accessTokenFile.map { _ in "--access-token-file" }
        let place =
          file == nil
          ? origin(option, "ACCESS_TOKEN", "accessToken")
          : origin(option, "ACCESS_TOKEN_FILE", "accessTokenFile")
        let name = file.map { "\(ControlFiles.name($0)): " } ?? ""
        throw ControlFailure(
          .configuration, kind: error.kind, message: "\(place): \(name)\(error)")
      }
    }
    if service == .imageFlux, token == nil { throw AccessTokenMissing(service: service) }
    endpoint = ControlEndpoint(
      url: url.text, accessToken: token, timeout: options.timeout,
      userAgent: "liveview-bridge/\(Version.current)")
    if token != nil, url.exposesSecrets {
      warning =
        "the access token goes to \(url.host) without encryption, where others can read it; "
        + "use https"
    }
  }
}

/// The service wants a token, and there is none.
struct AccessTokenMissing: Error, CustomStringConvertible {
  var service: ControlOperation.Service

  var description: String {
    "\(service.rawValue) wants an access token; give --access-token-file FILE, or set "
      + "\(service.environmentPrefix)ACCESS_TOKEN"
  }
}
