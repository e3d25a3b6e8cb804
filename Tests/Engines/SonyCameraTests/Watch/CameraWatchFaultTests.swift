import NIOCore
import SonyCamera
import TestSupport
import Testing

/// Cameras that fail, lie and vanish.
@Suite struct CameraWatchFaultTests {
  @Test func aLostAnswerIsFollowedByASnapshot() throws {
    for fault in [CameraCallFault.timedOut, .unreachable] {
      var camera = ScriptedWatch()
      try camera.reachPoll()
      try camera.fail(fault)
      #expect(camera.step == "wait 0.5 seconds")
      camera.wait()
      #expect(camera.step == "call getEvent[false] 1.0")
      try camera.replyEvent(ScriptedWatch.idle)
      #expect(camera.step == "poll getEvent[true] 1.0")
      #expect(camera.notices == [])
    }
  }

  @Test func twoLostAnswersInARowMeanThatTheCameraIsGone() throws {
    var camera = ScriptedWatch()
    try camera.reachPoll()
    try camera.fail(.timedOut)
    camera.wait()
    try camera.fail(.unreachable)
    #expect(camera.step == "lost getEvent")
    #expect(!camera.watch.condition.isCurrent)
    #expect(camera.watch.condition.status == .idle)
    // And that it is asked from the beginning when it is back, except for what is known.
    camera.start(knows: camera.watch.information)
    #expect(camera.step == "call getEvent[false] 1.0")
    try camera.replyEvent(ScriptedWatch.idle)
    #expect(camera.step == "poll getEvent[true] 1.0")
    #expect(camera.watch.condition.isCurrent)
  }

  @Test func firstQuestionsAreRepeatedBeforeTheCameraIsGivenUp() throws {
    var camera = ScriptedWatch()
    camera.start()
    try camera.fail(.timedOut)
    camera.wait()
    #expect(camera.step == "call getVersions[]")
    try camera.reply(#""result":[["1.0"]]"#)
    try camera.fail(.unreachable)
    camera.wait()
    #expect(camera.step == "call getApplicationInfo[]")
    try camera.fail(.unreachable)
    #expect(camera.step == "lost getApplicationInfo")
  }

  @Test func aCameraThatBreaksEveryPollIsAskedEveryFiveSeconds() throws {
    var camera = ScriptedWatch()
    try camera.reachPoll()
    for _ in 0..<3 {
      #expect(camera.step == "poll getEvent[true] 1.0")
      try camera.fail(.unreachable)
      camera.wait()
      try camera.replyEvent(ScriptedWatch.idle, took: .milliseconds(200))
    }
    #expect(camera.step == "wait 5.0 seconds")
    #expect(camera.watch.pollingMode == .unheld)
  }

  @Test(arguments: [1, 40401, 40403, 7, 503])
  func aCameraThatIsNotReadyIsAskedLessAndLess(code: Int) throws {
    var camera = ScriptedWatch()
    try camera.identify()
    var pauses: [String] = []
    for _ in 0..<7 {
      try camera.refuse(code)
      pauses.append(camera.step)
      camera.wait()
      #expect(camera.step == "call getEvent[false] 1.0")
    }
    #expect(
      pauses == ["1.0", "2.0", "4.0", "8.0", "16.0", "30.0", "30.0"].map { "wait \($0) seconds" })
    #expect(camera.notices == [.pollingSlowed])
    try camera.replyEvent(ScriptedWatch.idle)
    camera.wait()
    #expect(camera.step == "poll getEvent[true] 1.0")
  }

