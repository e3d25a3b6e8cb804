import Configuration
import Media
import NIOCore
import RTP
import SDP
import Synchronization
import Testing

@testable import Outputs
@testable import Pipeline

/// Slow, broken and hostile clients over real sockets.
@Suite(.timeLimit(.minutes(2))) struct RTSPAbuseTests {
  /// Publishes pictures until the condition holds; each is awaited by `pacemaker`.
  private func publish(
    to scene: RTSPScene, pacemaker: RTSPTestClient, until condition: () -> Bool
  ) async throws {
    var count = 0
    while !condition() {
      await scene.publish(isIDR: count % 10 == 0, size: 20_000)
      let picture = try await pacemaker.picture()
      #expect(picture.count >= 14)
      count += 1
      try #require(count < 3000)
    }
  }

  @Test func aSlowReaderSkipsToAnIDRAndOthersLoseNothing() async throws {
    let scene = try await RTSPScene(["maxQueuedBytes": 65_536])
    let quick = try await scene.connect()
    try await quick.play()
    let slow = try await scene.connect(receiveBuffer: 4096)
    let (_, _, play) = try await slow.play()
    await scene.awaitSubscribers(1)
    try await publish(to: scene, pacemaker: quick) {
      (scene.status["picturesSkippedTotal"] ?? .null) != .int(0) && scene.viewers.count == 2
    }
    // It reads again: everything that comes is whole, numbered without a gap, and where pictures
    // are missing the next one is an IDR.
    let first = try #require(play.number("seq", in: "RTP-Info").map(UInt16.init))
    let isDone = Mutex(false)
    async let gaps: Int = {
      defer { isDone.withLock { $0 = true } }
      return try await Self.countGaps(slow, firstSequenceNumber: first)
    }()
    try await publish(to: scene, pacemaker: quick) { isDone.withLock { $0 } }
    #expect(try await gaps >= 1)
    try await scene.stop()
  }

  /// Reads pictures until some are missing and five more; returns how often some were missing.
  private static func countGaps(
    _ client: RTSPTestClient, firstSequenceNumber: UInt16
  ) async throws -> Int {
    var expected = firstSequenceNumber
    var lastSerial: UInt8?
    var gaps = 0
    var picturesAfterGap = 0
    while picturesAfterGap < 5 {
      let picture = try await client.picture()
      for packet in picture {
        #expect(packet.header.sequenceNumber == expected)
        expected = packet.header.sequenceNumber &+ 1
      }
      let isIDR = picture[0].payload.readableBytesView.first.map { $0 & 0x1F } == 24
      let serial = try #require(picture.last?.payload.readableBytesView.last)
      if let lastSerial, serial != lastSerial &+ 1 {
        gaps += 1
        #expect(isIDR)
      }
      #expect(lastSerial != nil || isIDR)
      lastSerial = serial
      if gaps > 0 { picturesAfterGap += 1 }
    }
    return gaps
  }

  @Test func aReaderThatNeverReadsIsCut() async throws {
    let scene = try await RTSPScene(["maxQueuedBytes": 65_536, "stallTimeoutSeconds": 1.0])
    let quick = try await scene.connect()
    try await quick.play()
    let stuck = try await scene.connect(receiveBuffer: 4096)
    try await stuck.play()
    await eventually { scene.viewers.count == 2 }
    try await publish(to: scene, pacemaker: quick) { scene.viewers.count == 1 }
    #expect(try await quick.request("OPTIONS").code == 200)
    try await scene.stop()
  }

  @Test func beyondTheLimitTheAnswerIs503() async throws {
    let scene = try await RTSPScene(["maxConnectionsPerAddress": 1])
    let first = try await scene.connect()
    #expect(try await first.request("OPTIONS").code == 200)
    let second = try await scene.connect()
    #expect(try await second.request("OPTIONS").code == 503)
    #expect(try await second.next() == nil)
    try await first.close()
    await eventually { scene.status["connections"] == .int(0) }
    let third = try await scene.connect()
    #expect(try await third.request("OPTIONS").code == 200)
    #expect(scene.status["connectionsRefusedTotal"] == .int(1))
    try await scene.stop()
  }

  @Test func anEndlessLineGetsItsAnswerDespiteUnreadBytes() async throws {
    let scene = try await RTSPScene()
    let client = try await scene.connect()
    client.send(String(repeating: "A", count: 200_000))
    guard case .answer(let answer)? = try await client.next() else {
      Issue.record("no answer")
      return
    }
    #expect(answer.code == 400)
    #expect(try await client.next() == nil)
    try await scene.stop()
  }

  @Test func aWrongPasswordIsAnsweredLate() async throws {
    let scene = try await RTSPScene(["username": "cam", "password": "se:cret"])
    let client = try await scene.connect()
    let wrong = "Authorization: Basic " + Base64.encode(Array("cam:secret".utf8))
    let right = "Authorization: Basic " + Base64.encode(Array("cam:se:cret".utf8))
    let begin = ContinuousClock.now
    #expect(try await client.request("DESCRIBE", "", wrong).code == 401)
    #expect(begin.duration(to: .now) >= .seconds(1))
    #expect(try await client.request("DESCRIBE").code == 401)
    #expect(try await client.request("DESCRIBE", "", right).code == 200)
    try await scene.stop()
  }

  /// A write to a connection that was just reset fails while the picture is being handed out.
  @Test func viewersThatVanishInMidPictureHarmNobody() async throws {
    let scene = try await RTSPScene()
    let publishing = Task {
      var count = 0
      while !Task.isCancelled {
        await scene.publish(isIDR: count.isMultiple(of: 5), size: 3000)
        count += 1
      }
    }
    for _ in 0..<30 {
      var clients: [RTSPTestClient] = []
      for _ in 0..<8 {
        clients.append(try await scene.connect())
        try await clients.last?.play()
      }
      await withThrowingTaskGroup(of: Void.self) { group in
        for client in clients { group.addTask { try await client.reset() } }
      }
    }
    await eventually { scene.status["connections"] == .int(0) }
    publishing.cancel()
    let last = try await scene.connect()
    #expect(try await last.request("OPTIONS").code == 200)
    try await scene.stop()
  }

  @Test func manyComeAndGo() async throws {
    let scene = try await RTSPScene()
    for round in 0..<40 {
      let client = try await scene.connect()
      if round.isMultiple(of: 2) { try await client.play() }
      if round.isMultiple(of: 3) { try await client.reset() } else { try await client.close() }
    }
    await eventually { scene.status["connections"] == .int(0) }
    await scene.awaitSubscribers(0)
    #expect(scene.status["viewersTotal"] == .int(20))
    try await scene.stop()
  }
}
