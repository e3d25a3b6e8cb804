import JSON

// Each connection has metadata that others are told of when it comes and goes; these operations
// read and change it. What they answer is the metadata itself, in no object around it.

extension ControlKey {
  /// Name of a part of the metadata; the documents set no limit.
  fileprivate static let item = ControlKey("key", .text(bytes: 1...4096), "name of the item")
}

/// The metadata of all connections of a channel.
public struct ListSignalingNotifyMetadata: ChannelRequest, Hashable {
  public typealias Reply = MetadataList
  public static let operation = ControlOperation(
    .sora, "20201124", "ListSignalingNotifyMetadata",
    "Lists the signaling notify metadata of all connections of a channel.",
    keys: [.channelID], reply: "list: `client_id`, `connection_id`, `metadata`",
    documents: .soraExperimental, repetition: .always)

  public var channelID: String

  public init(channelID: String) {
    self.channelID = channelID
  }
}

/// The metadata of one connection.
public struct GetSignalingNotifyMetadata: ConnectionRequest, Hashable {
  public typealias Reply = MetadataReply
  public static let operation = ControlOperation(
    .sora, "20201124", "GetSignalingNotifyMetadata",
    "Tells the signaling notify metadata of a connection.",
    keys: [.channelID, .connectionID], reply: "the metadata",
    documents: .soraExperimental, repetition: .always)

  public var channelID: String
  public var connectionID: String

  public init(channelID: String, connectionID: String) {
    self.channelID = channelID
    self.connectionID = connectionID
  }
}

/// Sets the metadata of one connection.
public struct PutSignalingNotifyMetadata: ControlRequest, Hashable {
  public typealias Reply = MetadataReply
  public static let operation = ControlOperation(
    .sora, "20201124", "PutSignalingNotifyMetadata",
    "Sets the signaling notify metadata of a connection, in place of what it was.",
    keys: [
      .channelID, .connectionID, ControlKey("metadata", .object, "the new metadata"), .push,
    ],
    reply: "the metadata as it is now", documents: .soraExperimental, repetition: .always)

  public var channelID: String
  public var connectionID: String
  public var metadata: [String: JSONValue]
  public var push: Bool?

  public init(
    channelID: String, connectionID: String, metadata: [String: JSONValue], push: Bool? = nil
  ) {
    self.channelID = channelID
    self.connectionID = connectionID
    self.metadata = metadata
    self.push = push
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    let given = try CheckedParameters(parameters, of: Self.operation)
    self.init(
      channelID: given.text("channel_id"), connectionID: given.text("connection_id"),
      metadata: given.object("metadata") ?? [:], push: given.boolean("push"))
  }

  public var parameters: [String: JSONValue] {
    .init(given: [
      "channel_id": .string(channelID), "connection_id": .string(connectionID),
      "metadata": .object(metadata), "push": push.map(JSONValue.boolean),
    ])
  }
}

/// Removes the metadata of one connection.
public struct DeleteSignalingNotifyMetadata: ControlRequest, Hashable {
  public typealias Reply = MetadataReply
  public static let operation = ControlOperation(
    .sora, "20201124", "DeleteSignalingNotifyMetadata",
    "Removes the signaling notify metadata of a connection.",
    remark: "It is no error if there is none.", keys: [.channelID, .connectionID, .push],
    reply: "the metadata as it was", documents: .soraExperimental, repetition: .always)

  public var channelID: String
  public var connectionID: String
  public var push: Bool?

  public init(channelID: String, connectionID: String, push: Bool? = nil) {
    self.channelID = channelID
    self.connectionID = connectionID
    self.push = push
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    let given = try CheckedParameters(parameters, of: Self.operation)
    self.init(
      channelID: given.text("channel_id"), connectionID: given.text("connection_id"),
      push: given.boolean("push"))
  }

  public var parameters: [String: JSONValue] {
    .init(given: [
      "channel_id": .string(channelID), "connection_id": .string(connectionID),
      "push": push.map(JSONValue.boolean),
    ])
  }
}

/// Sets one item of the metadata of a connection.
public struct PutSignalingNotifyMetadataItem: ControlRequest, Hashable {
  public typealias Reply = MetadataReply
  public static let operation = ControlOperation(
    .sora, "20201124", "PutSignalingNotifyMetadataItem",
    "Sets one item of the signaling notify metadata of a connection.",
    keys: [
      .channelID, .connectionID, .item, ControlKey("value", .any, "its new value"), .push,
    ],
    reply: "the metadata as it is now", documents: .soraExperimental, repetition: .always)

  public var channelID: String
  public var connectionID: String
  public var key: String
  public var value: JSONValue
  public var push: Bool?

  public init(
    channelID: String, connectionID: String, key: String, value: JSONValue, push: Bool? = nil
  ) {
    self.channelID = channelID
    self.connectionID = connectionID
    self.key = key
    self.value = value
    self.push = push
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    let given = try CheckedParameters(parameters, of: Self.operation)
    self.init(
      channelID: given.text("channel_id"), connectionID: given.text("connection_id"),
      key: given.text("key"), value: given.value("value"), push: given.boolean("push"))
  }

  public var parameters: [String: JSONValue] {
    .init(given: [
      "channel_id": .string(channelID), "connection_id": .string(connectionID),
      "key": .string(key), "value": value, "push": push.map(JSONValue.boolean),
    ])
  }
}

/// Removes one item of the metadata of a connection.
public struct DeleteSignalingNotifyMetadataItem: ControlRequest, Hashable {
  public typealias Reply = MetadataReply
  public static let operation = ControlOperation(
    .sora, "20201124", "DeleteSignalingNotifyMetadataItem",
    "Removes one item of the signaling notify metadata of a connection.",
    remark: "It is no error if there is none of that name.",
    keys: [.channelID, .connectionID, .item, .push], reply: "the metadata as it is now",
    documents: .soraExperimental, repetition: .always)

  public var channelID: String
  public var connectionID: String
  public var key: String
  public var push: Bool?

  public init(channelID: String, connectionID: String, key: String, push: Bool? = nil) {
    self.channelID = channelID
    self.connectionID = connectionID
    self.key = key
    self.push = push
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    let given = try CheckedParameters(parameters, of: Self.operation)
    self.init(
      channelID: given.text("channel_id"), connectionID: given.text("connection_id"),
      key: given.text("key"), push: given.boolean("push"))
  }

  public var parameters: [String: JSONValue] {
    .init(given: [
      "channel_id": .string(channelID), "connection_id": .string(connectionID),
      "key": .string(key), "push": push.map(JSONValue.boolean),
    ])
  }
}
