import JSON

/// A push notification as the clients get it.
public struct PushReply: ControlReply, Hashable {
  /// `push`.
  public var type: String?
  public var data: JSONValue?
  /// Members that the documents do not know, or that are null.
  public var additional: [String: JSONValue]
  /// Whether there was no body at all.
  private let isEmpty: Bool

  public init(json: JSONValue?) throws(ControlReplyError) {
    var members = try ReplyMembers(mayBeEmpty: json)
    type = try members.optionalText("type")
    data = members.value("data")
    additional = members.rest
    isEmpty = json == nil
  }

  public var json: JSONValue? {
    if isEmpty { return nil }
    return additional.with(["type": type.map(JSONValue.string), "data": data])
  }
}

/// An answer whose shape is not documented: anything, or nothing.
public struct UndocumentedReply: ControlReply, Hashable {
  public let json: JSONValue?

  public init(json: JSONValue?) {
    self.json = json
  }
}
