import Media

/// When the name of a target's host is to be looked up again: from time to time, and soon after
/// the target's machine has answered that nobody listens, because the name may have moved.
struct LookUpSchedule: Sendable {
  /// Shortest time between two look-ups for refusals, which come with every packet.
  static let shortestInterval: Duration = .seconds(5)

  /// Longest time between two look-ups.
  let interval: Duration
  private var lastLookUp: MediaTime
  private var refusedBefore: UInt64

  /// - Parameters:
  ///   - start: When the present address was found.
  ///   - refused: Refusals up to then.
  init(interval: Duration, start: MediaTime, refused: UInt64) {
    self.interval = interval
    lastLookUp = start
    refusedBefore = refused
  }

  /// When to ask again whether a look-up is due, at the latest.
  var pause: Duration { min(interval, Self.shortestInterval) }

  /// Whether to look the name up now; says so once.
  ///
  /// - Parameter refused: Refusals up to now.
  mutating func isDue(now: MediaTime, refused: UInt64) -> Bool {
    let age = lastLookUp.duration(to: now)
    let hasNews = refused > refusedBefore && age >= pause
    guard age >= interval || hasNews else { return false }
    (lastLookUp, refusedBefore) = (now, refused)
    return true
  }
}
