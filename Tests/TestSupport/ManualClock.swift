import Media
import Synchronization

/// A clock that tests turn by hand, monotonic and wall clock together.
public final class ManualClock: Sendable {
  private let nanoseconds: Mutex<Int64>
  /// What the wall clock is ahead of the monotonic one.
  private let unixOffset: Int64

  /// - Parameters:
  ///   - start: First reading of the monotonic clock.
  ///   - unixSeconds: First reading of the wall clock; 2026-11-20T12:00:00Z by default.
  public init(start: Duration = .seconds(1000), unixSeconds: Int64 = 1_795_176_000) {
    nanoseconds = Mutex(start.wholeNanoseconds)
    unixOffset = unixSeconds * 1_000_000_000 - start.wholeNanoseconds
  }

  public var now: MediaTime { MediaTime(nanoseconds: nanoseconds.withLock { $0 }) }

  public var unixNanoseconds: Int64 { nanoseconds.withLock { $0 } + unixOffset }

  /// Lets `duration` pass.
  public func advance(by duration: Duration) {
    nanoseconds.withLock { $0 += duration.wholeNanoseconds }
  }
}
