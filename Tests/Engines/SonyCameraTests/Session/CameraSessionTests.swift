import NIOCore
import SonyCamera
import Testing

@Suite struct CameraSessionTests {
  private let stream = "open http://192.168.122.1:8080/liveview/liveviewstream"

  @Test func entersRemoteShootingBeforeItStartsLiveview() throws {
    var camera = ScriptedCamera()
    try camera.start()
    #expect(camera.log == ["getAvailableApiList", "startRecMode", "startLiveview", stream])
    #expect(camera.timeLimits[.startRecMode] == .seconds(25))
    #expect(camera.timeLimits[.startLiveview] == .seconds(25))
    #expect(camera.session.activity == .awaitingFirstPicture)
    #expect(camera.notices == [.enteredRemoteShooting])
    camera.session.pictureReceived(at: camera.now)
    #expect(camera.session.activity == .receiving)
  }

  @Test(arguments: [#""error":[12,"getAvailableApiList"]"#, #""result":[["startRecMode"]]"#])
  func liveviewIsTriedWhateverTheListSays(answer: String) throws {
    var camera = ScriptedCamera()
    camera.answers[.getAvailableApiList] = [answer]
    try camera.start()
    #expect(camera.log == ["getAvailableApiList", "startRecMode", "startLiveview", stream])
  }

  @Test func aListThatCannotBeReadIsAskedForAgain() throws {
    var camera = ScriptedCamera()
    camera.answers[.getAvailableApiList] = [#""odd":1"#, #""result":[["startLiveview"]]"#]
    try camera.start()
    #expect(
      camera.log
        == ["getAvailableApiList", "wait", "getAvailableApiList", "startLiveview", stream])
  }

  @Test func theLargeSizeIsTriedWhetherListedOrNot() throws {
    var camera = ScriptedCamera(size: .large)
    camera.answers[.startLiveviewWithSize] = [#""result":["http://192.168.122.1:8080/big"]"#]
    try camera.start()
    #expect(camera.log.last == "open http://192.168.122.1:8080/big")
    #expect(!camera.log.contains("startLiveview"))
    #expect(camera.session.hasSizedLiveview)
  }

  @Test func whatACameraDoesNotKnowIsNotTriedAgain() throws {
    var camera = ScriptedCamera(size: .large)
    try camera.start()
    #expect(!camera.session.hasSizedLiveview)
    try camera.endLiveview(.refused(status: 503))
    #expect(camera.log == ["wait", "stopLiveview", "startLiveview", stream])
  }

  @Test(arguments: [1, 40401, 40403])
  func aRefusalIsRetriedAfterAPause(code: Int) throws {
    var camera = ScriptedCamera()
    let refusal = "\"error\":[\(code),\"Not Available Now\"]"
    camera.answers[.startLiveview] = [refusal, refusal, #""result":["http://192.168.122.1/x"]"#]
    try camera.start()
    #expect(camera.log.filter { $0 == "wait" }.count == 2)
    #expect(camera.log.filter { $0 == "startLiveview" }.count == 3)
    #expect(camera.log.last == "open http://192.168.122.1/x")
    #expect(camera.session.lastRefusal?.code?.rawValue == code)
    // Right after the change of mode a camera needs a moment, not half a minute.
    #expect(camera.waited <= .milliseconds(300))
  }

  @Test func startRecModeIsLeftOutIfTheCameraDoesNotListIt() throws {
    var camera = ScriptedCamera()
    camera.answers[.getAvailableApiList] = [#""result":[["startLiveview"]]"#]
    try camera.start()
    #expect(!camera.log.contains("startRecMode"))
    #expect(camera.log.last == stream)
  }

  @Test(arguments: [1, 3, 12, 15])
  func theLargeSizeFallsBack(code: Int) throws {
    var camera = ScriptedCamera(size: .large)
    camera.answers[.startLiveviewWithSize] = ["\"error\":[\(code),\"\"]"]
    try camera.start()
    #expect(camera.log.suffix(3) == ["startLiveviewWithSize", "startLiveview", stream])
  }

  @Test func aCameraBackOnItsWaitingScreenEntersRemoteShootingAgain() throws {
    var camera = ScriptedCamera()
    camera.answers[.getAvailableApiList] = [#""result":[["startRecMode"]]"#]
    let refusal = #""error":[1,""]"#
    camera.answers[.startLiveview] =
      [String](repeating: refusal, count: 5) + [#""result":["http://192.168.122.1/x"]"#]
    try camera.start()
    #expect(camera.log.filter { $0 == "startRecMode" }.count == 2)
  }

  @Test func anEndlessRefusalEndsTheSession() throws {
    var camera = ScriptedCamera()
    camera.answers[.startLiveview] = [#""error":[1,"Not Available Now"]"#]
    try camera.start()
    #expect(camera.end == .notReady(.startLiveview, .any))
    #expect(camera.waited > .seconds(60))
    #expect(camera.waited < .seconds(300))
  }

  @Test func liveviewLeftOverInAnotherSizeIsStoppedFirst() throws {
    var camera = ScriptedCamera()
    camera.answers[.startLiveview] = [
      #""error":[3,"illegal argument"]"#, #""result":["http://192.168.122.1/x"]"#,
    ]
    try camera.start()
    #expect(
      camera.log.suffix(4)
        == ["startLiveview", "stopLiveview", "startLiveview", "open http://192.168.122.1/x"])
  }

  @Test func aCallWithoutAnswerEndsTheSession() throws {
    var camera = ScriptedCamera()
    camera.answers[.startRecMode] = nil
    try camera.start()
    #expect(camera.end == .unreachable(.startRecMode, .unreachable))
    #expect(camera.session.activity == .ended)
  }

  @Test(arguments: [
    ("http://10.1.1.1:60152/liveview/liveview.jpg", "http://10.1.1.1:60152/liveview/liveview.jpg"),
    ("/liveview/x", "http://192.168.122.1:8080/liveview/x"),
    ("http://0.0.0.0:8081/x", "http://192.168.122.1:8081/x"),
    ("http://localhost/x", "http://192.168.122.1/x"),
    ("rtsp://h/x", "http://192.168.122.1:8080/liveview/liveviewstream"),
    ("", "http://192.168.122.1:8080/liveview/liveviewstream"),
  ])
  func opensWhatTheCameraSaysIfThatMakesSense(address: String, expected: String) throws {
    var camera = ScriptedCamera()
    camera.answers[.startLiveview] = ["\"result\":[\"\(address)\"]"]
    try camera.start()
    #expect(camera.log.last == "open \(expected)")
  }

  @Test func anAddressThatCannotBeReachedIsTriedOnTheAPIHost() throws {
    var camera = ScriptedCamera()
    camera.answers[.startLiveview] = [#""result":["http://10.9.9.9:60152/lv"]"#]
    try camera.start()
    try camera.endLiveview(.unreachable)
    #expect(camera.log == ["open http://192.168.122.1:60152/lv"])
  }

  @Test func leavesTheCameraPolitely() throws {
    var camera = ScriptedCamera()
    try camera.start()
    camera.stream(for: .seconds(60))
    try camera.run(camera.session.stopRequested())
    #expect(camera.log.suffix(3) == ["stopLiveview", "stopRecMode", "finish"])
    #expect(camera.end == .stopped)
    let limits = [camera.timeLimits[.stopLiveview], camera.timeLimits[.stopRecMode]]
    #expect(limits == [.milliseconds(450), .milliseconds(450)])
  }

  @Test func leavesACameraThatIsGoneOrWasNeverTouched() throws {
    var gone = ScriptedCamera()
    try gone.start()
    gone.answers = [:]
    try gone.run(gone.session.stopRequested())
    #expect(gone.end == .stopped)

    var untouched = ScriptedCamera()
    _ = untouched.session.started()
    try untouched.run(untouched.session.stopRequested())
    #expect(untouched.log == ["finish"])

    var staying = ScriptedCamera { $0.stopsRecMode = false }
    try staying.start()
    try staying.run(staying.session.stopRequested())
    #expect(staying.log.suffix(2) == ["stopLiveview", "finish"])
  }
}
