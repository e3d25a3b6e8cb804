import Media
import SonyCamera
import Testing

@Suite struct CameraSessionRecoveryTests {
  private let stream = "open http://192.168.122.1:8080/liveview/liveviewstream"

  @Test(arguments: [LiveviewEnd.closed, .stalled])
  func aStreamThatWorkedIsOpenedAgainFirst(reason: LiveviewEnd) throws {
    var camera = ScriptedCamera()
    try camera.start()
    camera.stream(for: .seconds(60))
    try camera.endLiveview(reason)
    #expect(camera.log == ["wait", stream])
    #expect(camera.notices.last == .recovering(.reopen, after: reason))
    #expect(camera.waited <= .milliseconds(100))
    #expect(camera.session.activity == .recovering)
  }

  @Test func everyStepGoesOneFurtherBack() throws {
    var camera = ScriptedCamera()
    try camera.start()
    camera.stream(for: .seconds(60))
    try camera.endLiveview(.stalled)
    #expect(camera.log == ["wait", stream])
    try camera.endLiveview(.stalled)
    #expect(camera.log == ["wait", "stopLiveview", "startLiveview", stream])
    try camera.endLiveview(.stalled)
    #expect(camera.log == ["wait", "startRecMode", "startLiveview", stream])
    try camera.endLiveview(.stalled)
    #expect(camera.end == .noPictures(.stalled))
    let steps = camera.notices.compactMap { notice -> RecoveryStep? in
      if case .recovering(let step, _) = notice { step } else { nil }
    }
    #expect(steps == RecoveryStep.allCases)
  }

  @Test func aStepHasHelpedOnlyIfPicturesStay() throws {
    var camera = ScriptedCamera()
    try camera.start()
    camera.stream(for: .seconds(60))
    try camera.endLiveview(.stalled)
    camera.stream(for: .seconds(4))
    try camera.endLiveview(.stalled)
    #expect(camera.log == ["wait", "stopLiveview", "startLiveview", stream])
    camera.stream(for: .seconds(11))
    try camera.endLiveview(.stalled)
    #expect(camera.log == ["wait", stream])
  }

  @Test func theLargeSizeSurvivesARestart() throws {
    var camera = ScriptedCamera(size: .large)
    camera.answers[.startLiveviewWithSize] = [#""result":["http://192.168.122.1:8080/big"]"#]
    try camera.start()
    try camera.endLiveview(.refused(status: 404))
    #expect(
      camera.log
        == ["wait", "stopLiveview", "startLiveviewWithSize", "open http://192.168.122.1:8080/big"])
  }

  @Test func aCameraOnItsWaitingScreenEntersRemoteShootingAtOnce() throws {
    var camera = ScriptedCamera()
    try camera.start()
    camera.stream(for: .seconds(60))
    #expect(camera.session.conditionChanged(.init(needsRecMode: true)) == nil)
    try camera.endLiveview(.closed)
    #expect(camera.log == ["wait", "startRecMode", "startLiveview", stream])
  }

  @Test func aCameraThatIsGoneIsLookedForAgain() throws {
    var camera = ScriptedCamera()
    try camera.start()
    camera.stream(for: .seconds(60))
    try camera.endLiveview(.closed)
    camera.answers = [:]
    try camera.endLiveview(.unreachable)
    #expect(camera.log == ["wait", "stopLiveview", "finish"])
    #expect(camera.end == .unreachable(.stopLiveview, .unreachable))
  }

  // MARK: Another program

  @Test func theLiveviewIsTakenBackAtOnceTheFirstTime() throws {
    var camera = ScriptedCamera()
    try camera.start()
    camera.stream(for: .seconds(60))
    try camera.endLiveview(.closed)
    #expect(camera.log == ["wait", stream])
    #expect(camera.waited <= .milliseconds(100))
  }

  @Test func aFightForTheLiveviewIsFoughtEverMoreSlowly() throws {
    var camera = ScriptedCamera()
    try camera.start()
    camera.stream(for: .seconds(60))
    try camera.endLiveview(.closed)
    var pauses: [Duration] = []
    for _ in 0..<8 {
      camera.stream(for: .milliseconds(300))
      let before = camera.waited
      try camera.endLiveview(.closed)
      pauses.append(camera.waited - before)
      #expect(camera.log.last == stream)
    }
    let seconds: [Duration] = [1, 2, 4, 8, 16, 30, 30].map { .seconds($0) }
    #expect(pauses.suffix(7).elementsEqual(seconds))
    #expect(camera.log == ["getAvailableApiList", "wait", stream])
    #expect(camera.notices.last == .standingBack(.seconds(30)))
    // It has left: a stream that lasts ends the story.
    camera.stream(for: .seconds(60))
    try camera.endLiveview(.closed)
    #expect(camera.log == ["wait", stream])
  }

