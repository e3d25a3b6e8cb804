import AsyncHTTPClient
import NIOCore
import NIOPosix
import Pipeline
import Synchronization
import Testing

@testable import ControlPlane

/// Actions that take parameters and ask somebody else, over real connections on loopback.
@Suite(.timeLimit(.minutes(1))) struct ControlCallsTests {
  private let fixture = ControlPlaneFixture()
  private let json = [("Content-Type", "application/json")]

  /// Offers `POST /control/sora/<name>`.
  private func offer(
    _ name: String, asking ask: @escaping @Sendable (ByteBuffer) async -> ControlOutcome
  ) {
    fixture.component("sora").offerControl(name, of: "sora", asking: ask)
  }

  private func offerEcho() {
    offer("echo") { .done(.object(["heard": .string(String(buffer: $0))])) }
  }

  @Test func parametersArriveAsTheyWereSent() async throws {
    offerEcho()
    try await fixture.whileServing { base in
      let list = try await Reply.to(base + "/control")
      #expect(list.json?["actions"] as? [String] == ["/control/sora/echo"])
      for text in ["{\"channel_id\": \"カメラ\"}", "[1,2]", "not JSON, says who takes it"] {
        let reply = try await Reply.to(
          base + "/control/sora/echo", method: "POST",
          headers: [("Content-Type", "application/json; charset=utf-8")],
          body: .bytes(ByteBuffer(string: text)))
        #expect(reply.status == 200)
        #expect(reply.json?["heard"] as? String == text)
        #expect(reply.json?["section"] as? String == "sora")
      }
    }
  }

  @Test func aCallWithoutParametersHasNoBody() async throws {
    offerEcho()
    try await fixture.whileServing { base in
      for marker in [("X-Requested-By", "test"), ("Content-Type", "application/json")] {
        let reply = try await Reply.to(
          base + "/control/sora/echo", method: "POST", headers: [marker])
        #expect(reply.status == 200)
        #expect(reply.json?["heard"] as? String == "")
      }
    }
  }

  /// A web page elsewhere can make a visitor's browser send any text, but not as JSON.
  @Test(arguments: ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
  func otherContentIsRefused(type: String) async throws {
    offer("act") { _ in
      Issue.record("asked although the parameters are not JSON")
      return .done(.null)
    }
    try await fixture.whileServing { base in
      let url = base + "/control/sora/act"
      let body = HTTPClientRequest.Body.bytes(ByteBuffer(string: "{}"))
      let plain = try await Reply.to(
        url, method: "POST", headers: [("Content-Type", type)], body: body)
      #expect(plain.status == 403)
      let marked = try await Reply.to(
        url, method: "POST", headers: [("Content-Type", type), ("X-Requested-By", "test")],
        body: body)
      #expect(marked.status == 415)
      #expect(marked.json?["error"] is String)
    }
  }

  @Test func parametersAreLimited() async throws {
    offer("count") { .done(.object(["bytes": .int($0.readableBytes)])) }
    try await fixture.whileServing { base in
      func post(_ count: Int) async throws -> Reply {
        try await Reply.to(
          base + "/control/sora/count", method: "POST", headers: json,
          body: .bytes(ByteBuffer(repeating: UInt8(ascii: " "), count: count)))
      }
      let largest = try await post(ControlBoard.maxParameterBytes)
      #expect(largest.status == 200)
      #expect(largest.json?["bytes"] as? Int == ControlBoard.maxParameterBytes)
      let tooLarge = try await post(ControlBoard.maxParameterBytes + 1)
      #expect(tooLarge.status == 413)
      #expect(tooLarge.headers["connection"] == "close")
    }
  }

  @Test func parametersInChunksAreToldWhatIsMissing() async throws {
    offerEcho()
    try await fixture.whileServing { base in
      let raw = try await RawConnection(base)
      try await raw.send(
        "POST /control/sora/echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
          + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
      let reply = try await raw.readToEnd()
      #expect(reply.hasPrefix("HTTP/1.1 411 ") && reply.contains("Content-Length"))
    }
  }

  @Test(
    arguments: [
      (.done(.null), 200), (.unusableParameters(.object([:])), 400), (.refused(.null), 422),
      (.unavailable(.null), 503), (.unreachable(.null), 502), (.timedOut(.null), 504),
    ] as [(ControlOutcome, Int)])
  func everyOutcomeHasItsStatus(outcome: ControlOutcome, status: Int) async throws {
    offer("act") { _ in outcome }
    try await fixture.whileServing { base in
      let reply = try await Reply.to(
        base + "/control/sora/act", method: "POST", headers: json,
        body: .bytes(ByteBuffer(string: "{}")))
      #expect(reply.status == status)
      #expect(reply.headers["content-type"] == "application/json; charset=utf-8")
      #expect(reply.headers["connection"] == "close")
    }
  }

  @Test func aClientThatGoesTakesItsCallAlong() async throws {
    let (events, event) = AsyncStream.makeStream(of: String.self)
    offer("wait") { _ in
      event.yield("asked")
      // Nothing ever comes: only the cancellation ends it.
      let (never, continuation) = AsyncStream.makeStream(of: Void.self)
      for await _ in never {}
      continuation.finish()
      event.yield(Task.isCancelled ? "cancelled" : "answered")
      return .done(.null)
    }
    try await fixture.whileServing { base in
      let port = try #require(base.split(separator: ":").last.flatMap { Int($0) })
      let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(host: "127.0.0.1", port: port).get()
      let request = """
        POST /control/sora/wait HTTP/1.1\r
        Host: 127.0.0.1\r
        Content-Type: application/json\r
        Content-Length: 2\r
        \r
        {}
        """
      try await client.writeAndFlush(ByteBuffer(string: request))
      var iterator = events.makeAsyncIterator()
      #expect(await iterator.next() == "asked")
      try await client.close()
      #expect(await iterator.next() == "cancelled")
    }
  }

  @Test func manyCallsWaitSideBySide() async throws {
    let count = 6
    let waiting = Mutex(0)
    let (everybody, arrived) = AsyncStream.makeStream(of: Void.self)
    let gate = Task { for await _ in everybody {} }
    offer("meet") { _ in
      // Nobody is answered before everybody has asked.
      if waiting.withLock({
        $0 += 1; return $0
      }) == count {
        arrived.finish()
      }
      await gate.value
      return .done(.null)
    }
    try await fixture.whileServing { base in
      let json = json
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<count {
          group.addTask {
            try await Reply.to(
              base + "/control/sora/meet", method: "POST", headers: json,
              body: .bytes(ByteBuffer(string: "{}"))
            ).status
          }
        }
        for try await status in group { #expect(status == 200) }
      }
    }
  }
}
