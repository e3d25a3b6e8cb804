import Logging
import Media
import Pipeline
import SonyCamera

/// What the operator and the viewers are told.
extension CameraConversation {
  /// After every fact: status, presence, and log lines for what is news.
  func progressed() {
    let activity = session.activity
    takeSessionNotices()
    startWatchIfDue()
    for notice in watch.takeNotices() { log(notice) }
    record.progressed(activity, watch, at: telemetry.clock.now())
    record.hasSizedLiveview = session.hasSizedLiveview
    announce(activity)
    sink.report(
      CameraPresence(
        CameraPresence.State(
          activity, watch.condition, recoveryStep: recoveryStep, isSettling: session.isSettling),
        cameraName: camera.name))
  }

  /// One line for each first picture: it is what the operator waits for.
  func announcePictures(_ size: PictureSize, at now: MediaTime) {
    telemetry.note(.running, "receiving \(size) from \(camera.name) at \(camera.endpoint.host)")
    var metadata: Logger.Metadata = [LogKey.steps: .string(steps.description)]
    let isNew = record.isNews(camera: camera.name, at: camera.endpoint.host)
    if isNew {
      metadata[LogKey.camera] = .string(camera.name)
      metadata[LogKey.address] = .string(camera.endpoint.host)
      metadata[LogKey.size] = .string(size.description)
    }
    if let absence = record.picturesAreBack(at: now) {
      metadata[LogKey.awaySeconds] = .string(StepTimes.seconds(absence))
      log(.back, isAlways: isNew, .notice, "liveview is back", metadata)
    } else {
      metadata[LogKey.tookSeconds] =
        .string(StepTimes.seconds(steps.beganAt.duration(to: now)))
      telemetry.logger.notice("liveview started", metadata: metadata)
    }
  }

  /// The way back begins here, if pictures were there.
  func picturesEnded(_ end: LiveviewEnd) {
    telemetry.report(error: "liveview ended: \(end.phrase)")
    guard session.activity == .receiving else { return }
    let now = telemetry.clock.now()
    record.picturesAreLost(at: record.lastArrival ?? now)
    steps = StepTimes(beganAt: now)
  }

  private func takeSessionNotices() {
    for notice in session.takeNotices() {
      switch notice {
      case .recovering(let step, let end):
        recoveryStep = step
        log(
          .lost(step), .warning, step == .reopen ? "liveview lost" : "still no liveview",
          [LogKey.reason: .string(end.phrase), LogKey.next: .string(step.rawValue)])
      case .standingBack(let pause):
        log(
          .rival, .warning, "another program has taken the liveview",
          [LogKey.retryInSeconds: .string(StepTimes.seconds(pause))])
      case .refused(let method, let code):
        telemetry.logger.notice(
          "camera is not ready",
          metadata: [
            LogKey.method: .string(method.rawValue),
            LogKey.reason: .string(code.map { "error \($0)" } ?? "unreadable answer"),
          ])
      case .enteredRemoteShooting:
        tellWatchOfRecMode()
      }
    }
  }

  /// What may come again and again; the lines that are too many are for the level `debug`.
  private func log(
    _ kind: LineThrottle.Kind, isAlways: Bool = false, _ level: Logger.Level,
    _ message: Logger.Message, _ metadata: Logger.Metadata
  ) {
    let admission = record.admits(kind, at: telemetry.clock.now())
    var metadata = metadata
    if let admission, admission.omitted > 0 {
      metadata[LogKey.omitted] = .stringConvertible(admission.omitted)
    }
    telemetry.logger.log(
      level: admission != nil || isAlways ? level : .debug, message, metadata: metadata)
  }

  private func log(_ notice: CameraNotice) {
    let level: Logger.Level =
      switch notice.severity {
      case .debug: .debug
      case .notice: .notice
      case .warning: .warning
      }
    telemetry.logger.log(
      level: level, "\(notice.phrase)",
      metadata: Logger.Metadata(
        uniqueKeysWithValues: notice.values.map { ($0.key.rawValue, .string($0.value)) }))
    if case .errorAppeared(let error) = notice { telemetry.report(error: "camera: \(error)") }
  }

  /// The status board's line; sleep is news, the steps on the way to a picture are not.
  private func announce(_ activity: CameraActivity) {
    guard activity != lastActivity else { return }
    defer { lastActivity = activity }
    switch activity {
    case .listing, .startingLiveview, .awaitingFirstPicture:
      telemetry.note(
        .starting, "found \(camera.name) at \(camera.endpoint.host), starting its liveview")
    case .enteringRemoteShooting, .recovering, .standingBack, .goingToSleep:
      telemetry.note(.waiting, activity.rawValue)
    case .waitingUntilReady:
      let code = session.lastRefusal?.code.map { " (error \($0))" } ?? ""
      telemetry.note(.waiting, activity.rawValue + code)
    case .asleep:
      recoveryStep = nil
      record.cameraSleeps()
      telemetry.note(.waiting, activity.rawValue)
      telemetry.logger.notice(
        "camera is asleep until somebody watches",
        metadata: [
          LogKey.camera: .string(camera.name), LogKey.address: .string(camera.endpoint.host),
        ])
    case .idle, .receiving, .stopping, .ended:
      break
    }
  }
}

extension CameraSession.Condition {
  /// As the watch knows it.
  init(_ watch: CameraWatch) {
    let isAsked =
      switch watch.pollingMode {
      case .longPoll, .contested, .unheld, .unavailable: true
      case .undecided, .slow: false
      }
    let condition = watch.condition
    self.init(
      isBusy: condition.isBusy, hasError: condition.isCurrent && condition.hasError,
      needsRecMode: watch.isOnWaitingScreen, isWatched: isAsked && condition.isCurrent,
      isToldAtOnce: watch.pollingMode == .longPoll && condition.isCurrent)
  }
}

extension CameraPresence.State {
  /// What an activity means for viewers.
  ///
  /// - Parameters:
  ///   - recoveryStep: The newest since pictures stopped.
  ///   - isSettling: It refuses, as cameras do for a moment after a change of mode.
  init(
    _ activity: CameraActivity, _ condition: CameraCondition, recoveryStep: RecoveryStep?,
    isSettling: Bool = false
  ) {
    let isBroken = condition.isCurrent && condition.hasError
    self =
      switch activity {
      case .receiving: condition.isBusy ? .away(.busy) : .present
      case .asleep, .goingToSleep: .asleep
      case .waitingUntilReady where isSettling && !isBroken: .waking
      case .waitingUntilReady: .away(isBroken ? .cameraError : .busy)
      case .standingBack: .away(.taken)
      case .idle, .listing, .enteringRemoteShooting, .startingLiveview, .awaitingFirstPicture,
        .recovering:
        if isBroken {
          .away(.cameraError)
        } else if let recoveryStep, recoveryStep > .reopen {
          .away(.stalled)
        } else {
          .waking
        }
      case .stopping, .ended: .away(.unreachable)
      }
  }
}
