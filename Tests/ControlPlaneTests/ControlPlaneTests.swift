import AsyncHTTPClient
import Configuration
import CoreMetrics
import Foundation
import Media
import NIOCore
import NIOPosix
import Pipeline
import TestSupport
import Testing

@testable import ControlPlane

/// Over real connections on loopback.
@Suite(.timeLimit(.minutes(1))) struct ControlPlaneTests {
  private let fixture = ControlPlaneFixture()

  @Test func theIndexListsEveryPage() async throws {
    // Otherwise the snapshot would wait for one.
    fixture.publishPicture()
    try await fixture.whileServing { base in
      let index = try await Reply.to(base + "/")
      #expect(index.status == 200)
      #expect(index.headers["content-type"] == "text/plain; charset=utf-8")
      let pages = index.text.split(separator: "\n").compactMap { line in
        line.hasPrefix("/") ? line.split(separator: " ").first.map(String.init) : nil
      }
      #expect(
        pages == ["/status", "/metrics", "/healthz", "/readyz", "/snapshot.jpg", "/control"])
      for page in pages { #expect(try await Reply.to(base + page).status != 404, "\(page)") }
    }
  }

  @Test func healthIsOkWhateverTheCameraDoes() async throws {
    try await fixture.whileServing { base in
      let health = try await Reply.to(base + "/healthz")
      #expect(health.status == 200)
      #expect(health.text == "ok\n")
    }
  }

  @Test func readinessFollowsTheCamera() async throws {
    try await fixture.whileServing { base in
      let before = try await Reply.to(base + "/readyz")
      #expect(before.status == 503)
      #expect(
        before.json?["reasons"] as? [String] == ["the camera is away: none was found yet"])
      fixture.line.sink.report(CameraPresence(.asleep))
      #expect(try await Reply.to(base + "/readyz").status == 200)
      fixture.line.sink.report(CameraPresence(.present))
      fixture.publishPicture()
      #expect(try await Reply.to(base + "/readyz").status == 200)
      fixture.clock.advance(by: .seconds(60))
      let after = try await Reply.to(base + "/readyz")
      #expect(after.status == 503)
      #expect(after.json?["ready"] as? Bool == false)
      #expect(after.json?["reasons"] as? [String] == ["the newest picture is 60 s old"])
    }
  }

  @Test func theStatusIsSortedJSON() async throws {
    fixture.component("rtsp").report(.running, "2 viewers")
    fixture.publishPicture()
    fixture.clock.advance(by: .milliseconds(120))
    try await fixture.whileServing { base in
      let reply = try await Reply.to(base + "/status")
      #expect(reply.status == 200)
      #expect(reply.headers["content-type"] == "application/json; charset=utf-8")
      let status = try #require(reply.json)
      let components = try #require(status["components"] as? [String: [String: Any]])
      #expect(components["rtsp"]?["state"] as? String == "running")
      #expect(components["rtsp"]?["detail"] as? String == "2 viewers")
      #expect(components["encoder"]?["picturesReceived"] as? Int == 1)
      let picture = try #require(status["newestPicture"] as? [String: Any])
      #expect(picture["ageSeconds"] as? Double == 0.12)
      #expect(picture["size"] as? String == "640x424")
      #expect(status["ready"] as? Bool == true)
      let viewing = try #require(status["viewing"] as? [String: Any])
      #expect(viewing["presence"] as? String == "away")
      #expect(viewing["awayReason"] as? String == "searching")
      #expect(viewing["presenceSeconds"] as? Double == 0.12)
      #expect(viewing["isOffline"] as? Bool == false)
      #expect(viewing["isVideoWanted"] as? Bool == false)
      #expect(((status["process"] as? [String: Any])?["residentBytes"] as? Int ?? 0) > 1 << 20)
      let members = reply.text.split(separator: "\n").filter { $0.hasPrefix("  \"") }
      #expect(members.count > 4)
      #expect(members == members.sorted())
    }
  }

  @Test func theMetricsPageHasTheLineTheProcessAndTheRegistry() async throws {
    fixture.publishPicture()
    fixture.registry.makeCounter(label: "bridge_test_things_total", dimensions: []).increment(by: 3)
    try await fixture.whileServing { base in
      let page = try await Reply.to(base + "/metrics")
      #expect(page.status == 200)
      #expect(page.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
      let lines = Set(page.text.split(separator: "\n").map(String.init))
      #expect(lines.contains("bridge_input_pictures_total 1"))
      #expect(lines.contains("# TYPE bridge_input_pictures_total counter"))
      #expect(lines.contains("bridge_test_things_total 3"))
      #expect(lines.contains("bridge_component_state{component=\"encoder\",state=\"off\"} 1"))
      #expect(lines.contains { $0.hasPrefix("bridge_process_resident_memory_bytes ") })
    }
  }

  @Test func theSnapshotIsTheCamerasOwnBytes() async throws {
    try await fixture.whileServing { base in
      let bytes = fixture.publishPicture()
      fixture.clock.advance(by: .milliseconds(1345))
      let snapshot = try await Reply.to(base + "/snapshot.jpg?now=1")
      #expect(snapshot.status == 200)
      #expect(snapshot.body == bytes)
      #expect(snapshot.headers["content-type"] == "image/jpeg")
      #expect(snapshot.headers["content-length"] == "\(bytes.count)")
      #expect(snapshot.headers["cache-control"] == "no-store")
      #expect(snapshot.headers["x-picture"] == "camera")
      #expect(snapshot.headers["age"] == "1")
      #expect(snapshot.headers["x-picture-age-milliseconds"] == "1345")
      #expect(snapshot.headers["last-modified"] == "Fri, 20 Nov 2026 12:00:00 GMT")
      #expect(fixture.line.statistics.encoder.encoded == 0)
    }
  }

  @Test func aSnapshotWakesTheCameraAndWaitsForIt() async throws {
    fixture.line.sink.report(CameraPresence(.asleep))
    fixture.publishPicture()
    fixture.clock.advance(by: .seconds(60))
    try await fixture.whileServing { base in
      var demand = fixture.line.sink.demand.changes().makeAsyncIterator()
      #expect(await demand.next() == false)
      async let reply = Reply.to(base + "/snapshot.jpg")
      #expect(await demand.next() == true)
      fixture.clock.advance(by: .seconds(1))
      let bytes = fixture.publishPicture()
      let snapshot = try await reply
      #expect(snapshot.status == 200)
      #expect(snapshot.body == bytes)
      #expect(snapshot.headers["x-picture-age-milliseconds"] == "0")
      #expect(await demand.next() == false)
      #expect(fixture.line.statistics.encoder.encoded == 0)
    }
  }

  @Test func headOfASnapshotDoesNotWakeTheCamera() async throws {
    fixture.line.sink.report(CameraPresence(.asleep))
    fixture.publishPicture()
    fixture.clock.advance(by: .seconds(60))
    try await fixture.whileServing { base in
      // The clock stands still: a reply that waited for the camera would never come.
      let head = try await Reply.to(base + "/snapshot.jpg", method: "HEAD")
      #expect(head.status == 200)
      #expect(head.headers["content-type"] == "image/jpeg")
      #expect(head.headers["x-picture"] == nil, "nobody knows yet")
      #expect(!fixture.line.viewing.isWanted)
    }
  }

  @Test func snapshotsThatWaitLeaveRoomForOtherPages() async throws {
    let line = fixture.line
    line.sink.report(CameraPresence(.waking))
    let waiting = (0..<16).map { _ in Task { await line.snapshot() } }
    while line.viewing.pictureRequests < 16 { await Task.yield() }
    try await fixture.whileServing { base in
      let snapshot = try await Reply.to(base + "/snapshot.jpg")
      #expect(snapshot.status == 503)
      #expect(snapshot.headers["retry-after"] == "5")
      #expect(try await Reply.to(base + "/healthz").status == 200)
      fixture.publishPicture()
      for task in waiting { _ = await task.value }
      #expect(try await Reply.to(base + "/snapshot.jpg").status == 200)
    }
  }

  @Test func aSnapshotOfAnAbsentCameraIsASlate() async throws {
    fixture.clock.advance(by: .seconds(60))
    try await fixture.whileServing { base in
      let snapshot = try await Reply.to(base + "/snapshot.jpg")
      #expect(snapshot.status == 200)
      #expect(snapshot.headers["x-picture"] == "slate")
      #expect(snapshot.headers["content-type"] == "image/jpeg")
      #expect(snapshot.headers["age"] == nil)
      #expect(snapshot.headers["last-modified"] == nil)
      let outline = try JPEGMarkerWalk.outline(of: ByteBuffer(bytes: snapshot.body))
      #expect(outline.size == .alpha6000Liveview)
      #expect(fixture.line.statistics.encoder.encoded == 0)
    }
  }

  @Test func aFrozenSnapshotTellsItsAge() async throws {
    let fixture = ControlPlaneFixture(offline: .freeze)
    let bytes = fixture.publishPicture()
    fixture.clock.advance(by: .seconds(60))
    try await fixture.whileServing { base in
      let snapshot = try await Reply.to(base + "/snapshot.jpg")
      #expect(snapshot.status == 200)
      #expect(snapshot.body == bytes)
      #expect(snapshot.headers["x-picture"] == "frozen")
      #expect(snapshot.headers["age"] == "60")
    }
  }

  @Test func aSnapshotIsRefusedIfTheSettingsSaySo() async throws {
    let fixture = ControlPlaneFixture(offline: .refuse)
    fixture.clock.advance(by: .seconds(60))
    try await fixture.whileServing { base in
      let snapshot = try await Reply.to(base + "/snapshot.jpg")
      #expect(snapshot.status == 503)
      #expect(snapshot.json?["error"] as? String == "the camera gives no picture")
      #expect(snapshot.headers["retry-after"] == "5")
    }
  }

  @Test(arguments: ["/", "/status", "/metrics", "/healthz", "/readyz", "/snapshot.jpg"])
  func headHasTheHeadersOfGetAndNoBody(page: String) async throws {
    fixture.publishPicture()
    try await fixture.whileServing { base in
      let get = try await Reply.to(base + page)
      let head = try await Reply.to(base + page, method: "HEAD")
      #expect(head.status == get.status)
      #expect(head.headers["content-type"] == get.headers["content-type"])
      #expect(head.headers["content-length"] != nil)
      #expect(head.body.isEmpty)
      #expect(!get.body.isEmpty)
      #expect(get.headers["x-content-type-options"] == "nosniff")
    }
  }

  @Test func unknownPagesAreJSON() async throws {
    try await fixture.whileServing { base in
      for path in ["/nothing", "/status/", "/status/more", "/snapshot.jpg/..", "/%2e%2e/etc"] {
        let reply = try await Reply.to(base + path)
        let isStatus = path == "/status/"
        #expect(reply.status == (isStatus ? 200 : 404), "\(path)")
        if !isStatus { #expect(reply.json?["error"] is String, "\(path)") }
        #expect(reply.headers["x-content-type-options"] == "nosniff")
      }
    }
  }

  @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
  func onlyReadingIsAllowed(method: String) async throws {
    try await fixture.whileServing { base in
      for page in ["/status", "/nothing"] {
        let reply = try await Reply.to(base + page, method: method)
        #expect(reply.status == 405)
        #expect(reply.headers["allow"] == "GET, HEAD")
        #expect(reply.json?["error"] is String)
      }
    }
  }

  @Test func namesThatAnybodyCanRegisterAreRefused() async throws {
    fixture.publishPicture()
    try await fixture.whileServing { base in
      let evil = try await Reply.to(
        base + "/snapshot.jpg", headers: [("Host", "evil.example.com:8088")])
      #expect(evil.status == 421)
      #expect(evil.json?["error"] is String)
      let local = try await Reply.to(
        base + "/snapshot.jpg", headers: [("Host", "bridge.local:8088")])
      #expect(local.status == 200)
    }
  }

  @Test func furtherNamesComeFromTheSettings() async throws {
    let fixture = ControlPlaneFixture(
      settings: ["allowedHosts": .stringArray(["Camera.Example.com"])])
    try await fixture.whileServing { base in
      let reply = try await Reply.to(
        base + "/healthz", headers: [("Host", "camera.example.com")])
      #expect(reply.status == 200)
    }
  }

  @Test func aSmallBodyIsIgnoredAndALargeOneRefused() async throws {
    try await fixture.whileServing { base in
      let small = try await Reply.to(
        base + "/healthz", body: .bytes(ByteBuffer(repeating: 0, count: 4096)))
      #expect(small.status == 200)
      let large = try await Reply.to(
        base + "/healthz", headers: [("Connection", "close")],
        body: .bytes(ByteBuffer(repeating: 0, count: 4097)))
      #expect(large.status == 413)
    }
  }

  @Test func anEndlessBodyEndsTheConnection() async throws {
    try await fixture.whileServing { base in
      let raw = try await RawConnection(base)
      try await raw.send(
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
      let reply = try await raw.readToEnd()
      #expect(reply.hasPrefix("HTTP/1.1 413 "))
    }
  }

  @Test func headersBeyondTheLimitEndTheConnection() async throws {
    try await fixture.whileServing { base in
      let raw = try await RawConnection(base)
      let value = String(repeating: "a", count: 9000)
      try await raw.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: \(value)\r\n\r\n")
      #expect(try await raw.readToEnd().hasPrefix("HTTP/1.1 400 "))
    }
  }

  @Test func aConnectionServesManyRequests() async throws {
    try await fixture.whileServing { base in
      let raw = try await RawConnection(base)
      let request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
      try await raw.send(request + request)
      try await raw.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
      let replies = try await raw.readToEnd()
      #expect(replies.components(separatedBy: "HTTP/1.1 200 OK").count == 4)
    }
  }

  @Test func endsAtOnceThoughConnectionsAreOpen() async throws {
    let controlPlane = fixture.controlPlane
    let run = Task { try await controlPlane.run() }
    let port = try #require(await controlPlane.listeningPort())
    let idle = try await RawConnection("http://127.0.0.1:\(port)")
    let half = try await RawConnection("http://127.0.0.1:\(port)")
    try await half.send("GET /healthz HTTP/1.1\r\nHost: local")
    // The reply proves that the server has accepted all three connections.
    #expect(try await Reply.to("http://127.0.0.1:\(port)/healthz").status == 200)
    run.cancel()
    try await run.value
    #expect(controlPlane.boundPort == nil)
    _ = try await (idle.readToEnd(), half.readToEnd())
  }

  @Test func aTakenPortIsAnErrorAndRunningAgainWorks() async throws {
    try await fixture.whileServing { base in
      let port = try #require(URL(string: base)?.port)
      let second = ControlPlaneFixture(settings: ["listenPort": .int(port)])
      await #expect(throws: IOError.self) { try await second.controlPlane.run() }
      #expect(second.controlPlane.boundPort == nil)
      let attempts = Task {
        while !Task.isCancelled { try? await second.controlPlane.run() }
      }
      #expect(await second.controlPlane.listeningPort() == nil, "whoever waits is told")
      attempts.cancel()
      await attempts.value
    }
    try await fixture.whileServing { base in
      let health = try await Reply.to(base + "/healthz")
      #expect(health.status == 200)
    }
  }
}

/// A connection on which a test says what no HTTP client would.
private struct RawConnection: Sendable {
  private let channel: any Channel
  private let heard: EventLoopFuture<String>

  init(_ base: String) async throws {
    let port = try #require(URL(string: base)?.port)
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let heard = loop.makePromise(of: String.self)
    self.heard = heard.futureResult
    do {
      channel = try await ClientBootstrap(group: loop)
        .channelOption(.allowRemoteHalfClosure, value: false)
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(Listener(heard))
          }
        }
        .connect(host: "127.0.0.1", port: port).get()
    } catch {
      heard.fail(error)
      throw error
    }
  }

  func send(_ text: String) async throws {
    try await channel.writeAndFlush(ByteBuffer(string: text))
  }

  /// Everything the server says until it closes; a reset counts as the end.
  func readToEnd() async throws -> String { try await heard.get() }

  private final class Listener: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private var text = ""
    private let heard: EventLoopPromise<String>

    init(_ heard: EventLoopPromise<String>) {
      self.heard = heard
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      text += String(buffer: unwrapInboundIn(data))
    }

    func channelInactive(context: ChannelHandlerContext) { heard.succeed(text) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }
}
