import Media
import Synchronization

/// Calls back at the earliest of the moments it was asked for.
///
/// Later moments are forgotten when an earlier one is set, so whoever is called looks again at
/// what is due next and sets that; being called early is harmless to it.
final class Alarm: Sendable {
  private struct Setting {
    var moment: MediaTime
    var number: UInt64
    var task: Task<Void, Never>
  }

  private struct State {
    var setting: Setting?
    var lastNumber: UInt64 = 0
  }

  private let state = Mutex(State())
  private let clock: MediaClock

  init(clock: MediaClock) {
    self.clock = clock
  }

  deinit {
    state.withLock { $0.setting?.task.cancel() }
  }

  /// Sees to it that `action` is called at `moment` at the latest, in any context.
  func ring(by moment: MediaTime, _ action: @escaping @Sendable () -> Void) {
    state.withLock { state in
      if let setting = state.setting, setting.moment <= moment { return }
      state.setting?.task.cancel()
      state.lastNumber &+= 1
      let number = state.lastNumber
      let task = Task { [weak self, clock] in
        do { try await clock.sleep(until: moment) } catch { return }
        guard self?.clear(number) == true else { return }
        action()
      }
      state.setting = Setting(moment: moment, number: number, task: task)
    }
  }

  /// False if another setting has taken the place of this one.
  private func clear(_ number: UInt64) -> Bool {
    state.withLock { state in
      guard state.setting?.number == number else { return false }
      state.setting = nil
      return true
    }
  }
}
