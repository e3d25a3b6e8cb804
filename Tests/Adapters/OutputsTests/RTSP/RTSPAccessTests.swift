import Configuration
import NIOCore
import Pipeline
import RTSP
import SDP
import Testing

@testable import Outputs

/// Who gets in, over real sockets.
@Suite(.timeLimit(.minutes(1))) struct RTSPAccessTests {
  private static func list(_ values: String...) -> ConfigValue {
    ConfigValue(.stringArray(values), isSecret: false)
  }

  private func basic(_ login: String) -> String {
    "Authorization: Basic " + Base64.encode(Array(login.utf8))
  }

  @Test func hashedPasswordsOpenTheDoorToEveryUser() async throws {
    let derived = PasswordHash.derived(from: "p:ä", salt: Array(0..<16), iterations: 20_000)
    let digest = PasswordHash.digest(
      .md5, username: "bob", realm: RTSPOutput.realm, password: "q")
    let scene = try await RTSPScene([
      "users": Self.list("alice", "bob"),
      "user.alice.passwordHash": ConfigValue(.string(derived.text), isSecret: true),
      "user.bob.passwordHash": ConfigValue(.string(digest.text), isSecret: true),
    ])
    for login in ["alice:p:ä", "bob:q"] {
      let client = try await scene.connect()
      #expect(try await client.request("DESCRIBE", "", basic(login)).code == 200)
      let setUp = try await client.request(
        "SETUP", "/trackID=0", basic(login), "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
      #expect(setUp.code == 200)
      let session = String((setUp["Session"] ?? "").prefix { $0 != ";" })
      let play = try await client.request("PLAY", "/", basic(login), "Session: \(session)")
      #expect(play.code == 200)
      await scene.awaitSubscribers(1)
      await scene.publish(isIDR: true)
      #expect(try await !client.picture().isEmpty)
      try await client.close()
    }
    let stranger = try await scene.connect()
    #expect(try await stranger.request("DESCRIBE", "", basic("alice:q")).code == 401)
    await eventually { scene.status["loginsFailedTotal"] == .int(1) }
    try await scene.stop()
  }

  @Test func manyConnectionsOfOneAddressAreNotAnsweredFaster() async throws {
    let scene = try await RTSPScene([
      "username": "cam", "password": "secret", "maxConnectionsPerAddress": 200,
      "maxConnections": 200,
    ])
    // All at once: the first ones are answered, late; no more are judged than the line holds.
    var clients: [RTSPTestClient] = []
    for _ in 0..<60 { clients.append(try await scene.connect()) }
    for client in clients { client.send(request("DESCRIBE", scene.url, basic("cam:guess"))) }
    await eventually { scene.status["loginsFailedTotal"].flatMap(Self.number) ?? 0 >= 56 }
    // Nobody waits on the event loop meanwhile.
    let other = try await scene.connect()
    #expect(try await other.request("OPTIONS").code == 200)
    for client in clients { try? await client.close() }
    try await scene.stop()
  }

  private static func number(_ value: StatusValue) -> Int64? {
    if case .int(let number) = value { Int64(number) } else { nil }
  }

  private func request(_ method: String, _ url: String, _ header: String) -> String {
    "\(method) \(url) RTSP/1.0\r\nCSeq: 1\r\n\(header)\r\n\r\n"
  }

  @Test func aRightLoginIsAnsweredWhileWrongOnesWait() async throws {
    let scene = try await RTSPScene([
      "username": "cam", "password": "secret", "limits.failedLoginDelaySeconds": 30.0,
    ])
    var guessers: [RTSPTestClient] = []
    for _ in 0..<6 {
      let client = try await scene.connect()
      client.send(request("DESCRIBE", scene.url, basic("cam:guess")))
      guessers.append(client)
    }
    await eventually { scene.status["loginsFailedTotal"] == .int(6) }
    let viewer = try await scene.connect()
    #expect(try await viewer.request("DESCRIBE", "", basic("cam:secret")).code == 200)
    try await scene.stop()
    // The guesses came before, and had no answer up to the end.
    for guesser in guessers { #expect(try await guesser.next() == nil) }
  }

  @Test(arguments: [("127.0.0.0/8", true), ("10.0.0.0/8", false), ("::1", false)])
  func networksAreCheckedBeforeAByteIsRead(_ network: String, isAllowed: Bool) async throws {
    let scene = try await RTSPScene(["allowedNetworks": Self.list(network)])
    if isAllowed {
      let client = try await scene.connect()
      #expect(try await client.request("OPTIONS").code == 200)
      #expect(scene.status["connectionsRefusedTotal"] == .int(0))
    } else {
      let client = try await scene.connect()
      client.send("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
      #expect(try await client.next() == nil)
      await eventually { scene.status["connectionsRefusedTotal"] == .int(1) }
    }
    try await scene.stop()
  }

  @Test func aUserFromElsewhereIsAWrongLogin() async throws {
    let scene = try await RTSPScene([
      "users": Self.list("near", "far"), "user.near.password": "p", "user.far.password": "p",
      "user.far.allowedNetworks": Self.list("192.0.2.0/24"),
    ])
    let client = try await scene.connect()
    #expect(try await client.request("DESCRIBE", "", basic("far:p")).code == 401)
    #expect(try await client.request("DESCRIBE", "", basic("near:p")).code == 200)
    try await scene.stop()
  }

  @Test func anotherConnectionCannotTouchASession() async throws {
    let scene = try await RTSPScene()
    let owner = try await scene.connect()
    let session = try await owner.play().session
    let stranger = try await scene.connect()
    for method in ["PAUSE", "TEARDOWN", "PLAY", "GET_PARAMETER"] {
      #expect(try await stranger.request(method, "/", "Session: \(session)").code == 454)
    }
    await scene.awaitSubscribers(1)
    await scene.publish(isIDR: true)
    #expect(try await !owner.picture().isEmpty)
    try await scene.stop()
  }
}
