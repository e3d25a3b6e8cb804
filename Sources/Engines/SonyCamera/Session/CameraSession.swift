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
    public var stopTimeLimit = Duration.milliseconds(700)
    /// Between two calls that only find out whether a sleeping camera is still there.
    public var keepAliveInterval = Duration.seconds(30)
    /// Refusals in a row after which the session gives up; about two minutes.
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
    /// It is on its waiting screen: `startRecMode` is needed.
    public var needsRecMode: Bool
    /// Somebody is told at once when this changes, and when the camera is lost.
    public var isWatched: Bool

    public init(isBusy: Bool = false, needsRecMode: Bool = false, isWatched: Bool = false) {
      self.isBusy = isBusy
      self.needsRecMode = needsRecMode
      self.isWatched = isWatched
    }
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
  public private(set) var hasSizedLiveview: Bool
  /// The newest refusal, for the status page.
  public internal(set) var lastRefusal: (method: CameraMethod, code: CameraErrorCode?)?

  let settings: Settings
  var state = State.idle
  private var notices: [CameraSessionNotice] = []
  private var condition = Condition()
  private var isWanted = true
  var recovery: LiveviewRecovery
  private var backOff = BackOff(first: .milliseconds(100), longest: .seconds(5))
  /// Refusals since the last picture.
  private var refusalCount = 0
  /// Streams in a row that brought no picture, for the address the camera names.
  var emptyStreamCount = 0
  private var isChangingMode = false
  /// Remote shooting mode may be on because of us.
  private var hasTouchedRecMode = false
  private var hasTouchedLiveview = false
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
    guard case .pausing(.waitingUntilReady, let resumption) = state, old.isBusy, !new.isBusy else {
      return nil
    }
    return resume(resumption)
  }

  /// The camera does not answer those who watch it. Nil: pictures come all the same, or a call
  /// under way will tell.
  public mutating func watchLost(_ method: CameraMethod, _ fault: CameraCallFault) -> CameraOrder? {
    condition.isWatched = false
    guard case .asleep = state else { return nil }
    return end(.unreachable(method, fault))
  }

  /// The program wants to end. Calls, pauses and streams under way have to be abandoned first.
  public mutating func stopRequested() -> CameraOrder {
    switch state {
    case .idle, .calling, .pausing, .streaming, .stoppingForSleep, .asleep:
      guard hasTouchedLiveview else { return stopRecMode() }
      state = .stoppingLiveview
      return .call(.stopLiveview, timeLimit: settings.stopTimeLimit)
    case .stoppingLiveview, .stoppingRecMode, .ended:
      return end(.stopped)
    }
  }
}

// MARK: - From step to step

extension CameraSession {
  private mutating func advance(from step: Step, with reply: CameraReply) -> CameraOrder {
    switch step {
    case .list:
      // Needed if listed; without a list harmless, because it does nothing in that mode.
      let methods = try? reply.methodNames()
      return methods?.contains(.startRecMode) ?? true ? enterRecMode() : proceed()
    case .recMode:
      return recModeAnswered(reply)
    case .sizedLiveview:
      if let address = try? reply.liveviewAddress() { return open(liveviewURL(address)) }
      // 12: the app does not know it; 1 and 3: it knows it but not for this camera or panel.
      // Only the first answer holds for ever.
      if reply.failureCode == .noSuchMethod { hasSizedLiveview = false }
      return perform(.liveview(hasStopped: false))
    case .stopForRestart(let thenSized):
      return perform(thenSized ? .sizedLiveview : .liveview(hasStopped: true))
    case .liveview(let hasStopped):
      if let address = try? reply.liveviewAddress() { return open(liveviewURL(address)) }
      // 3: runs in another size, left over from another program.
      if reply.failureCode == .illegalArgument, !hasStopped {
        return perform(.stopForRestart(thenSized: false))
      }
      return refused(.startLiveview, code: reply.failureCode)
    case .confirmRivalry(let url, let pause):
      let methods = try? reply.methodNames()
      let isWaiting = methods.map { $0.contains(.startRecMode) && !$0.contains(.startLiveview) }
      return isWaiting ?? false ? perform(.recMode) : standBack(pause, then: url)
    case .keepAlive:
      return isWanted ? startLiveview() : rest()
    }
  }

  /// A camera that sleeps deeply and is not wanted stays on its waiting screen.
  private mutating func enterRecMode() -> CameraOrder {
    settings.sleepDepth == .recMode && !isWanted ? rest() : perform(.recMode)
  }

  private mutating func recModeAnswered(_ reply: CameraReply) -> CameraOrder {
    if let code = reply.failureCode, code.isTemporary { return refused(.startRecMode, code: code) }
    // Cameras without that mode say 12; whether they have liveview shows by trying.
    if reply.failureCode == nil { notices.append(.enteredRemoteShooting) }
    condition.needsRecMode = false
    return proceed()
  }

