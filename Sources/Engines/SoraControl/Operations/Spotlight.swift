import JSON

/// Keeps the spotlight on a connection.
public struct FocusSpotlightFixed: ConnectionRequest, Hashable {
  public typealias Reply = ConnectionReply
  public static let operation = ControlOperation(
    .sora, "20200807", "FocusSpotlightFixed",
    "Puts the spotlight on a connection and keeps it there until UnfocusSpotlight.",
    keys: [.channelID, .connectionID], reply: "the keys again",
    documents: .soraExperimental, repetition: .always)

  public var channelID: String
  public var connectionID: String

  public init(channelID: String, connectionID: String) {
    self.channelID = channelID
    self.connectionID = connectionID
  }
}

/// Puts the spotlight on a connection.
public struct FocusSpotlight: ConnectionRequest, Hashable {
  public typealias Reply = ConnectionReply
  public static let operation = ControlOperation(
    .sora, "20200807", "FocusSpotlight",
    "Puts the spotlight on a connection; speakers may take it over.",
    keys: [.channelID, .connectionID], reply: "the keys again",
    documents: .soraExperimental, repetition: .always)

  public var channelID: String
  public var connectionID: String

  public init(channelID: String, connectionID: String) {
    self.channelID = channelID
    self.connectionID = connectionID
  }
}

/// Takes the spotlight from a connection.
public struct UnfocusSpotlight: ConnectionRequest, Hashable {
  public typealias Reply = ConnectionReply
  public static let operation = ControlOperation(
    .sora, "20200807", "UnfocusSpotlight",
    "Takes the spotlight from a connection, a fixed one, too.",
    keys: [.channelID, .connectionID], reply: "the keys again",
    documents: .soraExperimental, repetition: .always)

  public var channelID: String
  public var connectionID: String

  public init(channelID: String, connectionID: String) {
    self.channelID = channelID
    self.connectionID = connectionID
  }
}

/// Changes how many connections the spotlight is on at most.
public struct ChangeSpotlightNumber: ControlRequest, Hashable {
  public typealias Reply = SpotlightNumberReply
  public static let operation = ControlOperation(
    .sora, "20200807", "ChangeSpotlightNumber",
    "Changes how many connections of a channel the spotlight is on at most.",
    remark: "Whoever connects later and says `spotlight_number` must say the new one.",
    keys: [
      .channelID,
      ControlKey("spotlight_number", .integer(1...8), "how many connections at most"),
    ],
    reply: "the keys again", documents: .soraExperimental, repetition: .always)

  public var channelID: String
  public var spotlightNumber: Int

  public init(channelID: String, spotlightNumber: Int) {
    self.channelID = channelID
    self.spotlightNumber = spotlightNumber
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    let given = try CheckedParameters(parameters, of: Self.operation)
    self.init(
      channelID: given.text("channel_id"), spotlightNumber: given.integer("spotlight_number"))
  }

  public var parameters: [String: JSONValue] {
    ["channel_id": .string(channelID), "spotlight_number": .integer(spotlightNumber)]
  }
}
