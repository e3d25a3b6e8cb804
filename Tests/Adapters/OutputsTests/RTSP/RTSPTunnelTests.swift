import Configuration
import NIOCore
import Pipeline
import RTP
import SDP
import Testing

@testable import Outputs

/// RTSP over HTTP, over real sockets.
@Suite(.timeLimit(.minutes(1))) struct RTSPTunnelTests {
  private static let cookie = "x-sessioncookie: 9bc5b21ab1e0fdd0"

  private static func head(_ method: String, _ headers: String...) -> String {
    ([method + " /live/stream HTTP/1.1", "Host: h"] + headers).joined(separator: "\r\n")
      + "\r\n\r\n"
  }

  /// Sends an HTTP head and returns the answer's.
  private static func ask(
    _ client: RTSPTestClient, _ method: String, _ headers: String...
  ) async throws -> RTSPAnswer {
    client.send(
      ([method + " /live/stream HTTP/1.1", "Host: h"] + headers).joined(separator: "\r\n")
        + "\r\n\r\n")
    return try await answer(on: client)
  }

  private static func answer(on client: RTSPTestClient) async throws -> RTSPAnswer {
    while let message = try await client.next() {
      if case .answer(let answer) = message { return answer }
    }
    throw ChannelError.eof
  }

  private static func request(
    _ scene: RTSPScene, _ method: String, _ suffix: String = "", _ headers: String...
  ) -> String {
    (["\(method) \(scene.url)\(suffix) RTSP/1.0", "CSeq: 1"] + headers).joined(separator: "\r\n")
      + "\r\n\r\n"
  }

  /// Both connections of a tunnel.
  private static func open(
    _ scene: RTSPScene
  ) async throws -> (get: RTSPTestClient, post: RTSPTestClient) {
    let get = try await scene.connect()
    let opened = try await ask(get, "GET", "Accept: application/x-rtsp-tunnelled", cookie)
    #expect(opened.text.hasPrefix("HTTP/1.0 200 OK\r\n"))
    #expect(opened["Content-Type"] == "application/x-rtsp-tunnelled")
    #expect(opened["Content-Length"] == nil)
    let post = try await scene.connect()
    post.send(head("POST", cookie, "Content-Length: 32767"))
    return (get, post)
  }

  private static func waitForEnd(_ client: RTSPTestClient) async throws {
    while try await client.next() != nil {}
  }

  // MARK: Playing

  @Test func playsThroughATunnel() async throws {
    let scene = try await RTSPScene()
    let (get, post) = try await Self.open(scene)
    post.send(Base64.encode(Self.request(scene, "OPTIONS").utf8))
    #expect(try await Self.answer(on: get).code == 200)
    // Without padding between head and the next request, in pieces, with line ends.
    let setup = Base64.encode(
      Self.request(
        scene, "SETUP", "/trackID=0", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
      ).utf8)
    for character in setup { post.send("\(character)\r\n") }
    let answer = try await Self.answer(on: get)
    let session = String((answer["Session"] ?? "").prefix { $0 != ";" })
    #expect(answer.code == 200 && !session.isEmpty)
    post.send(Base64.encode(Self.request(scene, "PLAY", "/", "Session: \(session)").utf8))
    #expect(try await Self.answer(on: get).code == 200)
    await scene.awaitSubscribers(1)
    await scene.publish(isIDR: true, size: 5000)
    #expect(try await get.picture().count > 2)
    await eventually { scene.viewers.count == 1 }
    #expect(scene.viewers.first?["transport"] == .string("http"))
    #expect(scene.status["connections"] == .int(2))
    post.send(Base64.encode(Self.request(scene, "TEARDOWN", "/", "Session: \(session)").utf8))
    #expect(try await Self.answer(on: get).code == 200)
    try await get.close()
    try await Self.waitForEnd(post)
    try await scene.stop()
  }

  @Test func thePOSTMayBeClosedAndOpenedAgain() async throws {
    let scene = try await RTSPScene()
    let (get, first) = try await Self.open(scene)
    first.send(Base64.encode(Self.request(scene, "OPTIONS").utf8))
    #expect(try await Self.answer(on: get).code == 200)
    try await first.close()
    // The second one carries the request along with its head.
    let second = try await scene.connect()
    let options = Base64.encode(Self.request(scene, "OPTIONS").utf8)
    second.send(Self.head("POST", Self.cookie) + options)
    #expect(try await Self.answer(on: get).code == 200)
    // A third one takes the place of one that is still open.
    let third = try await scene.connect()
    third.send(Self.head("POST", Self.cookie) + options)
    #expect(try await Self.answer(on: get).code == 200)
    try await Self.waitForEnd(second)
    try await scene.stop()
  }

  @Test func onlyInterleavedPacketsPass() async throws {
    let scene = try await RTSPScene()
    let (get, post) = try await Self.open(scene)
    post.send(
      Base64.encode(
        Self.request(
          scene, "SETUP", "/trackID=0", "Transport: RTP/AVP;unicast;client_port=5000-5001"
        ).utf8))
    #expect(try await Self.answer(on: get).code == 461)
    try await scene.stop()
  }

  @Test func whenTheServerEndsBothHalvesDo() async throws {
    let scene = try await RTSPScene()
    let (get, post) = try await Self.open(scene)
    post.send(Base64.encode(Self.request(scene, "OPTIONS").utf8))
    #expect(try await Self.answer(on: get).code == 200)
    try await scene.stop()
    try await Self.waitForEnd(get)
    try await Self.waitForEnd(post)
  }

  // MARK: Refusals

  @Test func brokenBase64EndsBothHalves() async throws {
    let scene = try await RTSPScene()
    let (get, post) = try await Self.open(scene)
    post.send("T1BU!")
    try await Self.waitForEnd(get)
    try await Self.waitForEnd(post)
    try await scene.stop()
  }

  @Test func aPOSTWithoutAGETFindsNothing() async throws {
    let scene = try await RTSPScene()
    let post = try await scene.connect()
    let answer = try await Self.ask(post, "POST", Self.cookie)
    #expect(answer.code == 404 && answer.text.hasPrefix("HTTP/1.1"))
    try await Self.waitForEnd(post)
    try await scene.stop()
  }

  @Test func aSecondGETWithTheSameCookieIsRefused() async throws {
    let scene = try await RTSPScene()
    let (get, post) = try await Self.open(scene)
    let thief = try await scene.connect()
    #expect(try await Self.ask(thief, "GET", Self.cookie).code == 409)
    try await Self.waitForEnd(thief)
    post.send(Base64.encode(Self.request(scene, "OPTIONS").utf8))
    #expect(try await Self.answer(on: get).code == 200)
    try await scene.stop()
  }

  @Test func anotherAddressCannotJoin() async throws {
    let scene = try await RTSPScene(["listenAddress": "::"])
    let get = try await scene.connect()
    #expect(try await Self.ask(get, "GET", Self.cookie).code == 200)
    let stranger = try await RTSPTestClient(port: scene.port, url: scene.url, from: "127.0.0.2")
    #expect(try await Self.ask(stranger, "POST", Self.cookie).code == 404)
    try await scene.stop()
  }

  @Test func aBrowserIsToldWhatThisIs() async throws {
    let scene = try await RTSPScene()
    let browser = try await scene.connect()
    let answer = try await Self.ask(browser, "GET", "Accept: text/html")
    #expect(answer.code == 404 && answer["Content-Type"] == "text/plain; charset=utf-8")
    #expect(answer.text.contains("RTSP"))
    try await Self.waitForEnd(browser)
    let broken = try await scene.connect()
    broken.send("GET / HTTP/1.1\r\nnonsense\r\n\r\n")
    #expect(try await Self.answer(on: broken).code == 400)
    try await Self.waitForEnd(broken)
    let other = try await scene.connect()
    #expect(try await Self.ask(other, "PUT")["Allow"] == "GET, POST")
    try await scene.stop()
  }

  @Test func switchedOffTunnelsAreRefusedAndRTSPIsNot() async throws {
    let scene = try await RTSPScene(["httpTunnelEnabled": false])
    let get = try await scene.connect()
    #expect(try await Self.ask(get, "GET", Self.cookie).code == 404)
    let client = try await scene.connect()
    try await client.play()
    try await scene.stop()
  }

  @Test func halvesAreRefusedWhereConnectionsAreCounted() async throws {
    let scene = try await RTSPScene(["maxConnections": 1])
    let get = try await scene.connect()
    #expect(try await Self.ask(get, "GET", Self.cookie).code == 200)
    let post = try await scene.connect()
    #expect(try await Self.ask(post, "POST", Self.cookie).code == 503)
    try await Self.waitForEnd(post)
    try await scene.stop()
  }

  @Test func tooMuchOnTheWrongHalfEndsIt() async throws {
    let scene = try await RTSPScene()
    let (get, post) = try await Self.open(scene)
    get.send(String(repeating: "x", count: 20_000))
    try await Self.waitForEnd(get)
    try await Self.waitForEnd(post)
    try await scene.stop()
  }

  @Test func nothingIsLeftBehind() async throws {
    let scene = try await RTSPScene()
    for _ in 0..<20 {
      let (get, post) = try await Self.open(scene)
      try await get.reset()
      try await Self.waitForEnd(post)
    }
    await eventually { scene.status["connections"] == .int(0) }
    #expect(scene.status["connections"] == .int(0))
    try await scene.stop()
  }
}
