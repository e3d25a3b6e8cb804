/// Which publisher is to be forwarded, and where to.
public struct ForwardingGoal: Sendable, Hashable {
  public var channelID: String
  /// nil: the only publisher in the channel.
  public var connectionID: String?
  public var destination: ForwardingDestination

  public init(
    channelID: String, connectionID: String? = nil, destination: ForwardingDestination
  ) {
    self.channelID = channelID
    self.connectionID = connectionID
    self.destination = destination
  }
}

/// Where Sora sends the RTP packets; one of the ports at least.
public struct ForwardingDestination: Sendable, Hashable {
  /// IPv4 or IPv6, without brackets.
  public var address: String
  /// nil: no video.
  public var videoPort: Int?
  /// nil: no audio.
  public var audioPort: Int?

  public init(address: String, videoPort: Int? = nil, audioPort: Int? = nil) {
    self.address = address
    self.videoPort = videoPort
    self.audioPort = audioPort
  }

  /// Ports that nobody asked for, but Sora wants to be told.
  ///
  /// Source: RFC 863, discard.
  static let discardPort = 9
}

/// How patient ``ForwardingPlan`` is.
public struct ForwardingRules: Sendable, Hashable {
  /// Ask for a keyframe whenever a forwarding has begun.
  public var requestsKeyframe: Bool
  /// Between two looks whether publisher and Sora are still the same.
  public var checkInterval: Duration
  /// Between two readings of the publisher's statistics; nil: never.
  public var statisticsInterval: Duration?
  /// Before the second attempt at what failed; doubled up to ``longestRetry``.
  public var firstRetry: Duration = .milliseconds(500)
  public var longestRetry: Duration = .seconds(5)
  /// Between two starts, at least, that ask whether what was started still runs.
  var confirmationInterval: Duration { longestRetry * 2 }
  /// For everything that has to be undone at the end.
  public var farewell: Duration = .milliseconds(1200)
  /// Of this, how long an answer to a start that is on its way is awaited.
  public var farewellToStart: Duration = .milliseconds(500)
  /// How often a stop that Sora fails at is repeated before it is left for later.
  public var stopAttempts = 3

  public init(
    requestsKeyframe: Bool = true, checkInterval: Duration = .seconds(2),
    statisticsInterval: Duration? = .seconds(5)
  ) {
    self.requestsKeyframe = requestsKeyframe
    self.checkInterval = checkInterval
    self.statisticsInterval = statisticsInterval
  }
}
