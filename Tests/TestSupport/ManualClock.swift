import Media
import Synchronization

/// A clock that tests turn by hand, monotonic and wall clock together.
public final class ManualClock: Sendable {
  private struct Sleeper {
    var deadline: Int64
    var continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var nanoseconds: Int64
    /// What the wall clock is ahead of the monotonic one.
    var unixOffset: Int64
    var sleepers: [UInt64: Sleeper] = [:]
    var cancelled: Set<UInt64> = []
    var lastSleeper: UInt64 = 0
  }

  private let state: Mutex<State>

  /// - Parameters:
  ///   - start: First reading of the monotonic clock.
  ///   - unixSeconds: First reading of the wall clock; 2026-11-20T12:00:00Z by default.
  public init(start: Duration = .seconds(1000), unixSeconds: Int64 = 1_795_176_000) {
    let nanoseconds = start.wholeNanoseconds
    state = Mutex(
      State(nanoseconds: nanoseconds, unixOffset: unixSeconds * 1_000_000_000 - nanoseconds))
  }

  public var now: MediaTime { MediaTime(nanoseconds: state.withLock { $0.nanoseconds }) }

  public var unixNanoseconds: Int64 { state.withLock { $0.nanoseconds + $0.unixOffset } }

  /// Sets the wall clock forward, as a time server would; nothing else notices.
  public func stepWallClock(by duration: Duration) {
    state.withLock { $0.unixOffset += duration.wholeNanoseconds }
  }

  /// Lets `duration` pass, and wakes those who waited for it.
  public func advance(by duration: Duration) {
    let woken = state.withLock { state in
      state.nanoseconds += duration.wholeNanoseconds
      let due = state.sleepers.filter { $0.value.deadline <= state.nanoseconds }
      for number in due.keys { state.sleepers[number] = nil }
      return due.values.map(\.continuation)
    }
    for continuation in woken { continuation.resume() }
  }

  /// Waits until the test has turned the clock to `moment`.
  ///
  /// - Throws: `CancellationError` if the task is cancelled before.
  public func sleep(until moment: MediaTime) async throws {
    let number = state.withLock { state in
      state.lastSleeper += 1
      return state.lastSleeper
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let outcome: Result<Void, any Error>? = state.withLock { state in
          if state.cancelled.remove(number) != nil { return .failure(CancellationError()) }
          if moment.nanoseconds <= state.nanoseconds { return .success(()) }
          state.sleepers[number] = Sleeper(
            deadline: moment.nanoseconds, continuation: continuation)
          return nil
        }
        if let outcome { continuation.resume(with: outcome) }
      }
    } onCancel: {
      let sleeper = state.withLock { state in
        let sleeper = state.sleepers.removeValue(forKey: number)
        if sleeper == nil { state.cancelled.insert(number) }
        return sleeper
      }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
  }
}
