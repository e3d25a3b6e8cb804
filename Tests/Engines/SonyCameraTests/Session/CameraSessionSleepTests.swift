import SonyCamera
import Testing

@Suite struct CameraSessionSleepTests {
  private let stream = "open http://192.168.122.1:8080/liveview/liveviewstream"

  private func camera(_ depth: SleepDepth) -> ScriptedCamera {
    ScriptedCamera { $0.sleepDepth = depth }
  }

  @Test func aCameraNobodyWatchesEntersRemoteShootingAndSleeps() throws {
    var camera = camera(.liveview)
    try camera.start(isWanted: false)
    #expect(camera.log == ["getAvailableApiList", "startRecMode", "sleep"])
    #expect(camera.session.activity == .asleep)
  }

  @Test func whoSleepsDeeplyStaysOnTheWaitingScreen() throws {
    var camera = camera(.recMode)
    try camera.start(isWanted: false)
    #expect(camera.log == ["getAvailableApiList", "sleep"])
    try camera.demandBegins()
    #expect(camera.log.suffix(3) == ["startRecMode", "startLiveview", stream])
  }

  @Test func demandWakesItWithOneCall() throws {
    var camera = camera(.liveview)
    try camera.start(isWanted: false)
    camera.clearLog()
    try camera.demandBegins()
    #expect(camera.log == ["startLiveview", stream])
    #expect(camera.session.demandBegan() == nil)
  }

  @Test(arguments: [
    (SleepDepth.liveview, ["stopLiveview", "sleep"]),
    (.recMode, ["stopLiveview", "stopRecMode", "sleep"]),
  ])
  func theLastViewerPutsItToSleep(depth: SleepDepth, calls: [String]) throws {
    var camera = camera(depth)
    try camera.start()
    camera.stream(for: .seconds(60))
    camera.clearLog()
    try camera.demandEnds()
    #expect(camera.log == calls)
    camera.clearLog()
    try camera.demandBegins()
    #expect(camera.log.last == stream)
    #expect(camera.log.contains("startRecMode") == (depth == .recMode))
  }

  @Test func demandThatComesBackWhileItFallsAsleepWakesIt() throws {
    var camera = camera(.recMode)
    try camera.start()
    camera.stream(for: .seconds(60))
    camera.clearLog()
    let order = camera.session.demandEnded()
    #expect(camera.session.demandBegan() == nil)
    try camera.run(try #require(order))
    #expect(camera.log == ["stopLiveview", "startLiveview", stream])
  }

  @Test func demandThatEndsWhileItWakesPutsItBackToSleep() throws {
    var camera = camera(.liveview)
    let order = camera.session.started(isWanted: true)
    #expect(camera.session.demandEnded() == nil)
    try camera.run(order)
    #expect(camera.log == ["getAvailableApiList", "startRecMode", "sleep"])
  }

  @Test func aRefusingCameraNobodyWantsAnyMoreIsLeftAlone() throws {
    var camera = camera(.liveview)
    camera.answers[.startLiveview] = [#""error":[1,""]"#]
    var order = camera.session.started()
    while case .call(let call, _) = order { order = try camera.reply(to: call) }
    #expect(camera.session.activity == .waitingUntilReady)
    try camera.demandEnds()
    #expect(camera.session.activity == .asleep)
  }

  @Test func aSleeperIsAskedForASignOfLifeUnlessOthersWatchIt() throws {
    var camera = camera(.liveview)
    try camera.start(isWanted: false)
    camera.clearLog()
    try camera.run(camera.session.waitEnded())
    #expect(camera.log == ["getVersions", "sleep"])
    camera.clearLog()
    _ = camera.session.conditionChanged(.init(isWatched: true))
    try camera.run(camera.session.waitEnded())
    #expect(camera.log == ["sleep"])
  }

  @Test func aSleeperThatIsLostIsLookedFor() throws {
    var camera = camera(.liveview)
    try camera.start(isWanted: false)
    let order = camera.session.watchLost(.getEvent, .unreachable)
    #expect(order == .finish(.unreachable(.getEvent, .unreachable)))

    var silent = self.camera(.liveview)
    try silent.start(isWanted: false)
    silent.answers = [:]
    try silent.run(silent.session.waitEnded())
    #expect(silent.end == .unreachable(.getVersions, .unreachable))
  }

  @Test func aSleeperBackOnItsWaitingScreenIsWokenProperly() throws {
    var camera = camera(.liveview)
    try camera.start(isWanted: false)
    _ = camera.session.conditionChanged(.init(needsRecMode: true))
    camera.clearLog()
    try camera.demandBegins()
    #expect(camera.log == ["startRecMode", "startLiveview", stream])
  }

  @Test func aCameraThatMayNotSleepIgnoresDemand() throws {
    var camera = ScriptedCamera()
    try camera.start(isWanted: false)
    #expect(camera.log.last == stream)
    #expect(camera.session.demandEnded() == nil)
    #expect(camera.session.demandBegan() == nil)
  }

  // MARK: Demand that ends at an awkward moment

  @Test(arguments: [
    CameraMethod.getAvailableApiList, .startRecMode, .startLiveview,
  ])
  func demandThatEndsDuringACallPutsTheCameraToSleep(method: CameraMethod) throws {
    var camera = camera(.liveview)
    var order = camera.session.started()
    while case .call(let call, _) = order, call.method != method {
      order = try camera.reply(to: call)
    }
    #expect(camera.session.demandEnded() == nil)
    try camera.run(order)
    #expect(camera.log.last == "sleep")
    #expect(!camera.log.contains(stream))
  }

  @Test func demandThatEndsWhileAnotherProgramHasTheLiveviewLeavesItAlone() throws {
    var camera = camera(.recMode)
    try camera.start()
    try camera.loseLiveviewToRival()
    #expect(camera.session.activity == .standingBack)
    camera.clearLog()
    try camera.demandEnds()
    #expect(camera.log == ["sleep"])
  }

  @Test func leftoversOfAnEarlierSessionAreStopped() throws {
    var camera = camera(.recMode)
    camera.answers[.getAvailableApiList] = [
      #""result":[["getVersions","startLiveview","stopLiveview","stopRecMode"]]"#
    ]
    try camera.start(isWanted: false)
    #expect(camera.log == ["getAvailableApiList", "stopLiveview", "stopRecMode", "sleep"])
  }

  @Test func whoStopsBesideARivalTouchesNothing() throws {
    var camera = camera(.liveview)
    try camera.start()
    try camera.loseLiveviewToRival()
    #expect(camera.session.stopRequested() == .finish(.stopped))
  }
}
