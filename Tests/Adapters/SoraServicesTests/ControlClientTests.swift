import JSON
import NIOCore
import Pipeline
import SimulatedSora
import SoraControl
import TestSupport
import Testing

@testable import SoraServices

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The client against sockets that say what they should not.
@Suite(.timeLimit(.minutes(1))) struct ControlClientTests {
  private static let target = "Sora_20201013.ListChannels"

  /// One call of a server that answers so.
  private func call(
    _ server: RawServer, body: JSONValue? = nil, token: String? = nil,
    repetition: ControlOperation.Repetition = .ifUnsent, timeout: Duration = .seconds(30)
  ) async throws(ControlError) -> JSONValue? {
    try await call(
      server.url, body: body, token: token, repetition: repetition, timeout: timeout)
  }

  private func call(
    _ url: String, body: JSONValue? = nil, token: String? = nil,
    repetition: ControlOperation.Repetition = .ifUnsent, timeout: Duration = .seconds(30)
  ) async throws(ControlError) -> JSONValue? {
    let client = ControlClient(
      endpoint: ControlEndpoint(
        url: url, accessToken: token.map(Secret.init), timeout: timeout, userAgent: "test/1"))
    let result: Result<JSONValue?, ControlError>
    do {
      result = .success(
        try await client.call(target: Self.target, body: body, repetition: repetition))
    } catch {
      result = .failure(error)
    }
    client.shutDown()
    return try result.get()
  }

  private func lines(_ request: String?) -> Set<String> {
    Set((request ?? "").split(separator: "\r\n").map(String.init))
  }

  // MARK: Requests

  @Test func withoutParametersNoBodyIsSent() async throws {
    let server = try await RawServer(RawServer.reply("200 OK", "[]"))
    #expect(try await call(server) == [])
    #expect(
      lines(server.requests.first) == [
        "POST / HTTP/1.1", "x-sora-target: \(Self.target)", "Accept: application/json",
        "User-Agent: test/1", "host: 127.0.0.1:\(server.port)", "Content-Length: 0",
      ])
    await server.stop()
  }

  @Test func parametersAndTokenAreSent() async throws {
    let server = try await RawServer(RawServer.reply("200 OK", "{}"))
    #expect(try await call(server, body: ["a": "ü"], token: "abc=") == [:])
    #expect(
      lines(server.requests.first) == [
        "POST / HTTP/1.1", "x-sora-target: \(Self.target)", "Accept: application/json",
        "Content-Type: application/json", "Authorization: Bearer abc=", "User-Agent: test/1",
        "host: 127.0.0.1:\(server.port)", "Content-Length: 10", #"{"a":"ü"}"#,
      ])
    await server.stop()
  }

  // MARK: Answers

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{\"a\":1}",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{\"a\":1}",
    "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 7\r\n\r\n{\"a\":1}",
    "HTTP/1.0 200 OK\r\ncontent-length: 7\r\n\r\n{\"a\":1}",
  ]) func anAnswerCountsHoweverItComes(reply: String) async throws {
    let server = try await RawServer([[.send(reply)], [.drip(reply)]])
    for _ in 0..<2 { #expect(try await call(server) == ["a": 1]) }
    await server.stop()
  }

  @Test func anAnswerMayEndWithTheConnection() async throws {
    let server = try await RawServer(.send("HTTP/1.0 200 OK\r\n\r\n{\"a\":1}"), .close)
    #expect(try await call(server) == ["a": 1])
    await server.stop()
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"a\":1}",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\n{\"a\r\n",
    "HTTP/1.1 200 OK\r\ncontent-le", "",
  ]) func halfAnAnswerIsNone(reply: String) async throws {
    let server = try await RawServer(.send(reply), .close)
    await #expect {
      try await call(server)
    } throws: { error in
      if case ControlError.connectionClosed = error { true } else { false }
    }
    await server.stop()
  }

  @Test(arguments: [
    "SSH-2.0-OpenSSH_9.2\r\n", "\u{0}\u{1}\u{2}\u{3}\r\n\r\n", "HTTP/9.9 x\r\n\r\n",
  ])
  func otherProtocolsAreNoticed(reply: String) async throws {
    let server = try await RawServer(.send(reply), .close)
    await #expect {
      try await call(server)
    } throws: { error in
      if case ControlError.notHTTP = error { true } else { false }
    }
    await server.stop()
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\ncontent-length: 10485760\r\n\r\n[", "HTTP/1.1 200 OK\r\n\r\n[",
  ]) func tooMuchIsNotRead(head: String) async throws {
    let server = try await RawServer(.send(head), .flood)
    await #expect(throws: ControlError.replyTooLarge(limitBytes: 8 * 1024 * 1024)) {
      try await call(server)
    }
    await server.ended(1)
    await server.stop()
  }

  @Test func spoiltAnswersEndTheCall() async throws {
    let reply = Array(
      ("HTTP/1.1 200 OK\r\ncontent-length: 30\r\ncontent-type: application/json\r\n\r\n"
        + #"[{"channel_id":"sora","a":1.5}]"#).utf8)
    var generator = SeededGenerator(seed: 20)
    let scripts = (0..<300).map { _ -> [RawServer.Action] in
      [.send(Mutation.mutate(reply, using: &generator)), .close]
    }
    let server = try await RawServer(scripts)
    for _ in scripts {
      // Any answer or error will do, as long as there is one.
      _ = try? await call(server)
    }
    #expect(server.requests.count == scripts.count)
    await server.stop()
  }

  // MARK: Redirections and repetitions

  @Test func redirectionsAreFollowedWithTheBody() async throws {
    let last = try await RawServer(RawServer.reply("200 OK", #"{"ok":true}"#))
    let first = try await RawServer(
      RawServer.reply("307 Temporary Redirect", "", headers: "location: \(last.url)x\r\n"))
    #expect(try await call(first, body: ["a": 1], token: "abc") == ["ok": true])
    #expect(lines(first.requests.first).contains("Authorization: Bearer abc"))
    let request = lines(last.requests.first)
    #expect(
      request.isSuperset(of: ["POST /x HTTP/1.1", "x-sora-target: \(Self.target)", #"{"a":1}"#]))
    #expect(!request.contains { $0.lowercased().hasPrefix("authorization") })
    await first.stop()
    await last.stop()
  }

  @Test func secretsAmongTheParametersGoNowhereElse() async throws {
    let other = try await RawServer(RawServer.reply("200 OK", "{}"))
    let server = try await RawServer(
      RawServer.reply("307 Temporary Redirect", "", headers: "location: \(other.url)\r\n"))
    let request = CreateArchiveDestination(
      bucketURI: "https://a/c", azureAccount: "a", azureKey: "geheim")
    let client = ControlClient(endpoint: ControlEndpoint(url: server.url))
    // Typed, from the table, and as any target.
    await #expect {
      try await client.send(request)
    } throws: { error in
      if case ControlError.redirectUnusable = error {
        !"\(error)".contains("geheim")
      } else {
        false
      }
    }
    await #expect {
      try await client.call(
        target: CreateArchiveDestination.operation.target, body: .object(request.parameters),
        secrets: ["geheim"])
    } throws: { error in
      if case ControlError.redirectUnusable = error { true } else { false }
    }
    #expect(server.requests.count == 2 && other.requests.isEmpty)
    client.shutDown()
    await server.stop()
    await other.stop()
  }

  @Test func aCircleEnds() async throws {
    let server = try await RawServer(
      RawServer.reply("308 Permanent Redirect", "", headers: "location: /\r\n"))
    await #expect(throws: ControlError.tooManyRedirects(limit: 5)) { try await call(server) }
    #expect(server.requests.count == 6)
    await server.stop()
  }

  @Test func aReadingCallIsRepeated() async throws {
    let server = try await RawServer([
      [.close], [RawServer.reply("503 Service Unavailable", "")], [RawServer.reply("200 OK", "1")],
    ])
    #expect(try await call(server, repetition: .always) == 1)
    #expect(server.requests.count == 3)
    await server.stop()
  }

  @Test(arguments: [RawServer.Action.close, .reset])
  func aCallThatMayHaveArrivedIsNotRepeated(end: RawServer.Action) async throws {
    let server = try await RawServer(end)
    await #expect {
      try await call(server, repetition: .ifUnsent)
    } throws: { error in
      if case ControlError.connectionClosed = error { true } else { false }
    }
    #expect(server.requests.count == 1)
    await server.stop()
  }

  // MARK: Getting there

  @Test func nobodyListens() async throws {
    let url = "http://127.0.0.1:\(try FreePort.tcp())/"
    await #expect(
      throws: ControlError.cannotConnect(
        url: url, reason: "connection refused; is the server running?")
    ) { try await call(url) }
  }

  /// The pauses between the attempts are longer than the limit; what is known is said all the same.
  @Test func nobodyListensAndTimeIsShort() async throws {
    let url = "http://127.0.0.1:\(try FreePort.tcp())/"
    for timeout in [Duration.milliseconds(150), .seconds(1)] {
      await #expect(
        throws: ControlError.cannotConnect(
          url: url, reason: "connection refused; is the server running?")
      ) { try await call(url, timeout: timeout) }
    }
  }

  @Test func aHandshakeThatNobodyAnswersHasSentNothing() async throws {
    let server = try await RawServer([[]])
    await #expect {
      try await call("https://127.0.0.1:\(server.port)/", timeout: .milliseconds(250))
    } throws: { error in
      switch error as? ControlError {
      case .tlsFailed, .cannotConnect: true
      default: false
      }
    }
    await server.stop()
  }

  @Test(arguments: [EHOSTUNREACH, ENETUNREACH, EPERM, ECONNREFUSED, ECONNRESET])
  func theSystemsErrorsDoNotSayWhetherSomethingWasSent(code: CInt) {
    let error = IOError(errnoCode: code, reason: "test")
    let before = ControlClient.failure(error, connectTimeout: .seconds(1), isConnected: false)
    let after = ControlClient.failure(error, connectTimeout: .seconds(1), isConnected: true)
    guard case .notConnected? = before, case .closed? = after else {
      Issue.record("\(before as Any), \(after as Any)")
      return
    }
  }

  @Test func aNameThatDoesNotExist() async throws {
    await #expect(
      throws: ControlError.cannotConnect(
        url: "http://nobody.invalid/", reason: "the name nobody.invalid is not known")
    ) { try await call("http://nobody.invalid/") }
  }

  @Test func httpsToAPlainServer() async throws {
    let server = try await RawServer(
      [[.send("HTTP/1.1 400 Bad Request\r\n\r\n")]], atOnce: true)
    let url = "https://127.0.0.1:\(server.port)/"
    await #expect(
      throws: ControlError.tlsFailed(
        url: url, reason: "what answers does not speak TLS; is it http instead of https?")
    ) { try await call(url) }
    await server.stop()
  }

  @Test func silenceEnds() async throws {
    for script in [[], [RawServer.Action.send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n[")]] {
      let server = try await RawServer([script])
      await #expect(throws: ControlError.timedOut(seconds: 0.25)) {
        try await call(server, timeout: .milliseconds(250))
      }
      await server.ended(1)
      await #expect(throws: ControlError.timedOut(seconds: 0.25, isInDoubt: false)) {
        try await call(server, repetition: .always, timeout: .milliseconds(250))
      }
      await server.stop()
    }
  }

  @Test func aCallCanBeGivenUp() async throws {
    let server = try await RawServer([[]])
    let task = Task { try await call(server) }
    task.cancel()
    await #expect(throws: ControlError.cancelled) { try await task.value }
    await server.stop()
  }

  @Test func aConnectionThatIsBeingMadeCanBeGivenUp() async throws {
    let port = try UnansweringPort()
    let task = Task { try await call(port.url) }
    await port.isTried()
    task.cancel()
    await #expect(throws: ControlError.cancelled) { try await task.value }
  }

  @Test func parametersAreCheckedBeforeAnythingIsSent() async throws {
    let operation = ControlOperation(
      .sora, "20200807", "ChangeSpotlightNumber", "",
      keys: [ControlKey("spotlight_number", .integer(1...8), "")])
    let client = ControlClient(endpoint: ControlEndpoint(url: "http://127.0.0.1:1/"))
    await #expect {
      try await client.call(operation, parameters: ["spotlight_number": 9])
    } throws: { error in
      if case ControlError.parametersUnusable = error { true } else { false }
    }
    client.shutDown()
  }
}
