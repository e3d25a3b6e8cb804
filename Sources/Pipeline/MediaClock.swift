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
  private let wait: (@Sendable (MediaTime) async throws -> Void)?

  /// - Parameter wait: Returns when the monotonic clock shows the given moment, throws when the
  ///   task is cancelled; nil waits as long by the machine's clock.
  public init(
    monotonic: @escaping @Sendable () -> MediaTime,
    unixNanoseconds: @escaping @Sendable () -> Int64,
    wait: (@Sendable (MediaTime) async throws -> Void)? = nil
  ) {
    readMonotonic = monotonic
    readUnixNanoseconds = unixNanoseconds
    self.wait = wait
  }

  /// Now, on the monotonic clock.
  public func now() -> MediaTime { readMonotonic() }

  /// Waits until `moment`; returns at once if that is over.
  ///
  /// - Throws: `CancellationError` if the task is cancelled before.
  public func sleep(until moment: MediaTime) async throws {
    if let wait { return try await wait(moment) }
    try await Task.sleep(for: max(.zero, now().duration(to: moment)))
  }

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
