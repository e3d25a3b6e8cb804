import JSON

/// A request without parameters.
public protocol ParameterlessRequest: ControlRequest {
  init()
}

extension ParameterlessRequest {
  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    _ = try CheckedParameters(parameters, of: Self.operation)
    self.init()
  }

  public var parameters: [String: JSONValue] { [:] }
}

/// A request about one channel, and nothing besides.
public protocol ChannelRequest: ControlRequest {
  var channelID: String { get }
  init(channelID: String)
}

extension ChannelRequest {
  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    let given = try CheckedParameters(parameters, of: Self.operation)
    self.init(channelID: given.text("channel_id"))
  }

  public var parameters: [String: JSONValue] { ["channel_id": .string(channelID)] }
}

/// A request about one connection of a channel, and nothing besides.
public protocol ConnectionRequest: ControlRequest {
  var channelID: String { get }
  var connectionID: String { get }
  init(channelID: String, connectionID: String)
}

extension ConnectionRequest {
  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    let given = try CheckedParameters(parameters, of: Self.operation)
    self.init(channelID: given.text("channel_id"), connectionID: given.text("connection_id"))
  }

  public var parameters: [String: JSONValue] {
    ["channel_id": .string(channelID), "connection_id": .string(connectionID)]
  }
}

/// A request about what one connection receives of another.
public protocol StreamRequest: ControlRequest {
  var channelID: String { get }
  var recvConnectionID: String { get }
  var sendConnectionID: String { get }
  init(channelID: String, recvConnectionID: String, sendConnectionID: String)
}

extension StreamRequest {
  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    let given = try CheckedParameters(parameters, of: Self.operation)
    self.init(
      channelID: given.text("channel_id"), recvConnectionID: given.text("recv_connection_id"),
      sendConnectionID: given.text("send_connection_id"))
  }

  public var parameters: [String: JSONValue] {
    [
      "channel_id": .string(channelID), "recv_connection_id": .string(recvConnectionID),
      "send_connection_id": .string(sendConnectionID),
    ]
  }
}
