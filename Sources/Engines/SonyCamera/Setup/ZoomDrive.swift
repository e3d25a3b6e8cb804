/// Brings a power-zoom lens to a position, by the little the API has for it: start, stop, one step.
///
/// ```
///  snapshot ─▶ far ──▶ start ─▶ wait, snapshot … ─▶ near, passed or stuck ─▶ stop ─┐
///     ▲   └──▶ near ─▶ step ──┐                                                    │
///     └───────────── wait ◀───┴────────────────────────────────────────────────────┘
///     └──▶ there, or as close as steps get ─▶ reached
/// ```
/// A lens runs through its range in two or three seconds, half of it between two answers, and goes
/// on a little after `stop`: what is nearer than a run that went too far is done by steps. Bounded by `timeBudget`; a lens that may be running is always
/// told to stop.
///
/// Source: Camera Remote API, "actZoom", "zoomInformation".
struct ZoomDrive: Sendable {
  enum Action: Sendable, Hashable {
    /// Ask for the zoom position.
    case look
    case zoom(ZoomDirection, ZoomMovement)
    case wait(Duration)
    case reached
    case failed(SetupRefusal.Reason)
  }

  /// Positions so close count as reached, in percent.
  static let tolerance = 3
  /// All waits together.
  static let timeBudget = Duration.seconds(15)
  /// From here on by steps: what a lens covers between two looks.
  private static let nearness = 15
  private static let interval = Duration.milliseconds(200)
  private static let settlingTime = Duration.milliseconds(400)
  /// Looks without movement after which a running lens counts as stuck.
  private static let stillLookLimit = 5
  private static let stepLimit = 30
  private static let stopLimit = 4

  private enum State: Sendable {
    case looking
    case starting(ZoomDirection, from: Int)
    case running(ZoomDirection, from: Int, stillLooks: Int)
    case settling
    case stopping(ZoomDirection, failure: SetupRefusal.Reason?)
    case ended
  }

  private let target: Int
  private var state = State.looking
  private var waited = Duration.zero
  private var stepCount = 0
  private var stopCount = 0
  private var lastStep: (direction: ZoomDirection, from: Int)?
  private var lastRun: (direction: ZoomDirection, from: Int)?
  /// Shorter ways go too far; learned from the lens.
  private var shortestRun = Self.nearness

  /// - Parameter target: In percent.
  init(target: Int) {
    self.target = min(max(target, 0), 100)
  }

  /// The position was told; nil: the camera has no position to tell.
  mutating func looked(_ position: Int?) -> Action {
    switch state {
    case .running(let direction, let from, let stillLooks):
      return goOn(direction, from: from, stillLooks: stillLooks, at: position)
    case .looking, .settling, .starting, .stopping, .ended:
      guard let position else { return fail(.notOffered) }
      return approach(from: position)
    }
  }

  /// `actZoom` was accepted.
  mutating func zoomed() -> Action {
    switch state {
    case .starting(let direction, let from):
      state = .running(direction, from: from, stillLooks: 0)
      return pause(Self.interval)
    case .running: return pause(Self.interval)
    case .stopping(_, let failure?): return fail(failure)
    case .stopping(_, nil), .looking, .settling, .ended:
      state = .settling
      return pause(Self.settlingTime)
    }
  }

  mutating func waitEnded() -> Action {
    if case .stopping(let direction, let failure) = state {
      return stop(direction, failure: failure)
    }
    return .look
  }

  /// A call was refused or not answered. A lens that may be running is stopped before the end.
  mutating func refused(_ reason: SetupRefusal.Reason) -> Action {
    switch (state, reason) {
    case (.starting, .refused): fail(reason)
    case (.starting(let direction, _), _), (.running(let direction, _, _), _):
      stop(direction, failure: reason)
    case (.stopping, _) where stopCount < Self.stopLimit: pause(Self.interval)
    case (.looking, _), (.settling, _), (.stopping, _), (.ended, _): fail(reason)
    }
  }

  // MARK: Moves

  private mutating func approach(from position: Int) -> Action {
    let distance = target - position
    if abs(distance) <= Self.tolerance { return reach() }
    guard waited < Self.timeBudget, stepCount < Self.stepLimit else { return fail(.notReached) }
    let direction: ZoomDirection = distance > 0 ? .in : .out
    if let lastRun, lastRun.direction != direction {
      shortestRun = max(shortestRun, abs(position - lastRun.from))
    }
    lastRun = nil
    if abs(distance) > shortestRun {
      state = .starting(direction, from: position)
      stopCount = 0
      lastRun = (direction, position)
      lastStep = nil
      return .zoom(direction, .start)
    }
    if let last = lastStep {
      // Steps that are wider than the tolerance: there is nothing closer.
      if last.direction != direction { return reach() }
      if last.from == position, stepCount > 2 { return fail(.noEffect) }
    }
    stepCount += 1
    lastStep = (direction, position)
    state = .settling
    return .zoom(direction, .step)
  }

  private mutating func goOn(
    _ direction: ZoomDirection, from: Int, stillLooks: Int, at position: Int?
  ) -> Action {
    guard let position else { return stop(direction, failure: .notOffered) }
    let rest = direction == .in ? target - position : position - target
    if rest <= Self.nearness { return stop(direction, failure: nil) }
    let still = position == from ? stillLooks + 1 : 0
    guard still < Self.stillLookLimit else { return stop(direction, failure: .noEffect) }
    guard waited < Self.timeBudget else { return stop(direction, failure: .notReached) }
    state = .running(direction, from: position, stillLooks: still)
    return pause(Self.interval)
  }

  private mutating func stop(
    _ direction: ZoomDirection, failure: SetupRefusal.Reason?
  ) -> Action {
    state = .stopping(direction, failure: failure)
    stopCount += 1
    return .zoom(direction, .stop)
  }

  private mutating func pause(_ duration: Duration) -> Action {
    waited += duration
    return .wait(duration)
  }

  private mutating func reach() -> Action {
    state = .ended
    return .reached
  }

  private mutating func fail(_ reason: SetupRefusal.Reason) -> Action {
    state = .ended
    return .failed(reason)
  }
}
