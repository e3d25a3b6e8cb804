import JSON

/// Tells all clients of a channel something.
public struct PushChannel: ControlRequest, Hashable {
  public typealias Reply = PushReply
  public static let operation = ControlOperation(
    .sora, "20160711", "PushChannel", "Sends a push notification to all clients of a channel.",
    keys: [.channelID, .data], reply: "the notification: `type`, `data`",
    isPassedOnByImageFlux: true)

  public var channelID: String
  public var data: [String: JSONValue]

  public init(channelID: String, data: [String: JSONValue]) {
    self.channelID = channelID
    self.data = data
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    let given = try CheckedParameters(parameters, of: Self.operation)
    self.init(channelID: given.text("channel_id"), data: given.object("data") ?? [:])
  }

  public var parameters: [String: JSONValue] {
    ["channel_id": .string(channelID), "data": .object(data)]
  }
}

/// Tells one client something.
public struct PushConnection: ControlRequest, Hashable {
  public typealias Reply = PushReply
  public static let operation = ControlOperation(
    .sora, "20160711", "PushConnection", "Sends a push notification to one connection.",
    keys: [.channelID, .connectionID, .data], reply: "the notification: `type`, `data`",
    isPassedOnByImageFlux: true)

  public var channelID: String
  public var connectionID: String
  public var data: [String: JSONValue]

  public init(channelID: String, connectionID: String, data: [String: JSONValue]) {
    self.channelID = channelID
    self.connectionID = connectionID
    self.data = data
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    let given = try CheckedParameters(parameters, of: Self.operation)
    self.init(
      channelID: given.text("channel_id"), connectionID: given.text("connection_id"),
      data: given.object("data") ?? [:])
  }

  public var parameters: [String: JSONValue] {
    [
      "channel_id": .string(channelID), "connection_id": .string(connectionID),
      "data": .object(data),
    ]
  }
}
