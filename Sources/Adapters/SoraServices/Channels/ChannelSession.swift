import Media
import Pipeline
import SoraControl
import Synchronization

/// Carries out the orders of a plan until its session is over.
///
/// When the bridge stops the session has its own time limit to delete the channel: what was under
/// way and has no effect is broken off, a creation or deletion is awaited until the limit.
final class ChannelSession: Sendable {
  private struct State {
    var plan: ChannelPlan
    var isStopping = false
    var isOverdue = false
    /// The next wait, or the present one, ends at once.
    var isWoken = false
    /// Breaks off what is under way.
    var interruption: Interruption?
  }

  private struct Interruption {
    var isHarmless: Bool
    var isWait: Bool
    var cancel: @Sendable () -> Void
  }

  private let state: Mutex<State>
  private let calls: ChannelCalls
  private let file: ChannelFile
  private let clock: MediaClock
  private let closingLimit: Duration
  private let tell: @Sendable (ChannelPlan, [ChannelNews], ChannelOrder) -> Void

  /// - Parameters:
  ///   - closingLimit: How long the end may take.
  ///   - tell: Called after each fact, before the order it led to is carried out.
  init(
    plan: ChannelPlan, calls: ChannelCalls, file: ChannelFile, clock: MediaClock,
    closingLimit: Duration,
    tell: @escaping @Sendable (ChannelPlan, [ChannelNews], ChannelOrder) -> Void
  ) {
    state = Mutex(State(plan: plan))
    self.calls = calls
    self.file = file
    self.clock = clock
    self.closingLimit = closingLimit
    self.tell = tell
  }

  /// The plan as it is, for the next session.
  var plan: ChannelPlan { state.withLock(\.plan) }

  /// Runs to the end; a cancelled task ends it in order.
  func run() async -> ChannelEnd {
    // The end has calls to make, which a cancelled task could not.
    let work = Task { await carryOut() }
    return await withTaskCancellationHandler {
      await work.value
    } onCancel: {
      stop()
    }
  }

  private func carryOut() async -> ChannelEnd {
    var order = advance { plan, time in plan.begin(at: time) }
    while true {
      if case .finish(let end) = order { return end }
      let fact = await fact(of: order)
      order = advance { plan, time in plan.handle(fact, at: time) }
    }
  }

  private func advance(
    _ step: (inout ChannelPlan, WallClockAnchor) -> ChannelOrder
  ) -> ChannelOrder {
    let (plan, news, order) = state.withLock { state in
      let order = step(&state.plan, clock.wallClockAnchor())
      return (state.plan, state.plan.takeNews(), order)
    }
    tell(plan, news, order)
    return order
  }

  private func fact(of order: ChannelOrder) async -> ChannelFact {
    let (calls, file, clock) = (calls, file, clock)
    switch order {
    case .write(let book): return await file.write(book)
    case .list: return await interruptible(isHarmless: true) { await calls.list() }
    case .create: return await interruptible(isHarmless: false) { await calls.create() }
    case .delete(let id):
      return await interruptible(isHarmless: false) { await calls.delete(id) }
    case .listPlaylists(let id):
      return await interruptible(isHarmless: true) { await calls.listPlaylists(of: id) }
    case .wait(let until):
      return await interruptible(isHarmless: true, isWait: true) {
        try? await clock.sleep(until: until)
        return .woke
      }
    // Not reached: the session has ended.
    case .finish: return .woke
    }
  }

  private func interruptible(
    isHarmless: Bool, isWait: Bool = false, _ work: @escaping @Sendable () async -> ChannelFact
  ) async -> ChannelFact {
    let task = Task { await work() }
    let isLate = state.withLock { state in
      state.interruption = Interruption(isHarmless: isHarmless, isWait: isWait) { task.cancel() }
      return state.isOverdue || isWait && (state.isStopping || state.isWoken)
    }
    if isLate { task.cancel() }
    let fact = await task.value
    state.withLock { state in
      state.interruption = nil
      if isWait { state.isWoken = false }
    }
    return fact
  }

  /// Looks now whether the channel still exists, and not when it is due.
  func checkNow() {
    let cancel = state.withLock { state in
      state.plan.checkNow()
      state.isWoken = true
      return state.interruption.flatMap { $0.isWait ? $0.cancel : nil }
    }
    cancel?()
  }

  private func stop() {
    let cancel = state.withLock { state in
      state.plan.stop()
      state.isStopping = true
      return state.interruption.flatMap { $0.isHarmless ? $0.cancel : nil }
    }
    cancel?()
    Task { [closingLimit] in
      try? await Task.sleep(for: closingLimit)
      let cancel = state.withLock { state in
        state.isOverdue = true
        return state.interruption?.cancel
      }
      cancel?()
    }
  }
}
