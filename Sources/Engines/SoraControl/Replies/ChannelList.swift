import JSON

/// Answer to `ListChannels`.
public struct ChannelList: ControlReply, Hashable {
  public var channels: [ChannelSummary]

  public init(json: JSONValue?) throws(ControlReplyError) {
    channels = try ReplyList.read(json, of: ChannelSummary.init(_:at:))
  }

  public var json: JSONValue? { .array(channels.map(\.json)) }
}

/// A channel that has connections.
public struct ChannelSummary: Sendable, Hashable {
  public var channelID: String
  /// Later versions know no other channels and may leave it out.
  public var multistream: Bool?
  public var spotlight: Bool?
  /// Members that the documents do not know, or that are null.
  public var additional: [String: JSONValue]

  init(_ json: JSONValue, at path: String) throws(ControlReplyError) {
    var members = try ReplyMembers(json, at: path)
    channelID = try members.text("channel_id")
    multistream = try members.optionalBoolean("multistream")
    spotlight = try members.optionalBoolean("spotlight")
    additional = members.rest
  }

  var json: JSONValue {
    additional.with([
      "channel_id": .string(channelID),
      "multistream": multistream.map(JSONValue.boolean),
      "spotlight": spotlight.map(JSONValue.boolean),
    ])
  }
}
