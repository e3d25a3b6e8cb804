/// How long to wait before the next attempt: doubling, with a bound.
public struct Backoff: Sendable {
  public var initial: Duration
  public var maximum: Duration
  private var next: Duration

  public init(initial: Duration, maximum: Duration) {
    self.initial = initial
    self.maximum = maximum
    next = min(initial, maximum)
  }

  /// The wait before the attempt that follows.
  public mutating func delay() -> Duration {
    let delay = next
    next = min(next * 2, maximum)
    return delay
  }

  /// The last attempt went well for a while; start over with short waits.
  public mutating func reset() {
    next = min(initial, maximum)
  }
}
