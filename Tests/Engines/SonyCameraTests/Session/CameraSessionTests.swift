import NIOCore
import SonyCamera
import Testing

/// Answers a session's orders by a list of rules and writes down what it ordered.
private struct ScriptedCamera {
  var session: CameraSession
  /// Bodies by method; the last one of a list is repeated.
  var answers: [CameraMethod: [String]] = [
    .getVersions: [#""result":[["1.0"]]"#],
    .getApplicationInfo: [#""result":["Smart Remote Embedded","2.0.1"]"#],
    .getAvailableApiList: [
      #""result":[["getVersions","getAvailableApiList","startRecMode","stopRecMode"]]"#,
      #""result":[["getVersions","startLiveview","stopLiveview","stopRecMode"]]"#,
    ],
    .startRecMode: [#""result":[0]"#],
    .startLiveview: [#""result":["http://192.168.122.1:8080/liveview/liveviewstream"]"#],
    .startLiveviewWithSize: [#""error":[12,"startLiveviewWithSize"]"#],
    .stopLiveview: [#""result":[0]"#],
    .stopRecMode: [#""result":[0]"#],
  ]
  private(set) var log: [String] = []
  private(set) var timeLimits: [CameraMethod: Duration] = [:]
  var waited = Duration.zero

  init(size: LiveviewSize = .medium, configure: (inout CameraSession.Settings) -> Void = { _ in }) {
    var settings = CameraSession.Settings(
      endpoint: CameraURL(host: "192.168.122.1", port: 8080, path: "/sony/camera"),
      liveviewSize: size)
    configure(&settings)
    session = CameraSession(settings: settings)
  }

  /// Carries out `order` and those after it, until the session opens a stream or ends.
  mutating func run(_ order: CameraOrder) throws {
    var order = order
    for _ in 0..<500 {
      switch order {
      case .call(let call, let timeLimit):
        timeLimits[call.method] = timeLimit
        order = try answer(call)
      case .wait(let duration):
        waited += duration
        log.append("wait")
        order = session.waitEnded()
      case .openLiveview(let url):
        log.append("open \(url)")
        return
      case .finish(let reason):
        log.append("finish")
        end = reason
        return
      }
    }
    Issue.record("the session goes round in circles")
  }

  private(set) var end: CameraSessionEnd?

  mutating func start() throws { try run(session.started()) }

  mutating func endLiveview(_ reason: LiveviewEnd) throws {
    log = []
    try run(session.liveviewEnded(reason))
  }

  private mutating func answer(_ call: CameraCall) throws -> CameraOrder {
    log.append(call.method.rawValue)
    guard var bodies = answers[call.method], let body = bodies.first else {
      return session.callFailed(call.method, .unreachable)
    }
    if bodies.count > 1 {
      bodies.removeFirst()
      answers[call.method] = bodies
    }
    do {
      let reply = try CameraReply(
        parsing: ByteBuffer(string: "{\"id\":1,\(body)}"), to: call, identifier: 1)
      return session.replyReceived(reply)
    } catch {
      return session.callFailed(call.method, .unreadable(error))
    }
  }
}

@Suite struct CameraSessionTests {
  private let stream = "open http://192.168.122.1:8080/liveview/liveviewstream"

  @Test func entersRemoteShootingBeforeItStartsLiveview() throws {
    var camera = ScriptedCamera()
    try camera.start()
    #expect(
      camera.log == [
        "getVersions", "getApplicationInfo", "getAvailableApiList", "startRecMode",
        "getAvailableApiList", "startLiveview", stream,
      ])
    #expect(camera.timeLimits[.startRecMode] == .seconds(25))
    #expect(camera.timeLimits[.startLiveview] == .seconds(25))
    #expect(camera.session.activity == .awaitingFirstPicture)
    #expect(camera.session.information.application?.name == "Smart Remote Embedded")
    camera.session.pictureReceived()
    #expect(camera.session.activity == .receiving)
  }

  @Test func startRecModeIsLeftOutIfTheCameraDoesNotListIt() throws {
    var camera = ScriptedCamera()
    camera.answers[.getAvailableApiList] = [#""result":[["startLiveview"]]"#]
    try camera.start()
    #expect(!camera.log.contains("startRecMode"))
    #expect(camera.log.last == stream)
  }

  @Test func theFirstThreeAnswersMayAllBeErrors() throws {
    var camera = ScriptedCamera()
    camera.answers[.getVersions] = [#""error":[404,"Not Found"]"#]
    camera.answers[.getApplicationInfo] = [#""odd":1"#]
    camera.answers[.getAvailableApiList] = [#""error":[12,"getAvailableApiList"]"#]
    try camera.start()
    #expect(camera.log.contains("startRecMode"))
    #expect(camera.log.last == stream)
  }

  @Test func startLiveviewIsTriedEvenIfTheListNeverShowsIt() throws {
    var camera = ScriptedCamera()
    camera.answers[.getAvailableApiList] = [#""result":[["startRecMode","getEvent"]]"#]
    try camera.start()
    #expect(camera.log.filter { $0 == "getAvailableApiList" }.count == 5)
    #expect(camera.log.filter { $0 == "startRecMode" }.count == 1)
    #expect(camera.log.last == stream)
  }

  @Test func theLargeSizeIsTriedWhetherListedOrNot() throws {
    var camera = ScriptedCamera(size: .large)
    camera.answers[.startLiveviewWithSize] = [#""result":["http://192.168.122.1:8080/big"]"#]
    try camera.start()
    #expect(camera.log.last == "open http://192.168.122.1:8080/big")
    #expect(!camera.log.contains("startLiveview"))
    camera.session.pictureReceived()
    try camera.endLiveview(.stalled)
    #expect(
      camera.log == ["wait", "startLiveviewWithSize", "open http://192.168.122.1:8080/big"])
  }

  @Test(arguments: [1, 3, 12, 15])
  func theLargeSizeFallsBack(code: Int) throws {
    var camera = ScriptedCamera(size: .large)
    camera.answers[.startLiveviewWithSize] = ["\"error\":[\(code),\"\"]"]
    try camera.start()
    #expect(camera.log.suffix(3) == ["startLiveviewWithSize", "startLiveview", stream])
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
  }

  @Test func aCameraBackOnItsWaitingScreenEntersRemoteShootingAgain() throws {
    var camera = ScriptedCamera()
    let waiting = #""result":[["startRecMode"]]"#
    let ready = #""result":[["startLiveview"]]"#
    camera.answers[.getAvailableApiList] = [waiting, ready, waiting, ready]
    camera.answers[.startLiveview] = [#""error":[1,""]"#, #""result":["http://192.168.122.1/x"]"#]
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

  @Test func aClosedStreamIsOpenedAgainAndAStalledOneWoken() throws {
    var camera = ScriptedCamera()
    try camera.start()
    camera.session.pictureReceived()
    try camera.endLiveview(.closed)
    #expect(camera.log == ["wait", stream])
    camera.session.pictureReceived()
    try camera.endLiveview(.stalled)
    #expect(camera.log == ["wait", "startLiveview", stream])
  }

  @Test func streamsWithoutPicturesStartFurtherBackEachTime() throws {
    var camera = ScriptedCamera()
    try camera.start()
    try camera.endLiveview(.closed)
    #expect(camera.log == ["wait", "startLiveview", stream])
    try camera.endLiveview(.refused(status: 503))
    #expect(camera.log == ["wait", "getAvailableApiList", "startLiveview", stream])
    try camera.endLiveview(.stalled)
    try camera.endLiveview(.stalled)
    try camera.endLiveview(.stalled)
    #expect(camera.end == .noPictures(.stalled))
  }

  @Test func leavesTheCameraPolitely() throws {
    var camera = ScriptedCamera()
    try camera.start()
    camera.session.pictureReceived()
    try camera.run(camera.session.stopRequested())
    #expect(camera.log.suffix(3) == ["stopLiveview", "stopRecMode", "finish"])
    #expect(camera.end == .stopped)
    let limits = [camera.timeLimits[.stopLiveview], camera.timeLimits[.stopRecMode]]
    #expect(limits == [.milliseconds(700), .milliseconds(700)])
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
