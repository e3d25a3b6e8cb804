import Media
import NIOCore
import SonyCamera
import Testing

/// Answers a session's orders by a list of rules and writes down what it ordered.
struct ScriptedCamera {
  var session: CameraSession
  /// Bodies by method; the last one of a list is repeated.
  var answers: [CameraMethod: [String]] = [
    .getVersions: [#""result":[["1.0"]]"#],
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
  var now = MediaTime(nanoseconds: 0)
  private(set) var notices: [CameraSessionNotice] = []

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
    defer { notices += session.takeNotices() }
    for _ in 0..<500 {
      switch order {
      case .call(let call, let timeLimit):
        timeLimits[call.method] = timeLimit
        order = try reply(to: call)
      case .wait(let duration):
        if case .asleep = session.activity {
          log.append("sleep")
          return
        }
        waited += duration
        now = now.advanced(by: duration)
        log.append("wait")
        order = session.waitEnded()
      case .openLiveview(let url, _):
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

  mutating func start(isWanted: Bool = true) throws {
    try run(session.started(isWanted: isWanted))
  }

  /// The stream brings pictures for so long.
  mutating func stream(for duration: Duration) {
    session.pictureReceived(at: now)
    now = now.advanced(by: duration)
  }

  mutating func endLiveview(_ reason: LiveviewEnd) throws {
    log = []
    try run(session.liveviewEnded(reason, at: now))
  }

  /// Another program takes the stream so often that the session waits before it takes it back.
  mutating func loseLiveviewToRival() throws {
    for _ in 0..<4 {
      stream(for: .milliseconds(300))
      try endLiveview(.closed)
    }
    stream(for: .milliseconds(300))
    guard case .call(let call, _) = session.liveviewEnded(.closed, at: now) else {
      Issue.record("the session does not look who it was")
      return
    }
    _ = try reply(to: call)
    #expect(session.activity == .standingBack)
  }

  /// Somebody comes to watch; the session has to do something about it.
  mutating func demandBegins() throws {
    let order = session.demandBegan()
    try run(try #require(order))
  }

  /// Nobody watches any more; the session has to do something about it.
  mutating func demandEnds() throws {
    let order = session.demandEnded()
    try run(try #require(order))
  }

  mutating func clearLog() { log = [] }

  /// The scripted answer to one call.
  mutating func reply(to call: CameraCall) throws -> CameraOrder {
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
