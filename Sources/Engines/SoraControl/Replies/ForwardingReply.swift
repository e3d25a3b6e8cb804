import JSON

/// Answer to `StartForwardingRtp`.
public struct ForwardingReply: ControlReply, Hashable {
  /// Session description for the receiver: payload types, codecs, address and ports.
  public var sdp: String
  /// Members that the documents do not know, or that are null.
  public var additional: [String: JSONValue]

  public init(json: JSONValue?) throws(ControlReplyError) {
    var members = try ReplyMembers(json)
    sdp = try members.text("sdp")
    additional = members.rest
  }

  public var json: JSONValue? {
    additional.with([
      "sdp": .string(sdp)
    ])
  }
}
