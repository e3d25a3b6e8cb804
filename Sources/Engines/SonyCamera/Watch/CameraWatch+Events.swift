/// What a `CameraWatch` makes of the camera's account of itself.
extension CameraWatch {
  mutating func eventAnswered(
    _ reply: CameraReply, took duration: Duration
  ) -> CameraWatchOrder {
    guard let code = reply.failureCode else {
      guard let event = try? reply.event() else { return answered(.senseless, took: duration) }
      versionAnswered()
      take(event, isSnapshot: polling.request == .snapshot)
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
      .notImplemented:
      return isVersionSure ? answered(.senseless, took: duration) : stepDown()
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
    isListFresh = true
    noteReadiness(after: duration)
    let pause = polling.answered(answer, took: duration)
    if polling.mode == .contested, !hasNoticedContest {
      hasNoticedContest = true
      notices.append(.pollingContested)
    }
    if polling.mode == .slow {
      // An app that was replaced may have another version.
      isVersionSure = false
      if answer == .senseless, let previous = version?.previous { version = previous }
      if !hasNoticedSlowness { notices.append(.pollingSlowed) }
      hasNoticedSlowness = true
    }
    releaseSetup(isQuiet: answer == .event(hasChanges: false))
    // A setup does not wait for the next event, but the event after it does.
    guard setupPlan != .due else {
      owedPause = pause
      return proceed()
    }
    return self.pause(pause)
  }

  mutating func take(_ event: CameraEvent, isSnapshot: Bool) {
    let hasLeft = remoteShooting == .off
    notices += condition.apply(event, isSnapshot: isSnapshot).filter {
      // We have sent it there.
      !(hasLeft && $0 == .methodsChanged(needsRecMode: true))
    }
    // Only a list that has just come: an old one may be from before a change of mode.
    guard let methods = event.availableMethods else { return }
    remember(methods)
    guard let needsRecMode = condition.needsRecMode else { return }
    if needsRecMode {
      remoteShooting = .off
      setupPlan = .nothing
    } else if !isRemoteShooting {
      remoteShooting = .onByEvent
      planSetup()
    }
  }

  private mutating func remember(_ methods: Set<CameraMethod>) {
    let known = information.methods ?? []
    information.methods = known.union(
      methods.subtracting(known).prefix(
        max(0, CameraEvent.listLimit - known.count)))
  }

  private mutating func noteReadiness(after duration: Duration) {
    let elapsed = duration + pausedTime
    pausedTime = .zero
    // A camera that sleeps on its waiting screen is not ready, and should not be.
    let isNotReady = condition.status == .notReady && remoteShooting != .off
    if let notice = readiness.told(isNotReady: isNotReady, after: elapsed) {
      notices.append(notice)
    }
  }

  // MARK: Without events

  mutating func listAnswered(_ reply: CameraReply) -> CameraWatchOrder {
    if let methods = try? reply.methodNames() {
      take(CameraEvent(methods: methods), isSnapshot: false)
    }
    return listEnded()
  }

  mutating func listEnded() -> CameraWatchOrder {
    isListFresh = true
    // A list says nothing about what goes on.
    releaseSetup(isQuiet: false)
    guard setupPlan != .due else {
      owedPause = Self.listInterval
      return proceed()
    }
    return pause(Self.listInterval)
  }
}

/// Tells a person who takes a photo from a mode dial on the wrong position: by how long it lasts.
struct CameraReadiness: Sendable {
  /// A photo and looking at it take less.
  static let patience = Duration.seconds(10)

  private var notReadyTime: Duration?
  private var hasNoticed = false

  /// - Parameter elapsed: Since the camera told the last time.
  mutating func told(isNotReady: Bool, after elapsed: Duration) -> CameraNotice? {
    guard isNotReady else {
      defer { self = CameraReadiness() }
      return hasNoticed ? .readyAgain : nil
    }
    // What was told just now may have begun just now.
    let time = notReadyTime.map { $0 + elapsed } ?? .zero
    notReadyTime = time
    guard time >= Self.patience, !hasNoticed else { return nil }
    hasNoticed = true
    return .stayedNotReady
  }
}
