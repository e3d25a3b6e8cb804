/// Sleep, and the end.
extension CameraSession {
  mutating func fallAsleep() -> CameraOrder {
    isChangingMode = false
    isRecovering = false
    refusalCount = 0
    backOff.reset()
    guard hasTouchedLiveview else { return sleepDeeper(than: .liveview) }
    state = .stoppingForSleep(.liveview)
    return .call(.stopLiveview, timeLimit: CameraCall.stopLiveview.timeLimit)
  }

  mutating func sleepDeeper(than depth: SleepDepth) -> CameraOrder {
    hasTouchedLiveview = false
    if isWanted { return startLiveview() }
    guard depth == .liveview, settings.sleepDepth == .recMode else { return rest() }
    hasTouchedRecMode = false
    state = .stoppingForSleep(.recMode)
    return .call(.stopRecMode, timeLimit: CameraCall.stopRecMode.timeLimit)
  }

  /// Nothing is stopped that another program may be using.
  mutating func restBesideRival() -> CameraOrder {
    hasTouchedLiveview = false
    return rest()
  }

  mutating func rest() -> CameraOrder {
    state = .asleep
    return .wait(settings.keepAliveInterval)
  }

  // MARK: The end

  mutating func stopRecMode() -> CameraOrder {
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

  mutating func misused() -> CameraOrder {
    assertionFailure("fact does not fit the state")
    return end(.stopped)
  }
}
