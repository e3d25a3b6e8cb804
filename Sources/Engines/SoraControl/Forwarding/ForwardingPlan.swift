import JSON
import Media

/// What to do next, see ``ForwardingPlan/poll(now:)``.
public enum ForwardingOrder: Sendable, Hashable {
  /// Say it in the log.
  case report(ForwardingEvent)
  /// Put these into the state file, then say so with ``ForwardingPlan/remembered(failure:)``.
  case remember([ForwardingRecord])
  /// Call Sora, then say what came of it with the number. An earlier call is given up.
  case call(ForwardingCall, number: UInt64)
  /// Nothing to do until then, or until a fact; nil: until a fact.
  case wait(until: MediaTime?)
  case finished
}

/// Keeps Sora's RTP forwarding of one publisher running.
///
/// ```
///            leftovers of the last run
///                       │
///                  ┌─ clearing ◀──────────────────────────┐ stop what may run
///                  ▼    │                                 │
///   ┌──────────▶ seeking│ one publisher     refused once, │
///   │ in a while   │    └──────▶ starting ── answer lost ─┤
///   │   nobody,    ▼               │  ▲                   │
///   └── several, pausing ◀─ failed ┘  └ is it still on?   │
///        failed                    ▼                      │
///                       running ⇄ checking ── lost ───────┘
///
///   any state, shutdown asked ──▶ ending ──▶ ended
/// ```
/// Rules:
/// - What may be running is in the state file before it is started, and until it is known not to.
/// - A publisher is never guessed: without a name there must be exactly one.
/// - After a loss (publisher or Sora new, API away) everything begins with a look at the channel.
///
/// Operations a Sora does not have are done without: ListChannelConnections, GetChannelRemoteStats
/// in its place, GetStatsReport, GetConnectionRemoteStats, RequestKeyFrame. One that only has the
/// two forwarding operations of 2017 is told the channel only; whether it still forwards is found
/// out by starting once more, which a Sora that forwards refuses. If it does not refuse, it was over
/// or runs twice now: it is stopped twice and started once. A Sora that did so twice in a row is
/// not asked that way again.
///
/// Use: one fact (`answered`, `remembered`, `shutdownAsked`, …), then ``poll(now:)`` until it says
/// `wait` or `finished`.
public struct ForwardingPlan: Sendable {
  /// Internal for the files that share the work.
  enum State: Sendable {
    /// Stops the records, one after another.
    case clearing(next: AfterClearing)
    case seeking
    case pausing(until: MediaTime)
    case starting(Attempt)
    case running(Running)
    case checking(Running, Check)
    case ending(deadline: MediaTime, Farewell)
    case ended
  }

  enum AfterClearing: Sendable {
    case seek
    case start(Attempt)
    case wait(ForwardingSituation.Awaited, MediaTime)
    case fail(ForwardingFailure, MediaTime)

    /// Whether what cannot be stopped delays a start.
    var leadsToStart: Bool {
      switch self {
      case .seek, .start: true
      case .wait, .fail: false
      }
    }
  }

  struct Attempt: Sendable {
    var publisher: ForwardingPublisher
    /// What might be left over was stopped because Sora refused.
    var hasCleared = false
    /// The answer did not come once.
    var wasLost = false
    /// Only asks a Sora that tells nothing whether it goes on.
    var confirming: Running?
  }

  struct Running: Sendable {
    var publisher: ForwardingPublisher
    var record: ForwardingRecord
    var nextCheck: MediaTime
    var nextStatistics: MediaTime
    /// Checks without an answer in a row.
    var misses = 0
    /// Nobody answered at all meanwhile.
    var wasAway = false
    /// Nobody can say whether the publisher is still the same.
    var isInDoubt = false
    /// Before that, doubts wait.
    var nextConfirmation: MediaTime
    /// Totals in a row that are smaller than before.
    var lowReadings = 0
  }

  /// What a check asks, in this order.
  enum Check: Sendable {
    case keyframe, totals, publisher, statistics
  }

  enum Farewell: Sendable {
    /// What the start that is on its way came to decides what is to be stopped.
    case awaitingStart(until: MediaTime)
    case stopping(failures: Int)
  }

  /// Where to look for the publisher.
  enum LookUp: Sendable {
    case connections, statistics, nowhere
  }

  let goal: ForwardingGoal
  let rules: ForwardingRules
  var state: State
  public internal(set) var report = ForwardingReport()
  var lookUp = LookUp.connections
  /// What may be running; what may run twice is in it twice.
  var records: [ForwardingRecord]
  /// What may be running, too, but could not be stopped.
  var leftForLater: [ForwardingRecord] = []
  var stopFailures = 0
  var pending: ForwardingCall?
  var inFlight: ForwardingCall?
  var events: [ForwardingEvent] = []
  var totals: SoraTotals?
  /// Several Soras answer, each with totals of its own, which say nothing about a restart.
  var areTotalsMixed = false
  /// Starts in a row that Sora should have refused, because what they start was running.
  var unrefusedStarts = 0
  /// Stopped since the last start, as events told already.
  var toldStops: Set<ForwardingRecord> = []
  /// Why the next start is not the first.
  var loss: ForwardingLoss?
  var retry: Duration
  var keyframe = KeyframeWish()
  /// Sora refused it although nothing was left over.
  var refused: ForwardingPublisher?
  var unknownOperations: Set<String> = []
  /// Operations whose failure was reported once.
  var reported: Set<String> = []
  /// Ports that Sora wants to be told.
  var discards: Set<String> = []
  private var offered: [ForwardingRecord]
  /// The state file could not be written, and it is time to try again.
  private var isRewriteDue = false
  private var number: UInt64 = 0

