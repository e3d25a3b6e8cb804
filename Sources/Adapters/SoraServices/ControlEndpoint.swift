import Logging
import Pipeline
import SoraControl

/// Where an API is, and how it is asked.
public struct ControlEndpoint: Sendable {
  /// http or https.
  public var url: String
  /// Sent as `Authorization: Bearer`; nil for none.
  public var accessToken: Secret?
  /// For one call from its first byte to the last of the answer; redirections, repetitions and the
  /// pauses between them included.
  public var timeout: Duration
  /// How we call ourselves.
  public var userAgent: String
  /// Who may vouch for the server if the URL is https, besides those whom the system trusts.
  public var trustAnchors: TrustAnchors

  public init(
    url: String, accessToken: Secret? = nil, timeout: Duration = .seconds(10),
    userAgent: String = "liveview-bridge", trustAnchors: TrustAnchors = TrustAnchors()
  ) {
    self.url = url
    self.accessToken = accessToken
    self.timeout = timeout
    self.userAgent = userAgent
    self.trustAnchors = trustAnchors
  }
}

extension ControlEndpoint {
  /// What should be known about how secrets travel; nil for nothing.
  public var warning: String? {
    guard accessToken != nil, let url = try? ControlURL(url), url.exposesSecrets else { return nil }
    return "the access token goes to \(url.host) without encryption, where others can read it; "
      + "use https"
  }

  func warn(_ logger: Logger) {
    guard let warning else { return }
    logger.warning(
      "access token sent without encryption", metadata: [LogKey.detail: .string(warning)])
  }
}

extension ControlOperation.Service {
  /// What the key `requestTimeoutSeconds` of its section may be.
  public var requestTimeoutRange: ClosedRange<Double> {
    switch self {
    case .sora: 0.5...60
    case .imageFlux: 1...120
    }
  }
}