  /// Remote shooting mode is on.
  private mutating func proceed() -> CameraOrder {
    isWanted ? startLiveview() : fallAsleep()
  }

  private mutating func startLiveview() -> CameraOrder {
    let sleptDeeply = settings.sleepDepth == .recMode && !hasTouchedRecMode
    return perform(sleptDeeply || condition.needsRecMode ? .recMode : liveviewStep)
  }

  var liveviewStep: Step {
    hasSizedLiveview ? .sizedLiveview : .liveview(hasStopped: false)
  }

  /// Pauses and begins again with the list: the camera may have gone back to its waiting screen.
  ///
  /// Right after a change of mode cameras need a moment; a camera that tells when it is ready is
  /// not asked more often than every few seconds.
  private mutating func refused(_ method: CameraMethod, code: CameraErrorCode?) -> CameraOrder {
    if !isWanted { return fallAsleep() }
    lastRefusal = (method, code)
    refusalCount += 1
    if refusalCount == 4 { notices.append(.refused(method, code)) }
    guard refusalCount <= settings.refusalLimit else { return end(.notReady(method, code)) }
    let tells = condition.isBusy && condition.isWatched
    let pause = backOff.next(limit: tells ? nil : .seconds(1))
    // The list is asked first only after the quick tries that follow a change of mode.
    let step =
      isChangingMode && refusalCount <= 4 && method == .startLiveview ? liveviewStep : .list
    return self.pause(pause, .waitingUntilReady, then: .step(step))
  }

  mutating func perform(_ step: Step) -> CameraOrder {
    state = .calling(step)
    let call: CameraCall
    switch step {
    case .list, .confirmRivalry: call = .getAvailableApiList
    case .recMode:
      call = .startRecMode
      hasTouchedRecMode = true
      isChangingMode = true
    case .sizedLiveview:
      call = .startLiveviewWithSize(settings.liveviewSize)
      hasTouchedLiveview = true
    case .stopForRestart: call = .stopLiveview
    case .liveview:
      call = .startLiveview
      hasTouchedLiveview = true
    case .keepAlive: call = .getVersions
    }
    let timeLimit = isChangingMode ? CameraCall.timeLimitDuringModeChange : call.timeLimit
    return .call(call, timeLimit: timeLimit)
  }

  mutating func pause(
    _ duration: Duration, _ activity: CameraActivity, then resumption: Resumption
  ) -> CameraOrder {
    state = .pausing(activity, then: resumption)
    return .wait(duration)
  }

  private mutating func resume(_ resumption: Resumption) -> CameraOrder {
    switch resumption {
    case .step(let step): perform(step)
    case .open(let url): open(url)
    }
  }

  mutating func notice(_ notice: CameraSessionNotice) { notices.append(notice) }

  var hasLeftRecMode: Bool { condition.needsRecMode }
}

// MARK: - Sleep

extension CameraSession {
  private mutating func fallAsleep() -> CameraOrder {
    isChangingMode = false
    isRecovering = false
    refusalCount = 0
    backOff.reset()
    guard hasTouchedLiveview else { return rest() }
    state = .stoppingForSleep(.liveview)
    return .call(.stopLiveview, timeLimit: CameraCall.stopLiveview.timeLimit)
  }

  private mutating func sleepDeeper(than depth: SleepDepth) -> CameraOrder {
    hasTouchedLiveview = false
    if isWanted { return startLiveview() }
    guard depth == .liveview, settings.sleepDepth == .recMode else { return rest() }
    hasTouchedRecMode = false
    state = .stoppingForSleep(.recMode)
    return .call(.stopRecMode, timeLimit: CameraCall.stopRecMode.timeLimit)
  }

  private mutating func rest() -> CameraOrder {
    state = .asleep
    return .wait(settings.keepAliveInterval)
  }
}

// MARK: - The end

extension CameraSession {
  private mutating func stopRecMode() -> CameraOrder {
    guard settings.stopsRecMode, hasTouchedRecMode || hasTouchedLiveview else {
      return end(.stopped)
    }
    state = .stoppingRecMode
    return .call(.stopRecMode, timeLimit: settings.stopTimeLimit)
  }

  mutating func end(_ reason: CameraSessionEnd) -> CameraOrder {
    state = .ended
    return .finish(reason)
  }

  private mutating func misused() -> CameraOrder {
    assertionFailure("fact does not fit the state")
    return end(.stopped)
  }
}

extension CameraReply {
  var failureCode: CameraErrorCode? {
    if case .failure(let code, _) = outcome { code } else { nil }
  }
}
