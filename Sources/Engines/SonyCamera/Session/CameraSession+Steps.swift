/// From step to step, as the camera answers.
extension CameraSession {
  mutating func advance(from step: Step, with reply: CameraReply) -> CameraOrder {
    switch step {
    case .list:
      return listed(reply)
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

  /// `startRecMode` is needed if listed; without a list it is harmless, because it does nothing in
  /// that mode.
  mutating func listed(_ reply: CameraReply) -> CameraOrder {
    let methods = (try? reply.methodNames()).map(Set.init)
    let needsRecMode = methods?.contains(.startRecMode) ?? true
    // A NEX-5T lists both in remote shooting mode.
    let isRemoteShooting = methods?.contains(.startLiveview) ?? false
    if isWanted { return needsRecMode ? perform(.recMode) : proceed() }
    if isRemoteShooting || !needsRecMode {
      // Left over from before: it may run although this session has not started it.
      hasTouchedLiveview = true
      return proceed()
    }
    return settings.sleepDepth == .recMode ? rest() : perform(.recMode)
  }

  mutating func recModeAnswered(_ reply: CameraReply) -> CameraOrder {
    if let code = reply.failureCode, code.isTemporary { return refused(.startRecMode, code: code) }
    // Cameras without that mode say 12; whether they have liveview shows by trying.
    if reply.failureCode == nil { notices.append(.enteredRemoteShooting) }
    condition.needsRecMode = false
    return proceed()
  }

  /// Remote shooting mode is on.
  mutating func proceed() -> CameraOrder {
    isWanted ? startLiveview() : fallAsleep()
  }

  mutating func startLiveview() -> CameraOrder {
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
  mutating func refused(_ method: CameraMethod, code: CameraErrorCode?) -> CameraOrder {
    if !isWanted { return fallAsleep() }
    lastRefusal = (method, code)
    refusalCount += 1
    if refusalCount == 4 { notices.append(.refused(method, code)) }
    let tells = condition.isUnable && condition.isToldAtOnce
    guard tells || refusalCount <= settings.refusalLimit else {
      return end(.notReady(method, code))
    }
    let pause = backOff.next(limit: tells ? nil : .milliseconds(750))
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

  mutating func resume(_ resumption: Resumption) -> CameraOrder {
    switch resumption {
    case .step(let step): perform(step)
    case .open(let url): open(url)
    }
  }

  mutating func notice(_ notice: CameraSessionNotice) { notices.append(notice) }

  var hasLeftRecMode: Bool { condition.needsRecMode }
}

extension CameraReply {
  var failureCode: CameraErrorCode? {
    if case .failure(let code, _) = outcome { code } else { nil }
  }
}
