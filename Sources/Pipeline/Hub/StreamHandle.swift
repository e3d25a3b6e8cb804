import Media

/// What an output sees of the line: the stream's format, its access units, and a way to ask for
/// an IDR. Asking for access units is what makes the encoder run.
public struct StreamHandle: Sendable {
  private let hub: StreamHub
  private let slot: FrameSlot
  /// The clock that presentation times are on.
  public let clock: MediaClock
  /// What other servers say about the streams they send by themselves.
  public let peerDescriptions: PeerDescriptions

  init(
    hub: StreamHub, slot: FrameSlot, clock: MediaClock,
    peerDescriptions: PeerDescriptions = PeerDescriptions()
  ) {
    self.hub = hub
    self.slot = slot
    self.clock = clock
    self.peerDescriptions = peerDescriptions
  }

  /// Parameter sets and size as the encoder is set now. Known before the first picture; nil only
  /// if the encoder could not be opened.
  public var videoFormat: VideoFormat? { hub.videoFormat }

  /// Whether somebody who comes now is served.
  public enum Availability: Sendable, Hashable {
    case available
    /// The camera is away, and the settings say that nobody is to wait for it. Who watches is to
    /// be sent away; trying again is sensible after `retryAfter`.
    case unavailable(retryAfter: Duration)
  }

  /// Always available unless `offline.mode` is `refuse`.
  public var availability: Availability {
    slot.refusesViewers ? .unavailable(retryAfter: Self.retryInterval) : .available
  }

  /// A camera that comes back is served within a second; asking more often than this only adds
  /// load, less often keeps viewers waiting.
  private static let retryInterval: Duration = .seconds(5)

  /// Subscribes to the stream; the first access unit is an IDR.
  public func subscribe(
    bounds: StreamSubscription.Bounds = .init()
  ) async -> StreamSubscription {
    await hub.subscribe(bounds: bounds)
  }

  /// Asks for an IDR as soon as the gate allows. Requests are merged; never waits.
  public func requestKeyframe(_ reason: KeyframeReason) { slot.requestKeyframe(reason) }

  /// What a viewer that shares a subscription can start with; nil if it had better ask for an IDR.
  ///
  /// - Parameter recentGOP: What the subscription has given since its newest IDR.
  public func start(from recentGOP: RecentGOP) -> [AccessUnit]? {
    recentGOP.start(at: clock.now(), grantsIDR: slot.grantsJoiners)
  }

  /// Says that a viewer came who is not given a number of pictures at once.
  ///
  /// While the camera is away, it is shown some offline pictures in quick succession: players that
  /// look at many before they show one would keep it waiting.
  public func viewerJoined() { slot.viewerJoined() }
}
