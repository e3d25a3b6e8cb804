/// Finds out who the camera is, sets it up, and watches what it is doing.
///
/// ```
///  started ─▶ getVersions ─▶ getApplicationInfo ─▶ snapshot ─▶ [setup] ─▶ poll ──┐
///             (what is known is not asked)           ▲  │         ▲        ▲     │ event
///                                                    │  │         │        └─────┤
///     lost answer ───────────────────────────────────┘  │         │              │
///     unsupported ─▶ the version before, and so on ◀────┘         │              │
///                    none left ─▶ [setup] ─▶ rest                 │              │
///     remote shooting mode was entered ───────────────────────────┘              │
///     unreachable, or silent twice in a row ─▶ lost ─▶ started                 ◀─┘
/// ```
/// Runs beside a `CameraSession`, so that no picture waits for it. Its short calls take turns with
/// the session's; only a poll that waits for a change is held beside them, as the camera has
/// threads for that. When to ask again is decided by `EventPolling`.
///
/// Requests per minute while nothing changes: 4 by long polls of 15 s; 1 from version 1.3 of
/// `getEvent`, which holds them for 60 s; 12 while another program polls, or on a camera that does
/// not hold polls; 2 while its answers make no sense; none on a camera without `getEvent`, where
/// the session keeps the contact with 2.
///
/// Source: Camera Remote API, "getEvent"; behaviour of ILCE-6000, NEX-5T and ILCE-6300.
public struct CameraWatch: Sendable {
  enum Question: Sendable {
    case versions
    case application
    case snapshot
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

  /// What the camera says about itself.
  public internal(set) var condition: CameraCondition
  /// What was found out about the camera; worth remembering.
  public internal(set) var information = CameraInformation()

  let setup: CameraSetup.Settings
  var state = State.idle
  var polling = EventPolling()
  /// Of `getEvent`, tried or found out; nil: not chosen yet.
  var version: EventVersion?
  var isVersionSure = false
  var hasAskedVersions = false
  var hasAskedApplication = false
  var remoteShooting = RemoteShooting.unknown
  var isSetupDue = false
  /// What a setup has put off.
  var owedPause = Duration.zero
  /// Calls in a row without any answer.
  var silentCount = 0
  var notices: [CameraNotice] = []
  var hasNoticedContest = false
  var hasNoticedSlowness = false

  /// - Parameter condition: What an earlier watch of the same camera knew last; what is still so is
  ///   not noticed again.
  public init(
    setup: CameraSetup.Settings = CameraSetup.Settings(),
    condition: CameraCondition = CameraCondition()
  ) {
    self.setup = setup
    self.condition = condition
  }

  /// How the watch learns what the camera is doing.
  public var pollingMode: PollingMode {
    information.eventSupport == .none ? .unavailable : polling.mode
  }

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
    version = nil
    isVersionSure = false
    polling = EventPolling()
    silentCount = 0
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
    case .settingUp(var setup):
      if reply.method == .getEvent, let event = try? reply.event() { take(event, .snapshot) }
      guard remoteShooting != .off else { return setupEnded(setup) }
      let action = setup.replyReceived(reply)
      return perform(action, of: setup)
    case .idle, .pausing, .pausingSetup, .resting, .lost:
      return misused()
    }
  }

  /// The last call or poll got no answer that could be read.
  public mutating func callFailed(_ method: CameraMethod, _ fault: CameraCallFault)
    -> CameraWatchOrder
  {
    guard isWaitingForAnswer else { return misused() }
    switch fault {
    case .unreachable: return lose(method, fault)
    case .timedOut:
      silentCount += 1
      guard silentCount < 2 else { return lose(method, fault) }
    case .unreadable: silentCount = 0
    }
    switch state {
    case .settingUp(var setup):
      guard remoteShooting != .off else { return setupEnded(setup) }
      let action = setup.callFailed(fault)
      return perform(action, of: setup)
    case .calling(.snapshot), .polling:
      if fault != .timedOut { return answered(.senseless, took: .zero) }
      polling.answerLost()
      return proceed()
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
    let isKnown = remoteShooting == .onByEvent
    remoteShooting = .onByCall
    if isKnown { return nil }
    isSetupDue = !setup.isEmpty
    return interruptForSetup()
  }

  /// Pictures come, so the camera is in remote shooting mode, whoever has brought it there. Nil:
  /// nothing changes, or not yet.
  public mutating func liveviewBegan() -> CameraWatchOrder? {
    guard !isRemoteShooting else { return nil }
    remoteShooting = .onByCall
    isSetupDue = !setup.isEmpty
    return interruptForSetup()
  }

  /// `stopRecMode` was answered: a setup under way makes no sense any more. Nil: nothing changes,
  /// or not yet.
  public mutating func recModeLeft() -> CameraWatchOrder? {
    remoteShooting = .off
    isSetupDue = false
    guard case .pausingSetup(let setup) = state else { return nil }
    return setupEnded(setup)
  }
}
