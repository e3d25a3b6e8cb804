import JSON

/// Somebody in a channel.
public struct SoraConnection: Sendable, Hashable {
  public enum Role: String, Sendable, Hashable {
    case sendonly, recvonly, sendrecv
    var sends: Bool { self != .recvonly }
    var receives: Bool { self != .sendonly }
  }

  public enum VideoCodec: String, Sendable, Hashable { case h264 = "H264", vp9 = "VP9" }

  public var channelID: String
  public var id: String
  public var clientID: String
  public var sessionID: String
  public var role: Role
  /// Microseconds since 1970.
  public var created: Int64
  /// Nil if it has no picture.
  public var video: VideoCodec? = .h264
  public var hasAudio = true
  public var isMultistream = true
  public var isSimulcast = false
  public var isSpotlight = false
  /// Highest rid that it sends: 0, 1 or 2.
  public var highestRid = 2
  /// kbit/s
  public var videoBitRate = 2500
  /// What is told to others about it; nil if nothing was ever put there.
  public var notifyMetadata: [String: JSONValue]?
  /// How often Sora asked it for a key frame.
  public var keyFrameRequests = 0
  /// Packets of its video that Sora has; grows with each look at its statistics.
  public var packets = 0
  /// What it reported with its last pong; nil for something that grows with each look.
  public var report: Report?

  public struct Report: Sendable, Hashable {
    /// RFC 3339
    public var timestamp: String
    public var statistics: [JSONValue]

    public init(timestamp: String, statistics: [JSONValue]) {
      self.timestamp = timestamp
      self.statistics = statistics
    }
  }
}

/// A stream on its way out.
public struct SoraForwarding: Sendable, Hashable {
  public var channelID: String
  public var connectionID: String
  public var address: String
  public var audioPort: Int
  public var videoPort: Int

  public init(
    channelID: String, connectionID: String, address: String, audioPort: Int, videoPort: Int
  ) {
    self.channelID = channelID
    self.connectionID = connectionID
    self.address = address
    self.audioPort = audioPort
    self.videoPort = videoPort
  }
}

/// A channel of ImageFlux.
public struct ImageFluxChannel: Sendable, Hashable {
  public enum Kind: Sendable, Hashable { case single, multistream, multistreamWithHLS, rtmp }

  public var id: String
  public var kind: Kind
  /// Renditions as asked for.
  public var hls: [JSONValue]
  /// All other parameters as given.
  public var parameters: JSONValue
  /// Playlists of its publishers: there from some seconds after a stream started.
  public var playlists: [Playlist] = []

  public struct Playlist: Sendable, Hashable {
    public var connectionID: String
    public var url: String
  }
}

/// A viewer who does not get a stream for the time being.
public struct SoraPause: Sendable, Hashable {
  public var channelID: String
  public var receiver: String
  public var sender: String
}

/// What Sora told the members of a channel.
public struct SoraPush: Sendable, Hashable {
  public var channelID: String
  /// Nil: everybody.
  public var connectionID: String?
  public var data: JSONValue
}
