import JSON

// Channels cost money as long as they exist, used or not: whoever creates one deletes it.

/// Creates a channel for one publisher, with HLS.
public struct CreateChannel: ControlRequest, Hashable {
  public typealias Reply = CreatedChannel
  public static let operation = ControlOperation(
    .imageFlux, "20180905", "CreateChannel",
    "Creates a channel for one publisher, with HLS playlists.",
    remark: """
      ImageFlux wants to remove it with Sora 2024.1. Clients connect with `multistream: false`. \
      The playlist exists some seconds after the publisher has connected.
      """,
    keys: HLSChannelSettings.keys,
    reply: "`channel_id`, `sora_url`, `playlist_url`", documents: .imageFluxQuickStart,
    emptyBody: .object)

  public var settings: HLSChannelSettings

  public init(settings: HLSChannelSettings) {
    self.settings = settings
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    let given = try CheckedParameters(parameters, of: Self.operation)
    self.init(settings: HLSChannelSettings(given))
  }

  public var parameters: [String: JSONValue] {
    settings.parameters
  }
}

/// Creates a channel for several publishers, without HLS.
public struct CreateMultistreamChannel: ControlRequest, Hashable {
  public typealias Reply = CreatedChannel
  public static let operation = ControlOperation(
    .imageFlux, "20200316", "CreateMultistreamChannel",
    "Creates a channel for several publishers, without HLS.",
    keys: ChannelWebhooks.keys + [.environment],
    reply: "`channel_id`, `sora_url`", documents: .imageFluxReference,
    emptyBody: .object)

  public var settings: ChannelWebhooks
  /// A number of ImageFlux; its documents show 0.
  public var environment: Int?

  public init(settings: ChannelWebhooks = ChannelWebhooks(), environment: Int? = nil) {
    self.settings = settings
    self.environment = environment
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    let given = try CheckedParameters(parameters, of: Self.operation)
    self.init(settings: ChannelWebhooks(given), environment: given.optionalInteger("environment"))
  }

  public var parameters: [String: JSONValue] {
    var parameters = settings.parameters
    parameters["environment"] = environment.map(JSONValue.integer)
    return parameters
  }
}

/// Creates a channel for several publishers, with HLS.
public struct CreateMultistreamChannelWithHLS: ControlRequest, Hashable {
  public typealias Reply = CreatedChannel
  public static let operation = ControlOperation(
    .imageFlux, "20200316", "CreateMultistreamChannelWithHLS",
    "Creates a channel for several publishers, with HLS playlists for each.",
    remark: """
      The playlists are known only when a publisher has connected: see ListPlaylistURLs.
      """,
    keys: HLSChannelSettings.keys + [.environment],
    reply: "`channel_id`, `sora_url`", documents: .imageFluxReference,
    emptyBody: .object)

  public var settings: HLSChannelSettings
  /// A number of ImageFlux; its documents show 0.
  public var environment: Int?

  public init(settings: HLSChannelSettings, environment: Int? = nil) {
    self.settings = settings
    self.environment = environment
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    let given = try CheckedParameters(parameters, of: Self.operation)
    self.init(
      settings: HLSChannelSettings(given), environment: given.optionalInteger("environment"))
  }

  public var parameters: [String: JSONValue] {
    var parameters = settings.parameters
    parameters["environment"] = environment.map(JSONValue.integer)
    return parameters
  }
}

/// Creates a channel whose publisher comes over RTMP.
public struct CreateRTMPChannel: ControlRequest, Hashable {
  public typealias Reply = CreatedChannel
  public static let operation = ControlOperation(
    .imageFlux, "20250901", "CreateRTMPChannel",
    "Creates a channel whose publisher comes over RTMP, with HLS playlists.",
    remark: """
      It has no `sora_url`: this bridge cannot publish to it.
      """,
    keys: HLSChannelSettings.keys,
    reply: "`channel_id`, `ingest_url`, `playlist_url`", documents: .imageFluxReference,
    emptyBody: .object)

  public var settings: HLSChannelSettings

  public init(settings: HLSChannelSettings) {
    self.settings = settings
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    let given = try CheckedParameters(parameters, of: Self.operation)
    self.init(settings: HLSChannelSettings(given))
  }

  public var parameters: [String: JSONValue] {
    settings.parameters
  }
}
