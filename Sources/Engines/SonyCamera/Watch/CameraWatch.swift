/// Finds out who the camera is, sets it up, and watches what it is doing.
///
/// ```
///  started ─▶ getVersions ─▶ getApplicationInfo ─▶ snapshot ─▶ [setup] ─▶ poll ──┐
///             (what is known is not asked)           ▲  │         ▲        ▲     │ event
///                                                    │  │         │        └─────┤
///     lost answer ───────────────────────────────────┘  │         │              │
///     unsupported ─▶ the version before, and so on ◀────┘         │              │
///                    none left ─▶ getAvailableApiList, again and again           │
///     remote shooting mode was entered, and pictures come ────────┘              │
///     silent twice in a row ─▶ lost ─▶ started                                 ◀─┘
/// ```
/// Runs beside a `CameraSession`, so that no picture waits for it: a setup begins with the first
/// picture, or when the camera has been quiet for the length of a poll. Its short calls take turns
/// with the session's; only a poll that waits for a change is held beside them, as the camera has
/// threads for that. When to ask again is decided by `EventPolling`.
///
/// Requests per minute while nothing changes, whether liveview runs, sleeps, or remote shooting
/// mode sleeps with it:
///
/// | camera | this watch | the session beside it, asleep |
/// |---|---|---|
/// | holds polls for 15 s (`getEvent` up to 1.2) | 4 | 0 |
/// | holds polls for 60 s (from 1.3) | 1 | 0 |
/// | is polled by another program, too | 12 | 0 |
/// | answers polls at once | 12 | 0 |
/// | breaks polls, or never answers them | 12 | 0 |
/// | refuses events, or tells nonsense | 2 | 2 |
/// | has no `getEvent` | 2 | 0 |
///
/// While liveview runs the session asks nothing. A setup takes one call for an item, two for
/// exposure compensation, and about five a second for as long as a lens moves.
///
/// Source: Camera Remote API, "getEvent"; behaviour of ILCE-6000, NEX-5T and ILCE-6300.
public struct CameraWatch: Sendable {
  enum Question: Sendable {
    case versions
    case application
    case snapshot
    /// What a camera without events offers.
    case list
  }

  enum State: Sendable {
    case idle
    case calling(Question)
    case polling
    case pausing
    /// A call of the setup is under way.
    case settingUp(CameraSetup)
    case pausingSetup(CameraSetup)
    case resting
    case lost
  }

  /// Who told that the camera is in remote shooting mode: the same news comes from both.
  enum RemoteShooting: Sendable {
    case unknown
    case off
    case onByEvent
    case onByCall
  }

  enum SetupPlan: Sendable, Hashable {
    case nothing
    /// For so many answers more, if none of them says that the camera is quiet.
    case held(answers: Int)
    case due
  }

  /// What the camera says about itself.
  public internal(set) var condition: CameraCondition
  /// What was found out about the camera; worth remembering.
  public internal(set) var information: CameraInformation

  let setup: CameraSetup.Settings
  var state = State.idle
  var polling = EventPolling()
  /// Of `getEvent`, tried or found out; nil: not chosen yet.
  var version: EventVersion?
  var isVersionSure = false
  var hasAskedVersions = false
  var hasAskedApplication = false
  var remoteShooting = RemoteShooting.unknown
  var setupPlan = SetupPlan.nothing
  /// The camera told something since the setup was planned; before, its list of methods may be
  /// that of its waiting screen.
  var isListFresh = false
  /// What a setup has put off.
  var owedPause = Duration.zero
  /// Calls in a row without any answer.
  var silentCount = 0
  var readiness = CameraReadiness()
  /// Ordered since the last answer.
  var pausedTime = Duration.zero
  var notices: [CameraNotice] = []
  var hasNoticedContest = false
  var hasNoticedSlowness = false

  /// - Parameters:
  ///   - condition: What an earlier watch of the same camera knew last; what is still so is not
  ///     noticed again.
  ///   - information: What was found out earlier about this very camera.
  public init(
    setup: CameraSetup.Settings = CameraSetup.Settings(),
    condition: CameraCondition = CameraCondition(),
    information: CameraInformation = CameraInformation()
  ) {
    self.setup = setup
    self.condition = condition
    self.information = information
    self.condition.lapse()
  }

