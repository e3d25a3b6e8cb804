import Media

/// The order of one camera session: which call comes next, until pictures flow, and what to do when
/// they stop.
///
/// ```
///  started ─▶ getAvailableApiList ── startRecMode listed ──▶ startRecMode ──┐
///                 ▲        │ not listed                                     │
///   refused: pause│        ├── nobody watches ─▶ asleep ── demand began ──▶─┤
///                 │        ▼                     ▲                          │
///                 └── startLiveviewWithSize ◀────┼──────────────────────────┘
///                 ▲        │ no such thing       │
///                 │        ▼                     │
///                 └── startLiveview         stopLiveview, stopRecMode
///                          │ address             ▲
///                          ▼                     │ demand ended
///                     open, receive pictures ────┘
///                          │  ▲
///                    ended ▼  │ reopen, restart, remote shooting
///                     LiveviewRecovery ── nothing helped ─▶ finish(noPictures)
///
///  from anywhere:  call without answer ─▶ finish(unreachable)
///                  stopRequested ─▶ stopLiveview ─▶ stopRecMode ─▶ finish(stopped)
/// ```
/// There is one order at a time, so calls are serial by construction: cameras hang on parallel
/// ones. What is possible is found out by trying; the method list decides only about
/// `startRecMode`, because real lists are incomplete. Who the camera is and what it is doing is
/// asked elsewhere, so that the first picture does not wait for it.
///
/// Source: Camera Remote API, "Liveview"; behaviour of ILCE-6000, NEX-5T and ILCE-6300.
public struct CameraSession: Sendable {
  public struct Settings: Sendable, Hashable {
    /// The API's `camera` part, `…/sony/camera`.
    public var endpoint: CameraURL
    /// `large` is tried first and falls back to `medium`.
    public var liveviewSize: LiveviewSize
    /// What is switched off while nobody watches; nil: liveview runs always.
    public var sleepDepth: SleepDepth?
    public var rivalry = LiveviewRivalry.retake
    /// Whether to leave remote shooting mode at the end.
    public var stopsRecMode = true
    /// For each of the two calls at the end.
    public var stopTimeLimit = Duration.milliseconds(450)
    /// Between two calls that only find out whether a sleeping camera is still there.
    public var keepAliveInterval = Duration.seconds(30)
    /// Refusals in a row, without a reason the camera gives, after which the session gives up; about
    /// two minutes.
    public var refusalLimit = 90

    public init(endpoint: CameraURL, liveviewSize: LiveviewSize = .large) {
      self.endpoint = endpoint
      self.liveviewSize = liveviewSize
    }
  }

  /// What the camera says about itself elsewhere, as far as it matters here.
  public struct Condition: Sendable, Hashable {
    /// It cannot send pictures now, by its own word.
    public var isBusy: Bool
    /// It tells of an error such as high temperature.
    public var hasError: Bool
    /// It is on its waiting screen: `startRecMode` is needed.
    public var needsRecMode: Bool
    /// Somebody asks the camera from time to time, and tells when it is lost.
    public var isWatched: Bool
    /// Changes are told at once, and not only when the camera is asked next.
    public var isToldAtOnce: Bool

    public init(
      isBusy: Bool = false, hasError: Bool = false, needsRecMode: Bool = false,
      isWatched: Bool = false, isToldAtOnce: Bool = false
    ) {
      self.isBusy = isBusy
      self.hasError = hasError
      self.needsRecMode = needsRecMode
      self.isWatched = isWatched
      self.isToldAtOnce = isToldAtOnce
    }

    /// Asking again makes no sense before this changes.
    var isUnable: Bool { isBusy || hasError }
  }

  enum Step: Sendable {
    case list
    case recMode
    case sizedLiveview
    /// Liveview must stop before it starts anew.
    case stopForRestart(thenSized: Bool)
    case liveview(hasStopped: Bool)
    /// Whether the camera is there and in remote shooting mode, although the stream was closed.
    case confirmRivalry(CameraURL, pause: Duration)
    case keepAlive
  }

  enum Resumption: Sendable {
    case step(Step)
    case open(CameraURL)
  }

