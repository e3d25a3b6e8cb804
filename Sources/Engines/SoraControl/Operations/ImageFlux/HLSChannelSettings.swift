import JSON

extension ControlKey {
  /// The documents show the number 0 and do not say more.
  static let environment = ControlKey(
    "environment", .integer(0...Int(Int32.max)), "number of the environment, as ImageFlux says"
  ).optional
}

/// Whom ImageFlux asks and tells about a channel.
public struct ChannelWebhooks: Sendable, Hashable {
  /// Asked whether a client may connect; all may if it is empty.
  public var authWebhookURL: String?
  /// Told what happens; nobody is if it is empty.
  public var eventWebhookURL: String?

  public init(authWebhookURL: String? = nil, eventWebhookURL: String? = nil) {
    self.authWebhookURL = authWebhookURL
    self.eventWebhookURL = eventWebhookURL
  }

  static let keys = [
    ControlKey(
      "auth_webhook_url", .url(schemes: ["https", "http"], mayBeEmpty: true),
      "who is asked whether a client may connect; if empty all may"
    ).optional,
    ControlKey(
      "event_webhook_url", .url(schemes: ["https", "http"], mayBeEmpty: true),
      "who is told what happens in the channel; if empty nobody"
    ).optional,
  ]

  init(_ given: CheckedParameters) {
    authWebhookURL = given.optionalText("auth_webhook_url")
    eventWebhookURL = given.optionalText("event_webhook_url")
  }

  var parameters: [String: JSONValue] {
    .init(given: [
      "auth_webhook_url": authWebhookURL.map(JSONValue.string),
      "event_webhook_url": eventWebhookURL.map(JSONValue.string),
    ])
  }
}

/// What all channels with HLS are created with.
public struct HLSChannelSettings: Sendable, Hashable {
  /// At least one; several make an adaptive stream.
  public var renditions: [HLSRendition]
  /// Whose players are asked for a key; empty for none.
  public var encryptKeyURI: String?
  public var webhooks: ChannelWebhooks

  public init(
    renditions: [HLSRendition], encryptKeyURI: String? = nil,
    webhooks: ChannelWebhooks = ChannelWebhooks()
  ) {
    self.renditions = renditions
    self.encryptKeyURI = encryptKeyURI
    self.webhooks = webhooks
  }

  static let keys =
    [
      ControlKey("hls", .records(HLSRendition.keys), "the HLS renditions"),
      ControlKey(
        "encrypt_key_uri", .url(schemes: ["https"], mayBeEmpty: true),
        "where players get the key of encrypted segments; if empty nothing is encrypted"
      ).optional,
    ] + ChannelWebhooks.keys

  init(_ given: CheckedParameters) {
    renditions = given.records("hls").map(HLSRendition.init)
    encryptKeyURI = given.optionalText("encrypt_key_uri")
    webhooks = ChannelWebhooks(given)
  }

  var parameters: [String: JSONValue] {
    var parameters = webhooks.parameters
    parameters["hls"] = .array(renditions.map(\.json))
    parameters["encrypt_key_uri"] = encryptKeyURI.map(JSONValue.string)
    return parameters
  }
}
