import Pipeline

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

  public init(
    url: String, accessToken: Secret? = nil, timeout: Duration = .seconds(10),
    userAgent: String = "liveview-bridge"
  ) {
    self.url = url
    self.accessToken = accessToken
    self.timeout = timeout
    self.userAgent = userAgent
  }
}
