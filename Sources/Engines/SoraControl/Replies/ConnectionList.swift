import JSON

/// Answer to `ListConnections` and `ListChannelConnections`.
public struct ConnectionList: ControlReply, Hashable {
  public var connections: [ConnectionSummary]

  public init(json: JSONValue?) throws(ControlReplyError) {
    connections = try ReplyList.read(json, of: ConnectionSummary.init(_:at:))
  }

  public var json: JSONValue? { .array(connections.map(\.json)) }
}

/// A connection, as Sora lists it.
public struct ConnectionSummary: Sendable, Hashable {
  /// What a connection sends or receives of one kind.
  public struct Media: Sendable, Hashable {
    /// For example `VP9`, `H264`, `OPUS`.
    public var codecType: String?
    /// kbit/s.
    public var bitRate: Int?
    /// The members as they came.
    public let json: JSONValue
  }

  public var connectionID: String
  public var channelID: String?
  public var sessionID: String?
  public var clientID: String?
  public var bundleID: String?
  /// `sendonly`, `recvonly` or `sendrecv`; early versions say `upstream` or `downstream`.
  public var role: String?
  /// Microseconds since 1970.
  public var createdTime: Int?
  /// RFC 3339, UTC.
  public var createdTimestamp: String?
  public var multistream: Bool?
  public var simulcast: Bool?
  public var spotlight: Bool?
  public var audio: Media?
  public var video: Media?
  /// The node of a cluster it is connected to.
  public var nodeName: String?
  /// Members that are not named here, or that are null.
  public var additional: [String: JSONValue]

  init(_ json: JSONValue, at path: String) throws(ControlReplyError) {
    var members = try ReplyMembers(json, at: path)
    connectionID = try members.text("connection_id")
    channelID = try members.optionalText("channel_id")
    sessionID = try members.optionalText("session_id")
    clientID = try members.optionalText("client_id")
    bundleID = try members.optionalText("bundle_id")
    role = try members.optionalText("role")
    createdTime = try members.optionalInteger("created_time")
    createdTimestamp = try members.optionalText("created_timestamp")
    multistream = try members.optionalBoolean("multistream")
    simulcast = try members.optionalBoolean("simulcast")
    spotlight = try members.optionalBoolean("spotlight")
    audio = members.value("audio").map(Media.init)
    video = members.value("video").map(Media.init)
    nodeName = try members.optionalText("node_name")
    additional = members.rest
  }

  var json: JSONValue {
    additional.with([
      "connection_id": .string(connectionID), "channel_id": channelID.map(JSONValue.string),
      "session_id": sessionID.map(JSONValue.string),
      "client_id": clientID.map(JSONValue.string), "bundle_id": bundleID.map(JSONValue.string),
      "role": role.map(JSONValue.string), "created_time": createdTime.map(JSONValue.integer),
      "created_timestamp": createdTimestamp.map(JSONValue.string),
      "multistream": multistream.map(JSONValue.boolean),
      "simulcast": simulcast.map(JSONValue.boolean),
      "spotlight": spotlight.map(JSONValue.boolean), "audio": audio?.json,
      "video": video?.json, "node_name": nodeName.map(JSONValue.string),
    ])
  }
}

extension ConnectionSummary.Media {
  /// Sora says an object, or only whether there is any.
  init(_ json: JSONValue) {
    self.json = json
    codecType = json["codec_type"]?.string
    bitRate = json["bit_rate"]?.integer
  }

  /// Whether there is any.
  public var isOn: Bool { json.boolean ?? (json.object != nil) }
}
