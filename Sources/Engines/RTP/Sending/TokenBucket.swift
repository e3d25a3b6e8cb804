import Media

/// Bytes that may be sent now: they come at a steady rate and are saved up to a limit.
///
/// Starts full. Time is passed in; a clock that stands still or goes back adds nothing.
struct TokenBucket: Sendable {
  /// Bytes that can be saved up.
  let capacity: Double
  /// Bytes a second that come in; at least 1.
  private(set) var rate: Double
  /// Negative after more was taken than there was.
  private(set) var level: Double
  private var lastRefill: MediaTime?

  init(capacity: Int, bytesPerSecond: Double = 1) {
    self.capacity = Double(max(capacity, 1))
    rate = max(bytesPerSecond, 1)
    level = self.capacity
  }

  /// Adds what came in since the last call, by the rate up to now, then goes on at a new rate.
  mutating func refill(at now: MediaTime, newRate: Double? = nil) {
    let elapsed = lastRefill.map { max($0.duration(to: now), .zero) } ?? .zero
    level = min(capacity, level + elapsed.inSeconds * rate)
    lastRefill = lastRefill.map { max($0, now) } ?? now
    if let newRate { rate = max(newRate, 1) }
  }

  /// Takes `bytes` whether they are there or not; the debt is at most one capacity, so that an
  /// exception now does not hold up everything that follows.
  mutating func take(_ bytes: Int) {
    level = max(level - Double(bytes), -capacity)
  }

  /// Time until `bytes` are there; zero if they are.
  func delay(until bytes: Int) -> Duration {
    let missing = min(Double(bytes), capacity) - level
    guard missing > 0 else { return .zero }
    // Rounded up, so that whoever waits as long finds them.
    return .nanoseconds(Int64(min(missing / rate, 3600) * 1e9) + 1)
  }
}
