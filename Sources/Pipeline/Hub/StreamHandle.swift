import Media

/// What an output sees of the line: the stream's format, its access units, and a way to ask for
/// an IDR. Asking for access units is what makes the encoder run.
public struct StreamHandle: Sendable {
  private let hub: StreamHub
  private let slot: FrameSlot
  /// The clock that presentation times are on.
  public let clock: MediaClock

  init(hub: StreamHub, slot: FrameSlot, clock: MediaClock) {
    self.hub = hub
    self.slot = slot
    self.clock = clock
  }

  /// Parameter sets and size as the encoder is set now. Known before the first picture; nil only
  /// if the encoder could not be opened.
  public var videoFormat: VideoFormat? { hub.videoFormat }

  /// Subscribes to the stream; the first access unit is an IDR.
  public func subscribe(
    bounds: StreamSubscription.Bounds = .init()
  ) async -> StreamSubscription {
    await hub.subscribe(bounds: bounds)
  }

  /// Asks for an IDR as soon as the gate allows. Requests are merged; never waits.
  public func requestKeyframe(_ reason: KeyframeReason) { slot.requestKeyframe(reason) }

  /// How old the newest IDR may be for a joiner to start with it instead of asking for one.
  public static var recentGOPMaxAge: Duration { KeyframeGate.joinInterval }
}
