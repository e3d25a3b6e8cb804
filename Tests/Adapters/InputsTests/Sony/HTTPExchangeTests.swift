import NIOCore
import NIOHTTP1
import SonyCamera
import Testing

@testable import Inputs

@Suite(.timeLimit(.minutes(1))) struct HTTPExchangeTests {
  private func get(
    _ url: CameraURL, maximumByteCount: Int = 10_000, timeLimit: Duration = .seconds(20),
    interface: String? = nil
  ) async -> Result<HTTPAnswer, HTTPExchangeFault> {
    await HTTPExchange(
      connector: .patient(interface: interface), method: .GET, url: url,
      maximumByteCount: maximumByteCount, connectLimit: .seconds(20), timeLimit: timeLimit
    ).run()
  }

  /// The fault, or the answer as text.
  private func outcome(
    _ script: [ScriptedPeer.Step], maximumByteCount: Int = 10_000,
    timeLimit: Duration = .seconds(20)
  ) async throws -> Result<String, HTTPExchangeFault> {
    var outcome: Result<String, HTTPExchangeFault>?
    try await ScriptedPeer.with(script) { peer in
      outcome = await get(
        peer.url(), maximumByteCount: maximumByteCount, timeLimit: timeLimit
      ).map { "\($0.status) \(String(buffer: $0.body))" }
      await peer.wait { $0.openConnections == 0 }
    }
    return try #require(outcome)
  }

  @Test func requestsAreWrittenToTheLetter() async throws {
    try await ScriptedPeer.with([.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]) { peer in
      _ = await get(peer.url("/a?b=c"))
      _ = await HTTPExchange(
        connector: .patient(), method: .POST, url: peer.url("/sony/camera"),
        content: ("application/json", ByteBuffer(string: "{}")), maximumByteCount: 100,
        connectLimit: .seconds(20), timeLimit: .seconds(20)
      ).run()
      #expect(
        peer.observations.requests == [
          "GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:\(peer.port)\r\nConnection: close\r\n\r\n",
          "POST /sony/camera HTTP/1.1\r\nHost: 127.0.0.1:\(peer.port)\r\nConnection: close\r\n"
            + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
        ])
    }
  }

  @Test func theHostFieldNamesThePortIfItIsUnusual() throws {
    for (host, port, field) in [
      ("192.168.122.1", 80, "192.168.122.1"), ("192.168.122.1", 8080, "192.168.122.1:8080"),
      ("fe80::1", 8080, "[fe80::1]:8080"),
    ] {
      #expect(CameraURL(host: host, port: port, path: "/").hostField == field)
    }
  }

  static let answers = [
    ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "200 hello"),
    (
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n", "200 hello"
    ),
    ("HTTP/1.0 200 OK\r\n\r\nhello", "200 hello"),
    (
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n"
        + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "200 hello"
    ),
    ("HTTP/1.1 301 Moved\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n", "301 "),
    ("HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\nno", "503 no"),
    ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nzz", "200 zz"),
  ]

  @Test(arguments: answers)
  func answersAreReadWhole(answer: String, expected: String) async throws {
    #expect(try await outcome([.send(answer), .close]) == .success(expected))
  }

  @Test(arguments: answers)
  func answersMayComeByteByByte(answer: String, expected: String) async throws {
    #expect(try await outcome([.drip(answer), .close]) == .success(expected))
  }

  @Test func endlessAnswersAreCutOff() async throws {
    let ok = "HTTP/1.1 200 OK\r\n"
    #expect(
      try await outcome([
        .send(ok), .repeatForever(String(repeating: "X-Filler: abc\r\n", count: 50)),
      ])
        == .failure(.unreadable))
    #expect(
      try await outcome([
        .send(ok + "X: "), .repeatForever(String(repeating: "x", count: 2000)),
      ])
        == .failure(.unreadable))
    let body = try await outcome(
      [.send(ok + "\r\n"), .repeatForever(String(repeating: "x", count: 2000))],
      maximumByteCount: 100)
    guard case .failure(.tooLong(limit: 100, let actual)) = body else {
      Issue.record("\(body)")
      return
    }
    #expect(actual > 100)
  }

  @Test(arguments: [
    [], [ScriptedPeer.Step.send("HTTP/1.1 200 O"), .trickleForever("K")],
    [.send("HTTP/1.1 200 OK\r\nX: "), .trickleForever("y")],
    [.send("HTTP/1.1 200 OK\r\n\r\n"), .trickleForever("z")],
    [.trickleForever("HTTP/1.1 100 Continue\r\n\r\n")],
    [
      .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;"),
      .trickleForever("extension"),
    ],
  ])
  func slowAnswersEndInTime(script: [ScriptedPeer.Step]) async throws {
    let result = try await outcome(script, timeLimit: .milliseconds(200))
    #expect(result == .failure(.timedOut))
  }

  @Test func brokenAnswersAreToldApart() async throws {
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"
    #expect(try await outcome([.close]) == .failure(.closed))
    #expect(try await outcome([.reset]) == .failure(.closed))
    #expect(try await outcome([.send(half), .close]) == .failure(.closed))
    #expect(try await outcome([.send(half), .reset]) == .failure(.closed))
    #expect(try await outcome([.send("SSH-2.0-OpenSSH\r\n\r\n")]) == .failure(.unreadable))
    #expect(
      try await outcome([
        .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n")
      ]) == .failure(.unreadable))
  }

  @Test func hostsThatAreThereAreToldFromThoseThatAreNot() async throws {
    var port = 0
    try await ScriptedPeer.with([]) { port = $0.port }
    let closed = await get(CameraURL(host: "127.0.0.1", port: port, path: "/"))
    #expect(closed.failure == .refused)
    let absent = await get(
      CameraURL(host: "127.0.0.1", port: port, path: "/"), interface: "no such interface")
    #expect(absent.failure == .unreachable)
  }

  @Test func cancellingClosesTheConnectionAtOnce() async throws {
    try await ScriptedPeer.with([]) { peer in
      let url = peer.url()
      let exchange = Task { await get(url, timeLimit: .seconds(3600)) }
      await peer.wait { $0.requests.count == 1 }
      exchange.cancel()
      #expect(await exchange.value.failure == .cancelled)
      await peer.wait { $0.openConnections == 0 }
    }
  }

  @Test func cancellingBeforeTheConnectionLeavesNone() async throws {
    try await ScriptedPeer.with([]) { peer in
      let url = peer.url()
      let exchange = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return await get(url, timeLimit: .seconds(3600))
      }
      #expect(await exchange.value.failure == .cancelled)
      await peer.wait { $0.openConnections == 0 }
      #expect(peer.observations.requests.isEmpty)
    }
  }
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let failure) = self { failure } else { nil }
  }
}
