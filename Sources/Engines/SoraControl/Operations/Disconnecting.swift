import JSON

/// Ends all connections of a channel.
public struct DisconnectChannel: ControlRequest, Hashable {
  public typealias Reply = ConnectionReply
  public static let operation = ControlOperation(
    .sora, "20151104", "DisconnectChannel", "Ends all connections of a channel.",
    keys: [.channelID, .reason], reply: "the channel again; nothing in early versions",
    isPassedOnByImageFlux: true)

  public var channelID: String
  public var reason: [String: JSONValue]?

  public init(channelID: String, reason: [String: JSONValue]? = nil) {
    self.channelID = channelID
    self.reason = reason
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    let given = try CheckedParameters(parameters, of: Self.operation)
    self.init(channelID: given.text("channel_id"), reason: given.object("reason"))
  }

  public var parameters: [String: JSONValue] {
    .init(given: [
      "channel_id": .string(channelID), "reason": reason.map(JSONValue.object),
    ])
  }
}

/// Ends one connection.
public struct DisconnectConnection: ControlRequest, Hashable {
  public typealias Reply = ConnectionReply
  public static let operation = ControlOperation(
    .sora, "20151104", "DisconnectConnection", "Ends a connection of a channel.",
    keys: [.channelID, .connectionID, .reason],
    reply: "the keys again; nothing in early versions", isPassedOnByImageFlux: true)

  public var channelID: String
  public var connectionID: String
  public var reason: [String: JSONValue]?

  public init(channelID: String, connectionID: String, reason: [String: JSONValue]? = nil) {
    self.channelID = channelID
    self.connectionID = connectionID
    self.reason = reason
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    let given = try CheckedParameters(parameters, of: Self.operation)
    self.init(
      channelID: given.text("channel_id"), connectionID: given.text("connection_id"),
      reason: given.object("reason"))
  }

  public var parameters: [String: JSONValue] {
    .init(given: [
      "channel_id": .string(channelID), "connection_id": .string(connectionID),
      "reason": reason.map(JSONValue.object),
    ])
  }
}
