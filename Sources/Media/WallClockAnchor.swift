/// One moment read on both clocks, the monotonic one and the wall clock.
///
/// Wall clock time is used for sender reports and logs only; everything else runs on
/// ``MediaTime``. Take a new anchor whenever a sender report is due, so that a stepped wall
/// clock shows in the next report while RTP timestamps go on unharmed.
public struct WallClockAnchor: Sendable, Hashable {
  /// The moment on the monotonic clock.
  public var mediaTime: MediaTime
  /// Nanoseconds since 1970-01-01T00:00:00Z at that moment.
  public var unixNanoseconds: Int64

  public init(mediaTime: MediaTime, unixNanoseconds: Int64) {
    self.mediaTime = mediaTime
    self.unixNanoseconds = unixNanoseconds
  }

  /// Seconds between the NTP era (1900) and the Unix era (1970).
  private static let ntpOffsetSeconds: Int64 = 2_208_988_800

  /// The 64-bit NTP timestamp of `moment`: seconds since 1900 and a binary fraction.
  ///
  /// Source: RFC 3550 §4.
  public func ntpTimestamp(at moment: MediaTime) -> UInt64 {
    let elapsed = mediaTime.duration(to: moment).wholeNanoseconds
    let unix = unixNanoseconds &+ elapsed
    let seconds = unix.flooredDivision(by: 1_000_000_000)
    let rest = unix &- seconds &* 1_000_000_000
    let fraction = (UInt64(rest) << 32) / 1_000_000_000
    let high = UInt64(truncatingIfNeeded: seconds &+ Self.ntpOffsetSeconds) & 0xFFFF_FFFF
    return high << 32 | fraction & 0xFFFF_FFFF
  }
}

extension Int64 {
  fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
