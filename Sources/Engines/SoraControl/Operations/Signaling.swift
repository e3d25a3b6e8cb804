import JSON

/// Which channels there are.
public struct ListChannels: ControlRequest, Hashable {
  public typealias Reply = ChannelList
  public static let operation = ControlOperation(
    .sora, "20201013", "ListChannels", "Lists the channels that have connections.",
    remark: "Without a key the call has no body, as the operation was at first.",
    keys: [.local], reply: "list of channels: `channel_id`, `multistream`, `spotlight`",
    documents: .soraExperimental, repetition: .always)

  public var local: Bool?

  public init(local: Bool? = nil) {
    self.local = local
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    local = try CheckedParameters(parameters, of: Self.operation).boolean("local")
  }

  public var parameters: [String: JSONValue] {
    .init(given: ["local": local.map(JSONValue.boolean)])
  }
}

/// Which connections there are, in all channels.
public struct ListConnections: ControlRequest, Hashable {
  public typealias Reply = ConnectionList
  public static let operation = ControlOperation(
    .sora, "20201013", "ListConnections", "Lists the connections of all channels.",
    remark: "Without a key the call has no body.", keys: [.local],
    reply: "list of connections: `channel_id`, `connection_id`, `role`, `audio`, `video` and more",
    repetition: .always, isPassedOnByImageFlux: true)

  public var local: Bool?

  public init(local: Bool? = nil) {
    self.local = local
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    local = try CheckedParameters(parameters, of: Self.operation).boolean("local")
  }

  public var parameters: [String: JSONValue] {
    .init(given: ["local": local.map(JSONValue.boolean)])
  }
}

/// Which connections one channel has.
public struct ListChannelConnections: ControlRequest, Hashable {
  public typealias Reply = ConnectionList
  public static let operation = ControlOperation(
    .sora, "20201013", "ListChannelConnections", "Lists the connections of a channel.",
    keys: [.channelID, .local],
    reply: "list of connections: `channel_id`, `connection_id`, `role`, `audio`, `video` and more",
    repetition: .always)

  public var channelID: String
  public var local: Bool?

  public init(channelID: String, local: Bool? = nil) {
    self.channelID = channelID
    self.local = local
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    let given = try CheckedParameters(parameters, of: Self.operation)
    self.init(channelID: given.text("channel_id"), local: given.boolean("local"))
  }

  public var parameters: [String: JSONValue] {
    .init(given: [
      "channel_id": .string(channelID), "local": local.map(JSONValue.boolean),
    ])
  }
}
