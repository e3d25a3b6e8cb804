import Media

/// What to do to get pictures again; every step goes one further back than the one before.
public enum RecoveryStep: String, Sendable, Hashable, CaseIterable, Comparable {
  /// Another GET: the camera drops the old connection and serves the new one.
  case reopen = "opening the liveview again"
  /// `stopLiveview`, `startLiveview`: wakes an app that keeps the stream open and silent.
  case restart = "stopping and starting the liveview"
  /// `startRecMode`: needed when the camera went back to its waiting screen.
  case remoteShooting = "entering remote shooting mode again"
  /// The session ends; whoever owns it looks for the camera.
  case rediscover = "looking for the camera again"

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  public static func < (left: RecoveryStep, right: RecoveryStep) -> Bool {
    left.rank < right.rank
  }
}

/// What to do about another program that takes the one liveview a camera has.
public enum LiveviewRivalry: String, Sendable, Hashable, CaseIterable {
  /// Take it back, with pauses that grow while the other one does the same.
  case retake
  /// Let the other one have it, and ask seldom: asking takes it, as there is no other way to find
  /// out whether it is free.
  case yield
}

/// Decides, stream by stream, how to get pictures again.
///
/// ```
/// good stream ends ─▶ reopen ─▶ restart ─▶ remoteShooting ─▶ rediscover
///        ▲               │         │             │
///        └─── ten seconds of pictures ◀──────────┘
/// ```
/// A camera has one liveview client. When it closes our stream soon after it had started, again
/// and again, another program is taking it: then no step helps, only pauses do.
///
/// Source: behaviour of ILCE-6000 and its apps: a second GET closes the first connection; a new
/// GET always works.
struct LiveviewRecovery: Sendable {
  enum Action: Sendable, Hashable {
    case take(RecoveryStep, after: Duration)
    /// Another program has the liveview: wait, then open the stream.
    case standBack(Duration)
  }

  /// Pictures for so long mean that the step before has helped.
  private static let goodStream = Duration.seconds(10)
  /// A stream that is closed sooner was taken by somebody.
  private static let briefStream = Duration.seconds(5)
  /// Brief streams in a row after which it is no accident.
  private static let briefStreamLimit = 2
  /// Times that a camera is brought back from its waiting screen without a good stream in between.
  private static let recModeLimit = 3

  private let rivalry: LiveviewRivalry
  private var step: RecoveryStep?
  private var briefStreamCount = 0
  private var recModeCount = 0
  private var standBack: BackOff

  init(rivalry: LiveviewRivalry) {
    self.rivalry = rivalry
    standBack =
      switch rivalry {
      case .retake: BackOff(first: .seconds(1), longest: .seconds(30))
      case .yield: BackOff(first: .seconds(30), longest: .seconds(600))
      }
  }

  /// The last step was no more than another GET.
  var isReopening: Bool { step == .reopen }

  /// A stream is over.
  ///
  /// - Parameters:
  ///   - lasted: From the first to the last moment with pictures; nil if there was none.
  ///   - hasLeftRecMode: The camera told that it is on its waiting screen.
  mutating func streamEnded(
    _ reason: LiveviewEnd, lasted: Duration?, hasLeftRecMode: Bool
  ) -> Action {
    noteGoodStream(lasted)
    if hasLeftRecMode, recModeCount < Self.recModeLimit {
      // That is the reason, and no step that has failed.
      recModeCount += 1
      step = .remoteShooting
      return .take(.remoteShooting, after: .milliseconds(200))
    }
    if reason == .closed, let lasted {
      briefStreamCount = lasted < Self.briefStream ? briefStreamCount + 1 : 0
      switch rivalry {
      // Once may be an accident of a stream that was good for long.
      case .yield where lasted < Self.goodStream: return .standBack(standBack.next())
      case .retake where briefStreamCount >= Self.briefStreamLimit:
        return .standBack(standBack.next())
      case .retake, .yield: return .take(.reopen, after: .milliseconds(100))
      }
    }
    switch reason {
    case .closed, .stalled: return take(.reopen)
    // Not running, or not where it was: another GET alone will not do.
    case .refused, .unreadable, .unreachable: return take(.restart)
    }
  }

  private mutating func noteGoodStream(_ lasted: Duration?) {
    guard let lasted, lasted >= Self.goodStream else { return }
    step = nil
    recModeCount = 0
    briefStreamCount = 0
    standBack.reset()
  }

  /// The step after the last one, but none before `least`.
  private mutating func take(_ least: RecoveryStep) -> Action {
    let next = step.map(Self.following) ?? least
    let chosen = max(next, least)
    step = chosen
    return .take(chosen, after: .milliseconds(chosen == .reopen ? 100 : 200))
  }

  private static func following(_ step: RecoveryStep) -> RecoveryStep {
    switch step {
    case .reopen: .restart
    case .restart: .remoteShooting
    case .remoteShooting, .rediscover: .rediscover
    }
  }
}

/// Pauses that double from try to try.
///
/// Without jitter: only one client can talk to a camera, so there is nobody to keep apart from.
struct BackOff: Sendable {
  private let first: Duration
  private let longest: Duration
  private var current: Duration

  init(first: Duration, longest: Duration) {
    self.first = first
    self.longest = longest
    current = first
  }

  /// The next pause, at most `limit`.
  mutating func next(limit: Duration? = nil) -> Duration {
    defer { current = min(current * 2, longest) }
    return min(current, limit ?? current)
  }

  mutating func reset() {
    current = first
  }
}
