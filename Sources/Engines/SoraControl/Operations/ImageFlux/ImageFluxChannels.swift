import JSON

/// Removes a channel.
public struct DeleteChannel: ChannelRequest, Hashable {
  public typealias Reply = UndocumentedReply
  public static let operation = ControlOperation(
    .imageFlux, "20180501", "DeleteChannel",
    "Deletes a channel: ends its connections and its HLS, and nobody can connect to it any more.",
    remark: "Channels that are left cost money if somebody uses them again.",
    keys: [.channelID], reply: "not documented", documents: .imageFluxQuickStart,
    repetition: .always)

  public var channelID: String

  public init(channelID: String) {
    self.channelID = channelID
  }
}

/// Which channels there are.
public struct ListChannelIDs: ParameterlessRequest, Hashable {
  public typealias Reply = ChannelIDList
  public static let operation = ControlOperation(
    .imageFlux, "20200729", "ListChannelIDs",
    "Lists the channels that were created and not deleted.",
    reply: "`channel_ids`", documents: .imageFluxReference, repetition: .always,
    emptyBody: .object)

  public init() {}
}

/// Where the HLS of a multistream channel is.
public struct ListPlaylistURLs: ChannelRequest, Hashable {
  public typealias Reply = PlaylistList
  public static let operation = ControlOperation(
    .imageFlux, "20200207", "ListPlaylistURLs",
    "Lists the HLS playlists of a channel, one for each publisher.",
    remark: "There is one some seconds after the publisher has connected.",
    keys: [.channelID], reply: "`channel_id`, `hls`: list of `connection_id`, `playlist_url`",
    documents: .imageFluxReference, repetition: .always)

  public var channelID: String

  public init(channelID: String) {
    self.channelID = channelID
  }
}