  /// How the watch learns what the camera is doing.
  public var pollingMode: PollingMode {
    information.eventSupport == .none ? .unavailable : polling.mode
  }

  /// The camera is on its waiting screen, by the newest that is known: only `startRecMode` leads on.
  public var isOnWaitingScreen: Bool { condition.isCurrent && remoteShooting == .off }

  /// What happened since the last time that an operator may want to know.
  public mutating func takeNotices() -> [CameraNotice] {
    defer { notices = [] }
    return notices
  }

  // MARK: Facts

  /// The camera was found and may be called, for the first time or after it was lost.
  ///
  /// - Parameter known: What was found out earlier about this very camera.
  public mutating func started(knows known: CameraInformation = CameraInformation())
    -> CameraWatchOrder
  {
    information = known
    hasAskedVersions = known.versions != nil
    hasAskedApplication = known.application != nil
    isListFresh = false
    version = nil
    isVersionSure = false
    polling = EventPolling()
    silentCount = 0
    readiness = CameraReadiness()
    condition.lapse()
    return proceed()
  }

  /// The camera answered the last call or poll, with a result or an error.
  ///
  /// - Parameter duration: From sending to the answer.
  public mutating func replyReceived(_ reply: CameraReply, took duration: Duration)
    -> CameraWatchOrder
  {
    silentCount = 0
    switch state {
    case .calling(.versions):
      information.versions = (try? reply.versions()).map {
        $0.prefix(CameraInformation.versionLimit).map(CameraEvent.limited)
      }
      return proceed()
    case .calling(.application):
      information.application = (try? reply.applicationInfo()).map {
        CameraApplication(
          name: CameraEvent.limited($0.name), version: CameraEvent.limited($0.version))
      }
      return proceed()
    case .calling(.snapshot), .polling:
      return eventAnswered(reply, took: duration)
    case .calling(.list):
      return listAnswered(reply)
    case .settingUp(let setup):
      return setupAnswered(reply, in: setup)
    case .idle, .pausing, .pausingSetup, .resting, .lost:
      return misused()
    }
  }

  /// The last call or poll got no answer that could be read.
  public mutating func callFailed(_ method: CameraMethod, _ fault: CameraCallFault)
    -> CameraWatchOrder
  {
    guard isWaitingForAnswer else { return misused() }
    guard case .unreadable = fault else { return silent(method, fault) }
    silentCount = 0
    switch state {
    case .settingUp(let setup): return setupFailed(fault, in: setup)
    case .calling(.snapshot), .polling: return answered(.senseless, took: .zero)
    case .calling(.list): return listEnded()
    case .calling(.versions), .calling(.application), .idle, .pausing, .pausingSetup, .resting,
      .lost:
      return proceed()
    }
  }

  /// The ordered time has passed.
  public mutating func waitEnded() -> CameraWatchOrder {
    switch state {
    case .pausing: return proceed()
    case .pausingSetup(var setup):
      let action = setup.waitEnded()
      return perform(action, of: setup)
    case .idle, .calling, .polling, .settingUp, .resting, .lost: return misused()
    }
  }

  /// `startRecMode` was accepted: what was set before may be lost. Nil: nothing changes, or not
  /// yet.
  public mutating func recModeEntered() -> CameraWatchOrder? {
    // An event may have told the same a moment ago.
    if remoteShooting != .onByEvent { planSetup() }
    remoteShooting = .onByCall
    // A camera without events does not tell by itself what it offers in its new mode.
    guard information.eventSupport == .none, case .pausing = state else { return nil }
    return proceed()
  }

  /// Pictures come, so the camera is in remote shooting mode, whoever has brought it there. Nil:
  /// nothing changes, or not yet.
  public mutating func liveviewBegan() -> CameraWatchOrder? {
    if !isRemoteShooting { planSetup() }
    remoteShooting = .onByCall
    guard setupPlan != .nothing else { return nil }
    setupPlan = .due
    return interruptForSetup()
  }

  /// `stopRecMode` was answered: a setup under way makes no sense any more. Nil: nothing changes,
  /// or not yet.
  public mutating func recModeLeft() -> CameraWatchOrder? {
    remoteShooting = .off
    setupPlan = .nothing
    guard case .pausingSetup(let setup) = state else { return nil }
    return setupEnded(setup)
  }
}
