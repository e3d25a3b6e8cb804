import JSON

/// Answer to `ListPauseRtpStreams`.
public struct PausedStreamList: ControlReply, Hashable {
  public var streams: [PausedStream]

  public init(json: JSONValue?) throws(ControlReplyError) {
    streams = try ReplyList.read(json, of: PausedStream.init(_:at:))
  }

  public var json: JSONValue? { .array(streams.map(\.json)) }
}

/// A stream that is paused.
public struct PausedStream: Sendable, Hashable {
  public var channelID: String?
  public var recvConnectionID: String
  public var sendConnectionID: String
  /// Role of the receiver, for example `sendrecv`.
  public var role: String?
  /// Members that the documents do not know, or that are null.
  public var additional: [String: JSONValue]

  init(_ json: JSONValue, at path: String) throws(ControlReplyError) {
    var members = try ReplyMembers(json, at: path)
    channelID = try members.optionalText("channel_id")
    recvConnectionID = try members.text("recv_connection_id")
    sendConnectionID = try members.text("send_connection_id")
    role = try members.optionalText("role")
    additional = members.rest
  }

  var json: JSONValue {
    additional.with([
      "channel_id": channelID.map(JSONValue.string),
      "recv_connection_id": .string(recvConnectionID),
      "send_connection_id": .string(sendConnectionID),
      "role": role.map(JSONValue.string),
    ])
  }
}