  enum State: Sendable {
    case idle
    case calling(Step)
    case pausing(CameraActivity, then: Resumption)
    case streaming(CameraURL, firstPictureAt: MediaTime?)
    case stoppingForSleep(SleepDepth)
    case asleep
    case stoppingLiveview
    case stoppingRecMode
    case ended
  }

  /// False on a camera that does not know `startLiveviewWithSize`; worth remembering.
  public internal(set) var hasSizedLiveview: Bool
  /// The newest refusal, for the status page.
  public internal(set) var lastRefusal: (method: CameraMethod, code: CameraErrorCode?)?

  let settings: Settings
  var state = State.idle
  var notices: [CameraSessionNotice] = []
  var condition = Condition()
  var isWanted = true
  var recovery: LiveviewRecovery
  var backOff = BackOff(first: .milliseconds(100), longest: .seconds(5))
  /// Refusals since the last picture.
  var refusalCount = 0
  /// Streams in a row that brought no picture, for the address the camera names.
  var emptyStreamCount = 0
  var isChangingMode = false
  /// Remote shooting mode may be on because of us.
  var hasTouchedRecMode = false
  var hasTouchedLiveview = false
  var isRecovering = false

  /// - Parameter hasSizedLiveview: What an earlier session with this camera found out.
  public init(settings: Settings, hasSizedLiveview: Bool = true) {
    self.settings = settings
    self.hasSizedLiveview = hasSizedLiveview && settings.liveviewSize == .large
    recovery = LiveviewRecovery(rivalry: settings.rivalry)
  }

  /// What the session is doing.
  public var activity: CameraActivity {
    switch state {
    case .idle: .idle
    case .calling(.confirmRivalry): .standingBack
    case .calling(.keepAlive), .asleep: .asleep
    case .stoppingForSleep: .goingToSleep
    case .pausing(let activity, _): activity
    case .streaming(_, .some): .receiving
    case .streaming where isRecovering, .calling where isRecovering: .recovering
    case .calling(.list): isChangingMode ? .enteringRemoteShooting : .listing
    case .calling(.recMode): .enteringRemoteShooting
    case .calling(.sizedLiveview), .calling(.stopForRestart), .calling(.liveview):
      .startingLiveview
    case .streaming: .awaitingFirstPicture
    case .stoppingLiveview, .stoppingRecMode: .stopping
    case .ended: .ended
    }
  }

  /// The camera has refused, but not more often than is usual after a change of mode.
  public var isSettling: Bool { (1...4).contains(refusalCount) }

  /// What happened since the last time that an operator may want to know.
  public mutating func takeNotices() -> [CameraSessionNotice] {
    defer { notices = [] }
    return notices
  }

  // MARK: Facts

  /// The camera was found and may be called.
  ///
  /// - Parameter isWanted: Whether somebody watches; only asked if the camera may sleep.
  public mutating func started(isWanted: Bool = true) -> CameraOrder {
    self.isWanted = isWanted || settings.sleepDepth == nil
    return perform(.list)
  }

  /// The camera answered the last call, with a result or an error.
  public mutating func replyReceived(_ reply: CameraReply) -> CameraOrder {
    switch state {
    case .calling(let step): return advance(from: step, with: reply)
    case .stoppingForSleep(let depth): return sleepDeeper(than: depth)
    case .stoppingLiveview: return stopRecMode()
    case .stoppingRecMode: return end(.stopped)
    case .idle, .pausing, .streaming, .asleep, .ended: return misused()
    }
  }

  /// The last call got no answer that could be read.
  public mutating func callFailed(_ method: CameraMethod, _ fault: CameraCallFault) -> CameraOrder {
    switch state {
    case .calling(let step):
      guard case .unreadable = fault else { return end(.unreachable(method, fault)) }
      switch step {
      case .sizedLiveview: return perform(.liveview(hasStopped: false))
      case .keepAlive: return isWanted ? startLiveview() : rest()
      case .confirmRivalry(let url, let pause): return standBack(pause, then: url)
      case .list, .recMode, .stopForRestart, .liveview: return refused(method, code: nil)
      }
    case .stoppingForSleep(let depth):
      guard case .unreadable = fault else { return end(.unreachable(method, fault)) }
      return sleepDeeper(than: depth)
    case .stoppingLiveview: return stopRecMode()
    case .stoppingRecMode: return end(.stopped)
    case .idle, .pausing, .streaming, .asleep, .ended: return misused()
    }
  }

