import NIOCore
import Testing

@testable import SimulatedCamera

extension SocketTests {
  /// The effect of each command on a plain client of the API.
  @Suite(.timeLimit(.minutes(1))) struct APICommandTests {
    private let right = "{\"id\":1,\"result\":[[\"1.0\"]]}"

    /// The answer to getVersions as bytes, and how the connection ends.
    private func spoilt(
      _ command: String, _ body: (TestConnection, SimulatedCamera) async throws -> Void
    ) async throws {
      try await withCamera { camera, endpoints in
        try await camera.apply(command)
        let api = try await TestConnection.open(port: endpoints.apiPort)
        api.sendCall("getVersions")
        try await body(api, camera)
        await api.close()
        try await camera.apply("api-sound")
        let again = try await TestConnection.open(port: endpoints.apiPort)
        #expect(try await again.call("getVersions") == right)
      }
    }

    @Test(arguments: [
      ("api-error:1", "[1,\"Not Available Now\"]"), ("api-error:40401", "[40401,"),
      ("api-error:getVersions=40403", "[40403,"), ("api-error:401", "[401,"),
      ("api-error:2", "[2,\"Timed out\"]"), ("api-error:40402", "[40402,"),
      ("api-wrong-id", "\"id\":2,"), ("api-nulls", "[null,null,"), ("api-not-json", "<html>"),
      ("api-slow:1", "[[\"1.0\"]]"), ("api-trickle:1", "[[\"1.0\"]]"),
    ])
    func answersContain(command: String, text: String) async throws {
      try await spoilt(command) { api, _ in
        let answer = try await api.readResponse().text
        #expect(answer.contains(text))
      }
    }

    @Test func statusIsAnother() async throws {
      try await spoilt("api-http-status:500") { api, _ in
        let status = try await api.readResponse().status
        #expect(status == 500)
      }
    }

    @Test(arguments: [
      ("api-close", TestConnection.End.closed, 0...0), ("api-reset", .reset, 0...0),
      ("api-close-mid-answer", .closed, 20...90), ("api-reset-mid-answer", .reset, 0...90),
    ])
    func connectionEnds(
      command: String, end: TestConnection.End, bytes: ClosedRange<Int>
    ) async throws {
      try await spoilt(command) { api, _ in
        let rest = await api.readToEnd()
        #expect(rest.end == end)
        #expect(bytes.contains(rest.bytes.readableBytes))
      }
    }

    @Test func truncatedAnswerStopsInsideItsBody() async throws {
      try await spoilt("api-truncated") { api, camera in
        let head = try await api.readHead()
        let length = try #require(head.header("Content-Length").flatMap { Int($0) })
        _ = try await api.read(length - length / 2)
        await camera.vanish()
        #expect(await api.readToEnd().bytes.readableBytes == 0)
        try await camera.reappear()
      }
    }

    @Test func hangingCallOfOneMethodHoldsNoOther() async throws {
      try await withCamera { camera, endpoints in
        try await camera.apply("api-hang:startRecMode*1")
        let hung = try await TestConnection.open(port: endpoints.apiPort)
        hung.sendCall("startRecMode")
        #expect(await camera.waitUntil { $0.counters.requestsByMethod["startRecMode"] == 1 })
        let api = try await TestConnection.open(port: endpoints.apiPort)
        #expect(try await api.call("getVersions") == right)
        // Only the one call was to hang.
        #expect(try await api.call("startRecMode").contains("[0]"))
      }
    }

    @Test func giantBodyAndEndlessHeadersGoOn() async throws {
      try await spoilt("api-giant-body") { api, _ in
        #expect(try await api.readHead().header("Content-Length") == "1073741824")
        _ = try await api.read(1_000_000)
      }
      try await spoilt("api-endless-headers") { api, _ in
        _ = try await api.readLine()
        _ = try await api.readLine()
        for _ in 0..<10 { #expect(try await api.readLine().hasPrefix("X-Filler: ")) }
      }
    }

    @Test func requestsBeyondTheLimitWaitForAWorker() async throws {
      try await withCamera(testConfiguration { $0.workerLimit = 2 }) { camera, endpoints in
        try await camera.apply("api-hang:*2")
        var hung: [TestConnection] = []
        for _ in 0..<2 {
          let connection = try await TestConnection.open(port: endpoints.apiPort)
          connection.sendCall("getVersions")
          hung.append(connection)
        }
        #expect(await camera.waitUntil { $0.counters.requestsByMethod["getVersions"] == 2 })
        let third = try await TestConnection.open(port: endpoints.apiPort)
        third.sendCall("getApplicationInfo")
        #expect(await camera.waitUntil { $0.counters.requestsByMethod["getApplicationInfo"] == 1 })
        #expect(await camera.callRecords.last?.endedAt == nil)
        #expect(await camera.callRecords.map(\.inFlight) == [1, 2, 3])
        // A client that gives up frees its worker.
        await hung[0].close()
        #expect(try await third.readResponse().text.contains("Smart Remote"))
      }
    }

    @Test func higherLimitServesWhoWaits() async throws {
      try await withCamera(testConfiguration { $0.workerLimit = 1 }) { camera, endpoints in
        try await camera.apply("api-hang:*1")
        let hung = try await TestConnection.open(port: endpoints.apiPort)
        hung.sendCall("getVersions")
        #expect(await camera.waitUntil { $0.counters.requestsByMethod["getVersions"] == 1 })
        let waiting = try await TestConnection.open(port: endpoints.apiPort)
        waiting.sendCall("getApplicationInfo")
        #expect(await camera.waitUntil { $0.counters.requestsByMethod["getApplicationInfo"] == 1 })
        try await camera.apply("worker-limit:2")
        #expect(try await waiting.readResponse().text.contains("Smart Remote"))
      }
    }

    @Test func delayScaleAndLimitsChange() async throws {
      try await withCamera { camera, endpoints in
        try await camera.apply("connection-limit:1")
        try await camera.apply("delay-scale:0.01")
        try await camera.apply("worker-limit:1")
        let first = try await TestConnection.open(port: endpoints.apiPort)
        #expect(try await first.call("getVersions") == right)
        let second = try await TestConnection.open(port: endpoints.apiPort)
        #expect(await second.readToEnd().end == .closed)
        let record = try #require(await camera.callRecords.last)
        // 376 ms as measured, a hundredth of it.
        #expect(try #require(record.endedAt) - record.arrivedAt >= 3)
      }
    }

    @Test func earlyApplicationsHaveOtherEvents() async throws {
      try await withCamera(testConfiguration { $0.application = .receiveEvent }) { _, endpoints in
        let api = try await TestConnection.open(port: endpoints.apiPort)
        #expect(try await api.call("getApplicationInfo").contains("1.1.0"))
        #expect(try await api.call("getEvent", "[false]").contains("[12,"))
        #expect(try await api.call("receiveEvent", "[false]").contains("cameraStatus"))
        #expect(try await api.call("getAvailableApiList").contains("receiveEvent"))
      }
      try await withCamera(testConfiguration { $0.application = .withoutEvents }) { _, endpoints in
        let api = try await TestConnection.open(port: endpoints.apiPort)
        #expect(try await api.call("getApplicationInfo").contains("1.0.0"))
        #expect(try await api.call("getEvent", "[false]").contains("[12,"))
        #expect(try await api.call("receiveEvent", "[false]").contains("[12,"))
      }
    }
  }
}