  @Test func nonsenseIsSlowedDownAndTheVersionDoubted() throws {
    var camera = ScriptedWatch()
    try camera.identify(versions: #"["1.0","1.1"]"#)
    for _ in 0..<4 {
      #expect(camera.step == "call getEvent[false] 1.1")
      try camera.fail(.unreadable(.replyNotJSON))
      camera.wait()
    }
    #expect(camera.step == "call getEvent[false] 1.0")
    #expect(camera.watch.pollingMode == .slow)
    #expect(camera.notices == [.pollingSlowed])
    try camera.replyEvent(ScriptedWatch.idle)
    camera.wait()
    #expect(camera.step == "poll getEvent[true] 1.0")
    #expect(camera.watch.information.eventSupport == .version(.minor0))
  }

  @Test func aVersionThatWorkedIsNotGivenUpForOneRefusal() throws {
    for code in [3, 12, 14, 15, 501] {
      var camera = ScriptedWatch()
      try camera.reachPoll(versions: #"["1.0","1.2"]"#)
      try camera.refuse(code)
      camera.wait()
      #expect(camera.step == "call getEvent[false] 1.2")
      try camera.replyEvent(ScriptedWatch.idle)
      #expect(camera.step == "poll getEvent[true] 1.2")
    }
  }

  @Test func anErrorSuchAsHeatIsReportedOnceEvenByACameraThatGoesAway() throws {
    var camera = ScriptedWatch()
    try camera.reachPoll()
    try camera.replyEvent(#"{"type":"cameraStatus","cameraStatus":"Error"}"#)
    #expect(camera.watch.condition.hasError)
    try camera.fail(.timedOut)
    camera.wait()
    try camera.fail(.timedOut)
    #expect(camera.step == "lost getEvent")
    #expect(camera.watch.condition.hasError)
    camera.start(knows: camera.watch.information)
    try camera.replyEvent(#"{"type":"cameraStatus","cameraStatus":"Error"}"#)
    #expect(camera.notices == [.errorAppeared("Error")])
  }

  // MARK: Hostile cameras

  /// A camera that answers whatever it likes, for hours: the watch never traps, never asks faster
  /// than it may, and never keeps more than its limits.
  @Test(arguments: UInt64(1)...4)
  func noAnswerBringsItOutOfStep(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var camera = ScriptedWatch { $0 = Self.everything }
    camera.start()
    var time = Duration.zero
    var callCount = 0
    for _ in 0..<3000 {
      switch Int.random(in: 0..<40, using: &generator) {
      case 0: camera.enterRecMode()
      case 1: camera.leaveRecMode()
      case 2: camera.beginLiveview()
      default: break
      }
      if camera.step.hasPrefix("lost") {
        time += .seconds(5)
        camera.start(knows: camera.watch.information)
      } else if case .wait(let duration) = camera.order {
        #expect(duration > .zero && duration <= .seconds(30))
        time += duration
        camera.wait()
      } else {
        callCount += 1
        time += try answer(&camera, using: &generator)
      }
      #expect(camera.order != .rest)
      #expect(camera.notices.count < 200)
      camera.clearNotices()
    }
    let information = camera.watch.information
    #expect((information.methods?.count ?? 0) <= CameraEvent.listLimit)
    #expect((information.versions?.count ?? 0) <= 16)
    #expect(camera.watch.condition.errors.count <= 16)
    #expect(time > .seconds(callCount / 5))
  }

  private static let everything: CameraSetup.Settings = {
    var settings = CameraSetup.Settings()
    settings.frameInfo = true
    settings.shootMode = "still"
    settings.turnsSelfTimerOff = true
    settings.exposureCompensation = 0.7
    settings.whiteBalance = .init(colorTemperature: 5500)
    settings.focusMode = "AF-C"
    settings.zoomPosition = 50
    settings.touchAFPosition = .init(x: 50, y: 50)
    return settings
  }()

  private static let answers = [
    #""result":[["1.0","1.3"]]"#, #""result":["Smart Remote Control","2.0.1"]"#,
    #""result":[{"type":"availableApiList","names":["getEvent","startLiveview","actZoom"]},null,[],"#
      + #"{"type":"zoomInformation","zoomPosition":42},{"type":"cameraStatus","cameraStatus":"IDLE"}]"#,
    #""result":[{"type":"availableApiList","names":["startRecMode"]}]"#,
    #""result":[null,null]"#, #""result":[0]"#, #""result":[0,9,-9,1]"#,
    #""result":[0,{"AFResult":true,"AFType":"Touch"}]"#,
    #""error":[2,"Timed out"]"#, #""error":[40402,"x"]"#, #""error":[12,"x"]"#,
    #""error":[1,"Not Available Now"]"#,
  ].map { Array($0.utf8) }

  /// - Returns: What it took.
  private func answer(
    _ camera: inout ScriptedWatch, using generator: inout SeededGenerator
  ) throws -> Duration {
    let took = Duration.milliseconds(Int.random(in: 100...15_000, using: &generator))
    switch Int.random(in: 0..<20, using: &generator) {
    case 0: try camera.fail(.timedOut)
    case 1: try camera.fail(.unreachable)
    case 2...9:
      let sample = try #require(Self.answers.randomElement(using: &generator))
      try camera.reply(
        String(decoding: Mutation.mutate(sample, using: &generator), as: UTF8.self), took: took)
    default:
      let sample = try #require(Self.answers.randomElement(using: &generator))
      try camera.reply(String(decoding: sample, as: UTF8.self), took: took)
    }
    return took
  }
}
