/// What a `CameraWatch` asks next, and when it gives up.
extension CameraWatch {
  /// Between two looks at what a camera without events offers.
  static let listInterval = Duration.seconds(30)
  /// Calls in a row without any answer after which the camera is lost. One may get lost while the
  /// camera changes its mode, or because it drops the connection of a poll.
  static let silenceLimit = 2

  var isWaitingForAnswer: Bool {
    switch state {
    case .calling, .polling, .settingUp: true
    case .idle, .pausing, .pausingSetup, .resting, .lost: false
    }
  }

  mutating func proceed() -> CameraWatchOrder {
    if !hasAskedVersions {
      hasAskedVersions = true
      return call(.getVersions, for: .versions)
    }
    if !hasAskedApplication {
      hasAskedApplication = true
      return call(.getApplicationInfo, for: .application)
    }
    if setupPlan == .due, isListFresh {
      setupPlan = .nothing
      return beginSetup()
    }
    return information.eventSupport == .none
      ? call(.getAvailableApiList, for: .list) : askForEvent()
  }

  private mutating func call(_ call: CameraCall, for question: Question) -> CameraWatchOrder {
    state = .calling(question)
    return .call(call, timeLimit: call.timeLimit)
  }

  private mutating func askForEvent() -> CameraWatchOrder {
    let version = chosenVersion()
    let call = CameraCall.getEvent(
      waitsForChange: polling.request == .poll, version: version.rawValue)
    switch polling.request {
    case .snapshot: return self.call(call, for: .snapshot)
    case .poll:
      state = .polling
      return .poll(call, timeLimit: call.timeLimit)
    }
  }

  private mutating func chosenVersion() -> EventVersion {
    if let version { return version }
    let chosen: EventVersion
    if case .version(let known) = information.eventSupport {
      chosen = known
    } else {
      chosen = EventVersion.best(of: information.versions ?? [])
    }
    version = chosen
    return chosen
  }

  mutating func pause(_ duration: Duration) -> CameraWatchOrder {
    guard duration > .zero else { return proceed() }
    state = .pausing
    pausedTime += duration
    return .wait(duration)
  }

  // MARK: Silence

  mutating func silent(_ method: CameraMethod, _ fault: CameraCallFault) -> CameraWatchOrder {
    silentCount += 1
    guard silentCount < Self.silenceLimit else { return lose(method, fault) }
    switch state {
    case .settingUp(let setup): return setupFailed(fault, in: setup)
    case .calling(.snapshot), .polling: return pause(polling.failed())
    case .calling(.versions): hasAskedVersions = false
    case .calling(.application): hasAskedApplication = false
    case .calling(.list), .idle, .pausing, .pausingSetup, .resting, .lost: break
    }
    return pause(EventPolling.failurePause)
  }

  private mutating func lose(
    _ method: CameraMethod, _ fault: CameraCallFault
  ) -> CameraWatchOrder {
    if case .settingUp = state, isRemoteShooting { planSetup() }
    if remoteShooting == .onByEvent { remoteShooting = .onByCall }
    condition.lapse()
    state = .lost
    return .lost(method, fault)
  }

  mutating func misused() -> CameraWatchOrder {
    assertionFailure("fact does not fit the state")
    state = .resting
    return .rest
  }
}
