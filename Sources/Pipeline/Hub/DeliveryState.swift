/// Decides picture by picture whether one subscriber gets it.
///
/// A subscriber starts at an IDR. When it has no room, pictures are skipped up to the next IDR
/// for which there is room, so that it never sees a picture whose reference it missed.
///
/// ```
///              IDR, room                     no room
/// waiting ─────────────────────▶ flowing ───────────────▶ waiting
/// ```
public struct DeliveryState: Sendable {
  /// What to do with the picture at hand.
  public enum Decision: Sendable, Equatable {
    case deliver
    case skip
    /// Skip it and ask for an IDR, because there would be room for one.
    case skipAndRequestKeyframe(KeyframeReason)
  }

  private enum Phase: Sendable {
    case waiting(KeyframeReason)
    case flowing
  }

  private var phase = Phase.waiting(.join)
  /// Pictures skipped since the subscriber got its first one.
  public private(set) var skippedCount: UInt64 = 0
  /// Times a flowing subscriber ran out of room.
  public private(set) var overflowCount: UInt64 = 0
  private var hasStarted = false

  public init() {}

  /// True while pictures are being skipped until the next IDR.
  public var isWaitingForIDR: Bool {
    switch phase {
    case .waiting: true
    case .flowing: false
    }
  }

  /// True until the subscriber got its first IDR since it came, or started anew.
  public var isJoining: Bool {
    if case .waiting(.join) = phase { true } else { false }
  }

  /// The subscriber pauses or starts anew: the next picture it gets is an IDR.
  public mutating func restart() {
    phase = .waiting(.join)
    hasStarted = false
  }

  /// A picture is there for this subscriber.
  ///
  /// - Parameter hasRoom: Whether the subscriber's queue can take it.
  public mutating func offer(isIDR: Bool, hasRoom: Bool) -> Decision {
    switch (phase, isIDR, hasRoom) {
    case (.flowing, _, true), (.waiting, true, true):
      phase = .flowing
      hasStarted = true
      return .deliver
    case (.flowing, _, false):
      phase = .waiting(.overflow)
      overflowCount &+= 1
      countSkipped(1)
      return .skip
    case (.waiting(let reason), false, true):
      countSkipped(1)
      return .skipAndRequestKeyframe(reason)
    case (.waiting, _, false):
      countSkipped(1)
      return .skip
    }
  }

  /// The queue threw away `count` pictures it had already accepted; go on at the next IDR.
  public mutating func discarded(_ count: Int) {
    if !isWaitingForIDR { overflowCount &+= 1 }
    phase = .waiting(.overflow)
    countSkipped(UInt64(max(0, count)))
  }

  private mutating func countSkipped(_ count: UInt64) {
    if hasStarted { skippedCount &+= count }
  }
}
