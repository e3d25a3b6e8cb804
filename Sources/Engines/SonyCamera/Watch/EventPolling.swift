/// Decides when to ask the camera for its next event, and whether to wait for a change.
///
/// ```
///              event, timed out                     event to the try
///  snapshot ─▶ longPoll ◀──────────────────────────────────┐
///     ▲          │ 40402 three times                        │
///     │          ├────────────────▶ contested: a snapshot every 5 s, a try every 2 min
///     │          └─ broken thrice ─▶ unheld: the same
///     │ event
///   slow: a snapshot every 30 s ◀── four senseless answers in a row, or six refusals
/// ```
/// A camera that holds a poll as documented is asked again at once. One that answers at once is
/// not asked more often than once a second, and less often while nothing changes.
///
/// Source: Camera Remote API, "getEvent"; servers 2.0.0 end a poll with nulls, newer ones with
/// error 2. Sony's sample waits 5 s after 40402.
struct EventPolling: Sendable {
  enum Request: Sendable, Hashable {
    /// Everything, at once.
    case snapshot
    /// Changes, as soon as there are some.
    case poll
  }

  enum Answer: Sendable, Hashable {
    case event(hasChanges: Bool)
    /// Another program polls, too.
    case contested
    /// A known request that is not possible at the moment.
    case notNow
    /// Nothing that `getEvent` answers.
    case senseless
  }

  static let contestedPause = Duration.seconds(5)
  static let slowPause = Duration.seconds(30)
  /// A poll that ends sooner was not held.
  static let shortestHold = Duration.seconds(1)
  /// After a call without any answer.
  static let failurePause = Duration.milliseconds(500)
  /// Between two polls that brought changes.
  static let changePause = Duration.milliseconds(200)
  private static let contestedLimit = 3
  private static let senselessLimit = 4
  private static let refusalLimit = 6
  private static let brokenPollLimit = 3
  private static let snapshotsBetweenTries = 24
  private static let quickChangeLimit = 10

  private(set) var mode = PollingMode.undecided
  private(set) var request = Request.snapshot
  private var unheld = BackOff(first: .seconds(1), longest: .seconds(5))
  private var refusals = BackOff(first: .seconds(1), longest: .seconds(30))
  private var contestedCount = 0
  private var senselessCount = 0
  private var refusalCount = 0
  private var brokenPollCount = 0
  private var snapshotCount = 0
  private var quickChangeCount = 0

  /// The answer to `request` is here.
  ///
  /// - Parameter duration: How long it took.
  /// - Returns: The pause before the next request.
  mutating func answered(_ answer: Answer, took duration: Duration) -> Duration {
    switch answer {
    case .event(let hasChanges):
      senselessCount = 0
      refusalCount = 0
      refusals.reset()
      return next(hasChanges: hasChanges, took: duration)
    case .contested:
      contestedCount += 1
      if contestedCount >= Self.contestedLimit {
        mode = .contested
        request = .snapshot
      }
      return Self.contestedPause
    case .notNow:
      refusalCount += 1
      if refusalCount >= Self.refusalLimit { mode = .slow }
      return refusals.next()
    case .senseless:
      senselessCount += 1
      request = .snapshot
      guard senselessCount >= Self.senselessLimit else { return refusals.next(limit: .seconds(4)) }
      mode = .slow
      return Self.slowPause
    }
  }

  /// The answer is not waited for: changes may have got lost with it.
  mutating func interrupted() { request = .snapshot }

  /// No answer came.
  ///
  /// - Returns: The pause before the next request.
  mutating func failed() -> Duration {
    let isTry = mode == .unheld || mode == .contested
    if request == .poll { brokenPollCount += 1 }
    request = .snapshot
    if brokenPollCount >= Self.brokenPollLimit { mode = .unheld }
    return isTry ? Self.contestedPause : Self.failurePause
  }

  private mutating func next(hasChanges: Bool, took duration: Duration) -> Duration {
    switch (mode, request) {
    case (.contested, .snapshot), (.unheld, .snapshot):
      snapshotCount += 1
      if snapshotCount >= Self.snapshotsBetweenTries {
        snapshotCount = 0
        request = .poll
      }
      return Self.contestedPause
    case (.undecided, .snapshot), (.longPoll, .snapshot), (.unavailable, .snapshot):
      mode = .longPoll
      request = .poll
      return .zero
    case (.slow, _):
      mode = .longPoll
      request = .poll
      return Self.shortestHold
    case (_, .poll):
      mode = .longPoll
      contestedCount = 0
      brokenPollCount = 0
      return pause(hasChanges: hasChanges, took: duration)
    }
  }

  private mutating func pause(hasChanges: Bool, took duration: Duration) -> Duration {
    guard duration < Self.shortestHold else {
      unheld.reset()
      quickChangeCount = 0
      return .zero
    }
    guard hasChanges else { return max(Self.shortestHold - duration, unheld.next()) }
    quickChangeCount += 1
    return quickChangeCount <= Self.quickChangeLimit ? Self.changePause : Self.shortestHold
  }
}
