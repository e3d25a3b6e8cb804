import JSON
import NIOCore
import SonyCamera
import Testing

/// A watch and the order it gave last; a test answers it step by step.
struct ScriptedWatch {
  var watch: CameraWatch
  private(set) var order = CameraWatchOrder.rest
  private(set) var notices: [CameraNotice] = []

  init(setup: (inout CameraSetup.Settings) -> Void = { _ in }) {
    var settings = CameraSetup.Settings()
    setup(&settings)
    watch = CameraWatch(setup: settings)
  }

  /// The order in one line.
  var step: String {
    switch order {
    case .call(let call, _): "call \(Self.text(call))"
    case .poll(let call, _): "poll \(Self.text(call))"
    case .wait(let duration): "wait \(duration)"
    case .rest: "rest"
    case .lost(let method, _): "lost \(method)"
    }
  }

  private static func text(_ call: CameraCall) -> String {
    var buffer = ByteBuffer()
    JSONValue.array(call.parameters).encode(into: &buffer)
    let parameters = String(buffer: buffer)
    return call.method == .getEvent
      ? "getEvent\(parameters) \(call.version)" : "\(call.method)\(parameters)"
  }

  var call: CameraCall? {
    switch order {
    case .call(let call, _), .poll(let call, _): call
    case .wait, .rest, .lost: nil
    }
  }

  var timeLimit: Duration? {
    switch order {
    case .call(_, let limit), .poll(_, let limit): limit
    case .wait, .rest, .lost: nil
    }
  }

  // MARK: Facts

  mutating func start(knows known: CameraInformation = CameraInformation()) {
    take(watch.started(knows: known))
  }

  /// Up to the first `getEvent`, on a camera with these versions.
  mutating func identify(versions: String = #"["1.0"]"#) throws {
    start()
    try reply(#""result":[\#(versions)]"#)
    try reply(#""result":["Smart Remote Control","2.0.1"]"#)
  }

  /// Up to the first held poll.
  mutating func reachPoll(versions: String = #"["1.0"]"#) throws {
    try identify(versions: versions)
    try replyEvent(Self.idle)
  }

  /// - Parameter body: Members of the answer beside its number.
  mutating func reply(_ body: String, took duration: Duration = .milliseconds(200)) throws {
    let call = try #require(call, "no answer is waited for: \(step)")
    do {
      let reply = try CameraReply(
        parsing: ByteBuffer(string: "{\"id\":1,\(body)}"), to: call, identifier: 1)
      take(watch.replyReceived(reply, took: duration))
    } catch {
      take(watch.callFailed(call.method, .unreadable(error)))
    }
  }

  mutating func replyEvent(_ entries: String, took duration: Duration = .seconds(15)) throws {
    try reply(#""result":[\#(entries)]"#, took: duration)
  }

  mutating func refuse(_ code: Int, took duration: Duration = .milliseconds(200)) throws {
    try reply(#""error":[\#(code),"text"]"#, took: duration)
  }

  mutating func fail(_ fault: CameraCallFault) throws {
    let call = try #require(call, "no answer is waited for: \(step)")
    take(watch.callFailed(call.method, fault))
  }

  mutating func wait() { take(watch.waitEnded()) }

  mutating func enterRecMode() { takeIfAny(watch.recModeEntered()) }
  mutating func leaveRecMode() { takeIfAny(watch.recModeLeft()) }
  mutating func beginLiveview() { takeIfAny(watch.liveviewBegan()) }

  mutating func clearNotices() { notices = [] }

  private mutating func takeIfAny(_ order: CameraWatchOrder?) {
    if let order { take(order) }
  }

  private mutating func take(_ order: CameraWatchOrder) {
    self.order = order
    notices += watch.takeNotices()
  }

  // MARK: Events

  static let names = #"{"type":"availableApiList","names":["getEvent","startLiveview"]}"#
  static let waitingNames = #"{"type":"availableApiList","names":["getEvent","startRecMode"]}"#
  static let idle = #"\#(names),{"type":"cameraStatus","cameraStatus":"IDLE"}"#
  static let waiting = #"\#(waitingNames),{"type":"cameraStatus","cameraStatus":"NotReady"}"#
  static let notReady = #"{"type":"cameraStatus","cameraStatus":"NotReady"}"#
}
