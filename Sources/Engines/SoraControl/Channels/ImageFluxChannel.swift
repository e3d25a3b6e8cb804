import JSON

/// A channel of ImageFlux Live Streaming: where to publish, and where to watch.
public struct ImageFluxChannel: Sendable, Hashable {
  public var id: String
  /// Sora's signaling, `wss://…/signaling`.
  public var soraURL: String
  /// HLS; empty until ImageFlux has made one.
  public var playlists: [ChannelPlaylist]

  public init(id: String, soraURL: String, playlists: [ChannelPlaylist] = []) {
    self.id = id
    self.soraURL = soraURL
    self.playlists = playlists
  }

  /// Whether an id from outside can be one: calls that name it are possible, as is a note of it.
  public static func isUsableID(_ id: String) -> Bool {
    ControlKey.channelID.kind.allows(.string(id))
  }
}

/// Where a channel can be watched as HLS.
public struct ChannelPlaylist: Sendable, Hashable {
  /// Whose pictures these are; nil if the channel has only one publisher.
  public var connectionID: String?
  public var url: String

  public init(connectionID: String? = nil, url: String) {
    self.connectionID = connectionID
    self.url = url
  }
}

/// Whose channels these are. Ids of one account mean nothing to another one.
public struct ChannelAccount: Sendable, Hashable {
  public var apiURL: String
  /// Tells access tokens apart without being one.
  public var tokenDigest: String

  public init(apiURL: String, tokenDigest: String) {
    self.apiURL = apiURL
    self.tokenDigest = tokenDigest
  }
}