  @Test func whoYieldsLooksOnlyFromTimeToTime() throws {
    var camera = ScriptedCamera { $0.rivalry = .yield }
    try camera.start()
    camera.stream(for: .seconds(60))
    try camera.endLiveview(.closed)
    // Once may be an accident.
    #expect(camera.log == ["wait", stream])
    let before = camera.waited
    camera.stream(for: .milliseconds(300))
    try camera.endLiveview(.closed)
    #expect(camera.log == ["getAvailableApiList", "wait", stream])
    #expect(camera.waited - before == .seconds(30))
    camera.stream(for: .milliseconds(300))
    try camera.endLiveview(.closed)
    #expect(camera.waited - before == .seconds(90))
  }

  @Test func aRivalIsOnlyAssumedIfTheCameraAnswersAndStillShoots() throws {
    var camera = ScriptedCamera { $0.rivalry = .yield }
    try camera.start()
    camera.stream(for: .seconds(6))
    camera.answers[.getAvailableApiList] = [#""result":[["startRecMode","getEvent"]]"#]
    try camera.endLiveview(.closed)
    #expect(camera.log == ["getAvailableApiList", "startRecMode", "startLiveview", stream])
    camera.stream(for: .seconds(6))
    camera.answers = [:]
    try camera.endLiveview(.closed)
    #expect(camera.end == .unreachable(.getAvailableApiList, .unreachable))
  }

  // MARK: A busy camera

  @Test func aCameraThatTellsWhenItIsReadyIsAskedAtThatMoment() throws {
    var camera = ScriptedCamera()
    camera.answers[.startLiveview] = [#""error":[1,"Not Available Now"]"#]
    var order = camera.session.started()
    _ = camera.session.conditionChanged(
      .init(isBusy: true, isWatched: true, isToldAtOnce: true))
    var longest = Duration.zero
    for _ in 0..<30 {
      switch order {
      case .call(let call, _): order = try camera.reply(to: call)
      case .wait(let duration):
        longest = max(longest, duration)
        if duration == .seconds(5) { break }
        order = camera.session.waitEnded()
      default: Issue.record("\(order)")
      }
    }
    #expect(longest == .seconds(5))
    let next = camera.session.conditionChanged(.init(isWatched: true))
    #expect(next == .call(.getAvailableApiList, timeLimit: .seconds(25)))
  }

  @Test func aHotCameraThatTellsIsNotAskedAgainAndAgain() throws {
    var camera = ScriptedCamera()
    camera.answers[.startLiveview] = [#""error":[1,"Not Available Now"]"#]
    var order = camera.session.started()
    _ = camera.session.conditionChanged(
      .init(hasError: true, isWatched: true, isToldAtOnce: true))
    var calls = 0
    // More refusals than the limit, as the camera says why.
    for _ in 0..<1000 {
      switch order {
      case .call(let call, _):
        calls += 1
        order = try camera.reply(to: call)
      case .wait(let duration):
        camera.waited += duration
        order = camera.session.waitEnded()
      default: Issue.record("\(order)")
      }
    }
    #expect(Double(calls) / camera.waited.seconds < 1)
    while case .call(let call, _) = order { order = try camera.reply(to: call) }
    let next = camera.session.conditionChanged(.init(isWatched: true, isToldAtOnce: true))
    #expect(next == .call(.getAvailableApiList, timeLimit: .seconds(25)))
  }

  @Test func aWatchThatIsLostEndsAPauseBesideARival() throws {
    var camera = ScriptedCamera()
    try camera.start()
    try camera.loseLiveviewToRival()
    #expect(
      camera.session.watchLost(.getEvent, .timedOut)
        == .finish(.unreachable(.getEvent, .timedOut)))
  }

  @Test func aRivalThatLeavesTheWaitingScreenBehindIsFollowedAtOnce() throws {
    var camera = ScriptedCamera()
    try camera.start()
    try camera.loseLiveviewToRival()
    let next = camera.session.conditionChanged(.init(needsRecMode: true, isWatched: true))
    #expect(next == .call(.startRecMode, timeLimit: .seconds(25)))
  }
}

extension Duration {
  fileprivate var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