  /// The ordered time has passed.
  public mutating func waitEnded() -> CameraOrder {
    switch state {
    case .pausing(_, let resumption): return resume(resumption)
    case .asleep: return condition.isWatched ? rest() : perform(.keepAlive)
    case .idle, .calling, .streaming, .stoppingForSleep, .stoppingLiveview, .stoppingRecMode,
      .ended:
      return misused()
    }
  }

  /// A complete picture came out of the stream; only the first of a stream counts.
  public mutating func pictureReceived(at now: MediaTime) {
    guard case .streaming(let url, firstPictureAt: nil) = state else { return }
    state = .streaming(url, firstPictureAt: now)
    refusalCount = 0
    emptyStreamCount = 0
    isChangingMode = false
    isRecovering = false
    backOff.reset()
  }

  /// The stream is over.
  public mutating func liveviewEnded(_ reason: LiveviewEnd, at now: MediaTime) -> CameraOrder {
    guard case .streaming(let url, let firstPictureAt) = state else { return misused() }
    return recover(url, from: reason, lasted: firstPictureAt.map { $0.duration(to: now) })
  }

  /// Somebody wants video. Nil: nothing changes.
  public mutating func demandBegan() -> CameraOrder? {
    isWanted = true
    switch state {
    case .asleep: return startLiveview()
    // On its way to sleep: the reply decides.
    case .idle, .calling, .pausing, .streaming, .stoppingForSleep, .stoppingLiveview,
      .stoppingRecMode, .ended:
      return nil
    }
  }

  /// Nobody has wanted video for the settable time. Nil: nothing changes, or not yet.
  public mutating func demandEnded() -> CameraOrder? {
    guard settings.sleepDepth != nil else { return nil }
    isWanted = false
    switch state {
    // The liveview is another program's: leave it alone.
    case .pausing(.standingBack, _): return restBesideRival()
    case .pausing, .streaming: return fallAsleep()
    // What is being asked for is finished first; the reply decides.
    case .idle, .calling, .stoppingForSleep, .asleep, .stoppingLiveview, .stoppingRecMode, .ended:
      return nil
    }
  }

  /// The camera told something about itself. Nil: nothing changes.
  public mutating func conditionChanged(_ new: Condition) -> CameraOrder? {
    let old = condition
    condition = new
    switch state {
    case .pausing(.waitingUntilReady, let resumption) where old.isUnable && !new.isUnable:
      return resume(resumption)
    // The other program has left, and has put the camera back to its waiting screen.
    case .pausing(.standingBack, _) where new.needsRecMode && !old.needsRecMode:
      return perform(.recMode)
    default: return nil
    }
  }

  /// The camera does not answer those who watch it. Nil: pictures come all the same, or a call
  /// under way, or due soon, will tell.
  public mutating func watchLost(_ method: CameraMethod, _ fault: CameraCallFault) -> CameraOrder? {
    condition.isWatched = false
    switch state {
    case .asleep, .pausing(.standingBack, _), .pausing(.waitingUntilReady, _):
      return end(.unreachable(method, fault))
    default: return nil
    }
  }

  /// The program wants to end. Calls, pauses and streams under way have to be abandoned first.
  public mutating func stopRequested() -> CameraOrder {
    switch state {
    case .pausing(.standingBack, _), .calling(.confirmRivalry):
      // Both calls would end the other program's liveview.
      return end(.stopped)
    case .idle, .calling, .pausing, .streaming, .stoppingForSleep, .asleep:
      guard hasTouchedLiveview else { return stopRecMode() }
      state = .stoppingLiveview
      return .call(.stopLiveview, timeLimit: settings.stopTimeLimit)
    case .stoppingLiveview, .stoppingRecMode, .ended:
      return end(.stopped)
    }
  }
}