  /// - Parameter leftovers: What the state file names, in any channel of this Sora.
  public init(
    goal: ForwardingGoal, rules: ForwardingRules = ForwardingRules(),
    leftovers: [ForwardingRecord] = []
  ) {
    self.goal = goal
    self.rules = rules
    records = leftovers
    offered = leftovers
    retry = rules.firstRetry
    state = .seeking
    clear(then: .seek)
  }

  // MARK: Orders

  /// The next thing to do.
  public mutating func poll(now: MediaTime) -> ForwardingOrder {
    passTime(now)
    if !events.isEmpty { return .report(events.removeFirst()) }
    let remembered = records + leftForLater
    if remembered != offered || isRewriteDue {
      offered = remembered
      isRewriteDue = false
      return .remember(remembered)
    }
    if let call = pending {
      pending = nil
      inFlight = call
      number &+= 1
      return .call(call, number: number)
    }
    if case .ended = state { return .finished }
    return .wait(until: deadline)
  }

  /// When there is something to do though nothing happens.
  private var deadline: MediaTime? {
    switch state {
    case .pausing(let until): until
    case .running(let running): min(running.nextCheck, keyframeMoment(running) ?? running.nextCheck)
    case .ending(_, .awaitingStart(let until)): until
    case .ending(let deadline, .stopping): deadline
    case .clearing, .seeking, .starting, .checking, .ended: nil
    }
  }

  private mutating func passTime(_ now: MediaTime) {
    let isCheckDue =
      switch state {
      case .pausing(let until): until <= now
      case .running(let running): running.nextCheck <= now
      default: false
      }
    if isCheckDue, report.stateFileError != nil { isRewriteDue = true }
    switch state {
    case .pausing(let until) where until <= now: seek(now)
    case .running(let running) where keyframeMoment(running).map { $0 <= now } ?? false:
      requestKeyframe(running)
    case .running(let running) where running.nextCheck <= now: check(running, after: nil, now)
    case .ending(let deadline, _) where deadline <= now: end()
    case .ending(let deadline, .awaitingStart(let until)) where until <= now:
      stopNext(deadline: deadline)
    case .clearing, .seeking, .pausing, .starting, .running, .checking, .ending, .ended: break
    }
  }

  // MARK: Facts

  /// A call came to its end.
  ///
  /// - Parameters:
  ///   - number: As ordered; the answer of a call that was given up changes nothing.
  ///   - result: The body, nil if it was empty.
  public mutating func answered(
    number: UInt64, _ result: Result<JSONValue?, ControlError>, now: MediaTime
  ) {
    guard number == self.number, let call = inFlight else { return }
    inFlight = nil
    switch state {
    case .clearing(let next): stopAnswered(result, next: next, now)
    case .seeking: lookUpAnswered(result, call, now)
    case .starting(let attempt): startAnswered(result, attempt, now)
    case .checking(let running, let check): checkAnswered(result, running, check, call, now)
    case .ending(let deadline, let farewell):
      farewellAnswered(result, farewell, deadline: deadline)
    case .pausing, .running, .ended: break
    }
  }

  /// The state file was written, or could not be; then it is tried again at the next check.
  public mutating func remembered(failure: String?) {
    if let failure, report.stateFileError != failure {
      events.append(.notRemembered(reason: failure))
    }
    report.stateFileError = failure
  }

  /// An operator wants the forwarding to be started anew, or what is waited for to be tried now.
  public mutating func restartAsked(now: MediaTime) {
    switch state {
    case .pausing: seek(now)
    case .running(let running), .checking(let running, _):
      lose(running, .restartAsked, isOver: false, now)
    case .clearing, .seeking, .starting, .ending, .ended: break
    }
  }

  /// An operator, or a receiver, wants a keyframe; it is asked for as soon as no other call runs.
  public mutating func keyframeAsked() {
    if isForwarding { keyframe.isWanted = true }
  }

  /// Whether Sora is thought to forward at this moment.
  public var isForwarding: Bool {
    switch state {
    case .running, .checking: true
    case .starting(let attempt): attempt.confirming != nil
    case .clearing, .seeking, .pausing, .ending, .ended: false
    }
  }

  // MARK: Shared

  /// Names of parts that are to be used once only.
  mutating func isNews(_ operation: String) -> Bool { reported.insert(operation).inserted }

  mutating func noteUnknown(_ operation: String) {
    unknownOperations.insert(operation)
    if isNews(operation) { events.append(.unknownOperation(operation)) }
  }

  /// A call did not work; everything is tried again after a while.
  mutating func fail(_ failure: ForwardingFailure, now: MediaTime) {
    note(failure)
    state = .pausing(until: now.advanced(by: nextRetry()))
  }

  mutating func note(_ failure: ForwardingFailure) {
    report.counters.failures &+= 1
    if report.situation != .failing(failure) { events.append(.failed(failure)) }
    report.situation = .failing(failure)
    report.lastFailure = failure
  }

  /// The first record is known not to run.
  mutating func forgetFirst() {
    if !records.isEmpty { records.removeFirst() }
  }

  mutating func nextRetry() -> Duration {
    defer { retry = min(retry * 2, rules.longestRetry) }
    return retry
  }
}
