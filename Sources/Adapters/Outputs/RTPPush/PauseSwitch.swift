import Synchronization

/// Whether a target is paused; set from anywhere, awaited by the target.
final class PauseSwitch: Sendable {
  private struct Waiter {
    var id: Int
    var awaited: Bool
    var continuation: CheckedContinuation<Void, Never>
  }

  private struct State {
    var isPaused: Bool
    var waiters: [Waiter] = []
    var lastID = 0
  }

  private let state: Mutex<State>

  init(isPaused: Bool) {
    state = Mutex(State(isPaused: isPaused))
  }

  var isPaused: Bool { state.withLock { $0.isPaused } }

  /// Sets it; false if it was so already.
  @discardableResult
  func set(isPaused: Bool) -> Bool {
    let (isNews, waiters) = state.withLock { state in
      let isNews = state.isPaused != isPaused
      state.isPaused = isPaused
      let waiters = state.waiters.filter { $0.awaited == isPaused }
      state.waiters.removeAll { $0.awaited == isPaused }
      return (isNews, waiters)
    }
    for waiter in waiters { waiter.continuation.resume() }
    return isNews
  }

  /// Returns when it is set so, at once if it is, and when the task is cancelled.
  func wait(untilPaused awaited: Bool) async {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.isPaused == awaited || Task.isCancelled { return true }
          state.waiters.append(Waiter(id: id, awaited: awaited, continuation: continuation))
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        let index = state.waiters.firstIndex { $0.id == id }
        return index.map { state.waiters.remove(at: $0) }
      }
      waiter?.continuation.resume()
    }
  }
}
