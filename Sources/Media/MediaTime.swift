/// A moment on the bridge's monotonic clock.
///
/// Presentation times, arrival times and deadlines all use it; it never jumps when the wall
/// clock is set. The zero point is arbitrary (boot of the clock that made it).
public struct MediaTime: Sendable, Hashable {
  /// Nanoseconds since the clock's zero point.
  public var nanoseconds: Int64

  public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// The moment `duration` later (earlier if negative); saturates instead of trapping.
  public func advanced(by duration: Duration) -> MediaTime {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(duration.wholeNanoseconds)
    if overflow { return MediaTime(nanoseconds: nanoseconds < 0 ? .min : .max) }
    return MediaTime(nanoseconds: sum)
  }

  /// Time from `self` to `other`; negative if `other` is earlier.
  public func duration(to other: MediaTime) -> Duration {
    let (difference, overflow) = other.nanoseconds.subtractingReportingOverflow(nanoseconds)
    if overflow { return .nanoseconds(other.nanoseconds < nanoseconds ? Int64.min : Int64.max) }
    return .nanoseconds(difference)
  }

  /// This moment in units of a media clock, modulo 2^32, for an RTP timestamp.
  ///
  /// - Parameter clockRate: Units per second, 90 000 for video.
  ///
  /// Source: RFC 3550 §5.1 and RFC 6184 §5.1.
  public func mediaClockUnits(clockRate: UInt32) -> UInt32 {
    let seconds = nanoseconds / 1_000_000_000
    let rest = nanoseconds % 1_000_000_000
    let units = seconds &* Int64(clockRate) &+ rest * Int64(clockRate) / 1_000_000_000
    return UInt32(truncatingIfNeeded: units)
  }
}

extension MediaTime: Comparable {
  public static func < (left: MediaTime, right: MediaTime) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
}

extension Duration {
  /// This duration in nanoseconds, rounded towards zero; saturates at about 292 years.
  public var wholeNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds < 0 ? .min : .max }
    let (sum, carried) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
    if carried { return seconds < 0 ? .min : .max }
    return sum
  }

  /// This duration in seconds, for status pages and metrics.
  public var inSeconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }

  /// This duration in milliseconds, for log lines and status pages.
  public var inMilliseconds: Double { inSeconds * 1000 }
}
