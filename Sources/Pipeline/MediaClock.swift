import Media

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The bridge's clock: monotonic time for everything, wall clock for reports only.
///
/// Passed in wherever time is needed, so that tests can turn it by hand.
public struct MediaClock: Sendable {
  private let readMonotonic: @Sendable () -> MediaTime
  private let readUnixNanoseconds: @Sendable () -> Int64

  public init(
    monotonic: @escaping @Sendable () -> MediaTime,
    unixNanoseconds: @escaping @Sendable () -> Int64
  ) {
    readMonotonic = monotonic
    readUnixNanoseconds = unixNanoseconds
  }

  /// Now, on the monotonic clock.
  public func now() -> MediaTime { readMonotonic() }

  /// Now, on both clocks.
  public func wallClockAnchor() -> WallClockAnchor {
    WallClockAnchor(mediaTime: readMonotonic(), unixNanoseconds: readUnixNanoseconds())
  }

  /// The machine's own clocks: `CLOCK_MONOTONIC` and `CLOCK_REALTIME`.
  public static let system = MediaClock(
    monotonic: { MediaTime(nanoseconds: readClock(CLOCK_MONOTONIC)) },
    unixNanoseconds: { readClock(CLOCK_REALTIME) })
}

extension MediaClock {
  /// Processor time the calling thread has used, for measuring blocking calls on a thread of
  /// one's own.
  static func threadCPUTime() -> Duration { .nanoseconds(readClock(CLOCK_THREAD_CPUTIME_ID)) }
}

private func readClock(_ clock: clockid_t) -> Int64 {
  var time = timespec()
  clock_gettime(clock, &time)
  return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
}
