import JSON

/// Answer to the operations that create a channel.
///
/// Only the ID is demanded, one that calls can name: whoever has it can delete the channel, whatever
/// else is missing.
public struct CreatedChannel: ControlReply, Hashable {
  public var channelID: String
  /// Where clients connect, `wss://…/signaling`; not of `CreateRTMPChannel`.
  public var soraURL: String?
  /// The HLS playlist; not of multistream channels.
  public var playlistURL: String?
  /// Where RTMP is sent; only of `CreateRTMPChannel`.
  public var ingestURL: String?
  /// Members that the documents do not know, or that are null.
  public var additional: [String: JSONValue]

  public init(json: JSONValue?) throws(ControlReplyError) {
    var members = try ReplyMembers(json)
    channelID = try members.text("channel_id")
    guard ImageFluxChannel.isUsableID(channelID) else {
      throw ControlReplyError(path: "channel_id", expected: ControlKey.channelID.kind.rule)
    }
    soraURL = try members.optionalText("sora_url")
    playlistURL = try members.optionalText("playlist_url")
    ingestURL = try members.optionalText("ingest_url")
    additional = members.rest
  }

  public var json: JSONValue? {
    additional.with([
      "channel_id": .string(channelID),
      "sora_url": soraURL.map(JSONValue.string),
      "playlist_url": playlistURL.map(JSONValue.string),
      "ingest_url": ingestURL.map(JSONValue.string),
    ])
  }
}

/// Answer to `GetEncryptKey`.
public struct EncryptKey: ControlReply, Hashable {
  /// 32 hexadecimal digits. Secret.
  public var encryptKey: String
  /// Members that the documents do not know, or that are null.
  public var additional: [String: JSONValue]

  public init(json: JSONValue?) throws(ControlReplyError) {
    var members = try ReplyMembers(json)
    encryptKey = try members.text("encrypt_key")
    additional = members.rest
  }

  public var json: JSONValue? {
    additional.with([
      "encrypt_key": .string(encryptKey)
    ])
  }
}

/// Answer to `CreateArchiveDestination`.
public struct ArchiveDestinationReply: ControlReply, Hashable {
  public var archiveDestinationID: String
  /// Members that the documents do not know, or that are null.
  public var additional: [String: JSONValue]

  public init(json: JSONValue?) throws(ControlReplyError) {
    var members = try ReplyMembers(json)
    archiveDestinationID = try members.text("archive_destination_id")
    additional = members.rest
  }

  public var json: JSONValue? {
    additional.with([
      "archive_destination_id": .string(archiveDestinationID)
    ])
  }
}

/// Answer to `ListChannelIDs`.
public struct ChannelIDList: ControlReply, Hashable {
  /// As they came: one that no call can name is a channel all the same.
  public var channelIDs: [String]
  /// Members that the documents do not know.
  public var additional: [String: JSONValue]

  public init(json: JSONValue?) throws(ControlReplyError) {
    var members = try ReplyMembers(json)
    channelIDs = try members.list("channel_ids") { value, path throws(ControlReplyError) in
      guard let text = value.string else {
        throw ControlReplyError(path: path, expected: "a text")
      }
      return text
    }
    additional = members.rest
  }

  public var json: JSONValue? {
    additional.with(["channel_ids": .array(channelIDs.map(JSONValue.string))])
  }
}

/// Answer to `ListPlaylistURLs`.
public struct PlaylistList: ControlReply, Hashable {
  public var channelID: String?
  /// Empty until a publisher has connected.
  public var playlists: [Playlist]
  /// Members that the documents do not know, or that are null.
  public var additional: [String: JSONValue]

  public init(json: JSONValue?) throws(ControlReplyError) {
    var members = try ReplyMembers(json)
    channelID = try members.optionalText("channel_id")
    playlists = try members.list("hls", of: Playlist.init(_:at:))
    additional = members.rest
  }

  public var json: JSONValue? {
    additional.with([
      "channel_id": channelID.map(JSONValue.string), "hls": .array(playlists.map(\.json)),
    ])
  }
}

/// The HLS playlist of one publisher.
public struct Playlist: Sendable, Hashable {
  public var connectionID: String?
  public var playlistURL: String
  /// Members that the documents do not know, or that are null.
  public var additional: [String: JSONValue]

  init(_ json: JSONValue, at path: String) throws(ControlReplyError) {
    var members = try ReplyMembers(json, at: path)
    connectionID = try members.optionalText("connection_id")
    playlistURL = try members.text("playlist_url")
    additional = members.rest
  }

  var json: JSONValue {
    additional.with([
      "connection_id": connectionID.map(JSONValue.string),
      "playlist_url": .string(playlistURL),
    ])
  }
}

/// Answer to `ListArchiveDestinations`.
public struct ArchiveDestinationList: ControlReply, Hashable {
  public var destinations: [ArchiveDestination]
  /// Members that the documents do not know.
  public var additional: [String: JSONValue]
  /// What the list is called: `archive_destinations` in the documents; users of the service have
  /// seen `destinations`, too.
  private let name: String

  public init(json: JSONValue?) throws(ControlReplyError) {
    var members = try ReplyMembers(json)
    let other = "destinations"
    name =
      members.rest["archive_destinations"] == nil && members.rest[other] != nil
      ? other : "archive_destinations"
    destinations = try members.list(name, of: ArchiveDestination.init(_:at:))
    additional = members.rest
  }

  public var json: JSONValue? {
    additional.with([name: .array(destinations.map(\.json))])
  }
}

/// A place for archives.
public struct ArchiveDestination: Sendable, Hashable {
  public var archiveDestinationID: String?
  public var bucketURI: String?
  /// Members that the documents do not know, or that are null.
  public var additional: [String: JSONValue]

  init(_ json: JSONValue, at path: String) throws(ControlReplyError) {
    var members = try ReplyMembers(json, at: path)
    archiveDestinationID = try members.optionalText("archive_destination_id")
    bucketURI = try members.optionalText("bucket_uri")
    additional = members.rest
  }

  var json: JSONValue {
    additional.with([
      "archive_destination_id": archiveDestinationID.map(JSONValue.string),
      "bucket_uri": bucketURI.map(JSONValue.string),
    ])
  }
}
