import JSON

// Replies that repeat the keys of the call. Some versions of Sora answer nothing instead.

/// What was called for one connection, or one channel.
public struct ConnectionReply: ControlReply, Hashable {
  public var channelID: String?
  public var connectionID: String?
  /// Members that the documents do not know, or that are null.
  public var additional: [String: JSONValue]
  /// Whether there was no body at all.
  private let isEmpty: Bool

  public init(json: JSONValue?) throws(ControlReplyError) {
    var members = try ReplyMembers(mayBeEmpty: json)
    channelID = try members.optionalText("channel_id")
    connectionID = try members.optionalText("connection_id")
    additional = members.rest
    isEmpty = json == nil
  }

  public var json: JSONValue? {
    if isEmpty { return nil }
    return additional.with([
      "channel_id": channelID.map(JSONValue.string),
      "connection_id": connectionID.map(JSONValue.string),
    ])
  }
}

/// Answer to `ChangeSpotlightNumber`.
public struct SpotlightNumberReply: ControlReply, Hashable {
  public var channelID: String?
  public var spotlightNumber: Int?
  /// Members that the documents do not know, or that are null.
  public var additional: [String: JSONValue]
  /// Whether there was no body at all.
  private let isEmpty: Bool

  public init(json: JSONValue?) throws(ControlReplyError) {
    var members = try ReplyMembers(mayBeEmpty: json)
    channelID = try members.optionalText("channel_id")
    spotlightNumber = try members.optionalInteger("spotlight_number")
    additional = members.rest
    isEmpty = json == nil
  }

  public var json: JSONValue? {
    if isEmpty { return nil }
    return additional.with([
      "channel_id": channelID.map(JSONValue.string),
      "spotlight_number": spotlightNumber.map(JSONValue.integer),
    ])
  }
}

/// What was called for the stream from one connection to another.
public struct StreamReply: ControlReply, Hashable {
  public var channelID: String?
  public var recvConnectionID: String?
  public var sendConnectionID: String?
  /// Only of `RequestRtpStream`.
  public var rid: String?
  /// Members that the documents do not know, or that are null.
  public var additional: [String: JSONValue]
  /// Whether there was no body at all.
  private let isEmpty: Bool

  public init(json: JSONValue?) throws(ControlReplyError) {
    var members = try ReplyMembers(mayBeEmpty: json)
    channelID = try members.optionalText("channel_id")
    recvConnectionID = try members.optionalText("recv_connection_id")
    sendConnectionID = try members.optionalText("send_connection_id")
    rid = try members.optionalText("rid")
    additional = members.rest
    isEmpty = json == nil
  }

  public var json: JSONValue? {
    if isEmpty { return nil }
    return additional.with([
      "channel_id": channelID.map(JSONValue.string),
      "recv_connection_id": recvConnectionID.map(JSONValue.string),
      "send_connection_id": sendConnectionID.map(JSONValue.string),
      "rid": rid.map(JSONValue.string),
    ])
  }
}

/// Answer to `ChangeUpstreamVideoBitRate`.
public struct BitRateReply: ControlReply, Hashable {
  public var channelID: String?
  public var connectionID: String?
  /// kbit/s.
  public var bitRate: Int?
  /// Members that the documents do not know, or that are null.
  public var additional: [String: JSONValue]
  /// Whether there was no body at all.
  private let isEmpty: Bool

  public init(json: JSONValue?) throws(ControlReplyError) {
    var members = try ReplyMembers(mayBeEmpty: json)
    channelID = try members.optionalText("channel_id")
    connectionID = try members.optionalText("connection_id")
    bitRate = try members.optionalInteger("bit_rate")
    additional = members.rest
    isEmpty = json == nil
  }

  public var json: JSONValue? {
    if isEmpty { return nil }
    return additional.with([
      "channel_id": channelID.map(JSONValue.string),
      "connection_id": connectionID.map(JSONValue.string),
      "bit_rate": bitRate.map(JSONValue.integer),
    ])
  }
}
