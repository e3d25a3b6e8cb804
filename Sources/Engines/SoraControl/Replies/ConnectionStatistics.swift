import JSON

/// Answer to `GetStatsConnection`: what Sora has counted. The counters differ from version to
/// version; they are in `additional`, by protocol: `rtp`, `rtcp`, `stun`, `turn` and others.
public struct ConnectionStatistics: ControlReply, Hashable {
  /// RFC 3339, UTC.
  public var timestamp: String?
  public var channelID: String?
  public var sessionID: String?
  public var clientID: String?
  public var bundleID: String?
  public var connectionID: String?
  /// Members that the documents do not know, or that are null.
  public var additional: [String: JSONValue]

  public init(json: JSONValue?) throws(ControlReplyError) {
    var members = try ReplyMembers(json)
    timestamp = try members.optionalText("timestamp")
    channelID = try members.optionalText("channel_id")
    sessionID = try members.optionalText("session_id")
    clientID = try members.optionalText("client_id")
    bundleID = try members.optionalText("bundle_id")
    connectionID = try members.optionalText("connection_id")
    additional = members.rest
  }

  public var json: JSONValue? {
    additional.with([
      "timestamp": timestamp.map(JSONValue.string),
      "channel_id": channelID.map(JSONValue.string),
      "session_id": sessionID.map(JSONValue.string),
      "client_id": clientID.map(JSONValue.string),
      "bundle_id": bundleID.map(JSONValue.string),
      "connection_id": connectionID.map(JSONValue.string),
    ])
  }
}
