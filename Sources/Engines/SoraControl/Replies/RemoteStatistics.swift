import JSON

/// Answer to `GetAllRemoteStats` and `GetChannelRemoteStats`.
public struct RemoteStatisticsList: ControlReply, Hashable {
  public var connections: [RemoteStatistics]

  public init(json: JSONValue?) throws(ControlReplyError) {
    connections = try ReplyList.read(json, of: RemoteStatistics.init(_:at:))
  }

  public var json: JSONValue? { .array(connections.compactMap(\.json)) }
}

/// What a client last said of its connection: WebRTC statistics, at most five seconds old.
///
/// The list operations call them `remote_stats`, `GetConnectionRemoteStats` calls them `stats`;
/// both are understood everywhere.
public struct RemoteStatistics: ControlReply, Hashable {
  public var channelID: String?
  public var connectionID: String?
  /// When the client said it: RFC 3339, UTC.
  public var timestamp: String?
  /// Each an object with `id` and `type`, as a browser gives them.
  public var reports: [JSONValue]
  /// Members that the documents do not know, or that are null.
  public var additional: [String: JSONValue]
  /// What the list is called.
  private let name: String

  public init(json: JSONValue?) throws(ControlReplyError) {
    try self.init(members: try ReplyMembers(json))
  }

  init(_ json: JSONValue, at path: String) throws(ControlReplyError) {
    try self.init(members: try ReplyMembers(json, at: path))
  }

  private init(members: ReplyMembers) throws(ControlReplyError) {
    var members = members
    channelID = try members.optionalText("channel_id")
    connectionID = try members.optionalText("connection_id")
    timestamp = try members.optionalText("timestamp")
    name = members.rest["stats"] == nil ? "remote_stats" : "stats"
    reports = try members.list(name) { value, _ throws(ControlReplyError) in value }
    additional = members.rest
  }

  public var json: JSONValue? {
    additional.with([
      "channel_id": channelID.map(JSONValue.string),
      "connection_id": connectionID.map(JSONValue.string),
      "timestamp": timestamp.map(JSONValue.string), name: .array(reports),
    ])
  }
}
