import JSON

/// Answer to the operations on the metadata of one connection: the metadata, without an object
/// around it. It is an object after all operations that are documented, but clients may have
/// connected with anything.
public struct MetadataReply: ControlReply, Hashable {
  /// Nil if there was no body.
  public var metadata: JSONValue?

  public init(json: JSONValue?) {
    metadata = json
  }

  public var json: JSONValue? { metadata }
}

/// Answer to `ListSignalingNotifyMetadata`.
public struct MetadataList: ControlReply, Hashable {
  public var connections: [ConnectionMetadata]

  public init(json: JSONValue?) throws(ControlReplyError) {
    connections = try ReplyList.read(json, of: ConnectionMetadata.init(_:at:))
  }

  public var json: JSONValue? { .array(connections.map(\.json)) }
}

/// The metadata of one connection.
public struct ConnectionMetadata: Sendable, Hashable {
  public var connectionID: String
  public var clientID: String?
  /// Only of later versions.
  public var bundleID: String?
  /// Nil if the connection has none.
  public var metadata: JSONValue?
  /// Members that the documents do not know, or that are null.
  public var additional: [String: JSONValue]

  init(_ json: JSONValue, at path: String) throws(ControlReplyError) {
    var members = try ReplyMembers(json, at: path)
    connectionID = try members.text("connection_id")
    clientID = try members.optionalText("client_id")
    bundleID = try members.optionalText("bundle_id")
    metadata = members.value("metadata")
    additional = members.rest
  }

  var json: JSONValue {
    additional.with([
      "connection_id": .string(connectionID), "client_id": clientID.map(JSONValue.string),
      "bundle_id": bundleID.map(JSONValue.string), "metadata": metadata,
    ])
  }
}
