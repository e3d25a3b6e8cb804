import CoreMetrics
import Synchronization

/// A sum that only rises, whole or fractional.
final class CounterInstrument: CounterHandler, FloatingPointCounterHandler {
  private let total = Mutex(0.0)

  var samples: [(suffix: String, value: Double)] { [("", total.withLock { $0 })] }

  func increment(by amount: Int64) { increment(by: Double(amount)) }

  /// Negative and undefined amounts are ignored: a counter that falls reads as a restart.
  func increment(by amount: Double) {
    guard amount > 0, amount.isFinite else { return }
    total.withLock { $0 += amount }
  }

  func reset() { total.withLock { $0 = 0 } }
}

/// A value that comes and goes.
final class GaugeInstrument: MeterHandler, RecorderHandler {
  private let current = Mutex(0.0)

  var samples: [(suffix: String, value: Double)] { [("", current.withLock { $0 })] }

  func set(_ value: Int64) { set(Double(value)) }
  func set(_ value: Double) { current.withLock { $0 = value } }
  func increment(by amount: Double) { current.withLock { $0 += amount } }
  func decrement(by amount: Double) { current.withLock { $0 -= amount } }
  func record(_ value: Int64) { set(Double(value)) }
  func record(_ value: Double) { set(value) }
}

/// Number and sum of what was observed; durations are in seconds.
final class SummaryInstrument: TimerHandler, RecorderHandler {
  private struct State {
    var count: UInt64 = 0
    var sum = 0.0
  }

  private let state = Mutex(State())

  var samples: [(suffix: String, value: Double)] {
    let state = state.withLock { $0 }
    return [("_count", Double(state.count)), ("_sum", state.sum)]
  }

  func record(_ value: Int64) { record(Double(value)) }

  /// Undefined values are ignored: one of them would make the sum useless for ever.
  func record(_ value: Double) {
    guard value.isFinite else { return }
    state.withLock { state in
      state.count &+= 1
      state.sum += value
    }
  }

  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
}
