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
    let urlOfEnvironment = settings.string("apiURL")
    let url = try ControlURL(options.apiURL ?? urlOfEnvironment ?? service.usualURL)
    // A token that an option gives makes the environment's nobody's business.
    var token = options.accessToken
    if token == nil {
      token = settings.secret("accessToken", fileKey: "accessTokenFile")
      let problems = settings.ledger.problems
      if !problems.isEmpty { throw ConfigurationProblems(problems: problems) }
    }
    if let token { try ControlExchange.check(token.value) }
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
