/// What a `CameraWatch` asks next, and what it makes of the answers.
extension CameraWatch {
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
    let hasTriedEvents = information.eventSupport == .none || polling.hasBeenAnswered
    if isSetupDue, hasTriedEvents {
      isSetupDue = false
      return beginSetup()
    }
    guard information.eventSupport != .none else {
      state = .resting
      return .rest
    }
    return askForEvent()
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

  mutating func lose(
    _ method: CameraMethod, _ fault: CameraCallFault
  ) -> CameraWatchOrder {
    if case .settingUp = state { isSetupDue = isRemoteShooting }
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

// MARK: - Events

extension CameraWatch {
  mutating func eventAnswered(
    _ reply: CameraReply, took duration: Duration
  ) -> CameraWatchOrder {
    guard let code = reply.failureCode else {
      guard let event = try? reply.event() else { return answered(.senseless, took: duration) }
      versionAnswered()
      take(event, polling.request)
      return answered(.event(hasChanges: !event.isEmpty), took: duration)
    }
    switch code {
    case .timeout:
      versionAnswered()
      return answered(.event(hasChanges: false), took: duration)
    case .alreadyPolling:
      versionAnswered()
      return answered(.contested, took: duration)
    case .noSuchMethod, .unsupportedVersion, .illegalArgument, .unsupportedOperation,
      .notImplemented where !isVersionSure:
      return stepDown()
    default:
      return answered(code.isTemporary ? .notNow : .senseless, took: duration)
    }
  }

  private mutating func versionAnswered() {
    isVersionSure = true
    if let version { information.eventSupport = .version(version) }
  }

  private mutating func stepDown() -> CameraWatchOrder {
    if let previous = version?.previous {
      version = previous
    } else {
      information.eventSupport = .none
      notices.append(.eventsUnavailable)
    }
    return proceed()
  }

  mutating func answered(
    _ answer: EventPolling.Answer, took duration: Duration
  ) -> CameraWatchOrder {
    let pause = polling.answered(answer, took: duration)
    if polling.mode == .contested, !hasNoticedContest {
      hasNoticedContest = true
      notices.append(.pollingContested)
    }
    if polling.mode == .slow, !hasNoticedSlowness {
      hasNoticedSlowness = true
      notices.append(.pollingSlowed)
    }
    // A setup does not wait for the next event, but the event after it does.
    guard !isSetupDue else {
      owedPause = pause
      return proceed()
    }
    return self.pause(pause)
  }

  private mutating func pause(_ duration: Duration) -> CameraWatchOrder {
    guard duration > .zero else { return proceed() }
    state = .pausing
    return .wait(duration)
  }

  mutating func take(_ event: CameraEvent, _ request: EventPolling.Request) {
    notices += condition.apply(event, isSnapshot: request == .snapshot)
    // Only a list that has just come: an old one may be from before a change of mode.
    guard event.availableMethods != nil, let needsRecMode = condition.needsRecMode else { return }
    if needsRecMode {
      remoteShooting = .off
      isSetupDue = false
    } else if !isRemoteShooting {
      remoteShooting = .onByEvent
      isSetupDue = !setup.isEmpty
    }
  }
}

// MARK: - Setup

extension CameraWatch {
  var isRemoteShooting: Bool {
    remoteShooting == .onByEvent || remoteShooting == .onByCall
  }

  mutating func interruptForSetup() -> CameraWatchOrder? {
    guard isSetupDue else { return nil }
    switch state {
    case .polling:
      polling.answerLost()
      return proceed()
    case .pausing, .resting: return proceed()
    // The answer that is waited for leads there.
    case .idle, .calling, .settingUp, .pausingSetup, .lost: return nil
    }
  }

  private mutating func beginSetup() -> CameraWatchOrder {
    var setup = CameraSetup(
      setup, eventVersion: isVersionSure ? version : nil,
      refusals: information.setupRefusals)
    let action = setup.begin()
    return perform(action, of: setup)
  }

  mutating func perform(
    _ action: CameraSetup.Action, of setup: CameraSetup
  ) -> CameraWatchOrder {
    switch action {
    case .call(let call):
      state = .settingUp(setup)
      return .call(call, timeLimit: call.timeLimit)
    case .wait(let duration):
      state = .pausingSetup(setup)
      return .wait(duration)
    case .done: return setupEnded(setup)
    }
  }

  mutating func setupEnded(_ setup: CameraSetup) -> CameraWatchOrder {
    for item in SetupItem.allCases {
      guard let refusal = setup.refusals[item], refusal != information.setupRefusals[item] else {
        continue
      }
      notices.append(.setupRefused(refusal))
    }
    information.setupRefusals = setup.refusals
    defer { owedPause = .zero }
    return pause(owedPause)
  }
}
