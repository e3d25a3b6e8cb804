import JSON
import SimulatedSora
import TestSupport
import Testing

/// Faults come when they are planned, and do or do not what they say.
@Suite("Simulated Sora: faults", .timeLimit(.minutes(1)))
struct SimulatedSoraFaultTests {
  static let list = "Sora_20201013.ListChannels"
  static let start = SimulatedSoraStateTests.start

  /// A server with a publisher, and the body of a call that forwards it.
  static func live() async throws -> (SimulatedSora, String) {
    let sora = try await SimulatedSora()
    let publisher = sora.change { $0.publish("live") }
    return (sora, SimulatedSoraStateTests.forwarding(publisher))
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var fault: SoraFault
    var exitCode: Int32 = 0
    var status: Int
    var isDone: Bool
  }

  static let cases: [Case] = [
    Case(testDescription: "bad gateway", fault: .badGateway, status: 502, isDone: false),
    Case(testDescription: "refusal", fault: .refusal("BUSY"), status: 400, isDone: false),
    Case(
      testDescription: "redirect", fault: .redirect(to: "http://192.0.2.1/"), status: 307,
      isDone: false),
    Case(testDescription: "closed", fault: .closed, exitCode: 52, status: 0, isDone: false),
    Case(
      testDescription: "not HTTP", fault: .bytes(Array("SSH-2.0\r\n".utf8)), exitCode: 1,
      status: 0, isDone: false),
    Case(
      testDescription: "lost reply", fault: .lostReply, exitCode: 52, status: 0, isDone: true),
    Case(
      testDescription: "half reply", fault: .halfReply, exitCode: 18, status: 200, isDone: true),
    Case(
      testDescription: "late", fault: .late(milliseconds: 20), status: 200, isDone: true),
    Case(testDescription: "byte by byte", fault: .dripped, status: 200, isDone: true),
    Case(testDescription: "empty", fault: .emptyReply, status: 200, isDone: true),
    Case(
      testDescription: "another type", fault: .contentType("text/html"), status: 200,
      isDone: true),
  ]

  @Test("spoils one call", arguments: cases)
  func spoils(_ example: Case) async throws {
    let (sora, body) = try await Self.live()
    sora.fail("StartForwardingRtp", with: example.fault)
    let call = try await CurlCall(
      sora, target: Self.start, body: body, extra: ["--http1.1"])
    #expect(call.exitCode == example.exitCode)
    #expect(call.status == example.status)
    #expect(sora.read(\.forwardings).count == (example.isDone ? 1 : 0))
    #expect(sora.journal.first?.outcome == (example.isDone ? .done : .prevented))
    #expect(try await CurlCall(sora, target: Self.list).status == 200)
  }

  @Test("comes after so many calls, and so often")
  func counted() async throws {
    let sora = try await SimulatedSora()
    sora.fail("ListChannels", times: 2, after: 1, with: .badGateway)
    var statuses: [Int] = []
    for _ in 0..<4 { statuses.append(try await CurlCall(sora, target: Self.list).status) }
    #expect(statuses == [200, 502, 502, 200])
    sora.fail(times: nil, with: .badGateway)
    #expect(try await CurlCall(sora, target: "Sora_20171010.GetStatsReport").status == 502)
    sora.heal()
    #expect(try await CurlCall(sora, target: "Sora_20171010.GetStatsReport").status == 200)
  }

  @Test("holds a call back until it is released", arguments: [SoraFault.held, .heldReply])
  func held(_ fault: SoraFault) async throws {
    let (sora, body) = try await Self.live()
    sora.fail("StartForwardingRtp", with: fault)
    async let call = CurlCall(sora, target: Self.start, body: body, secondsAllowed: 50)
    try await sora.call(of: "StartForwardingRtp")
    #expect(sora.read(\.forwardings).count == (fault == .held ? 0 : 1))
    sora.release()
    #expect(try await call.status == 200)
    #expect(sora.read(\.forwardings).count == 1)
    #expect(sora.journal.map(\.outcome) == [.done])
  }

  @Test("sends to another node, which does it")
  func cluster() async throws {
    let (owner, body) = try await Self.live()
    let other = try await SimulatedSora()
    other.fail("StartForwardingRtp", times: nil, with: .redirect(to: owner.url))
    let first = try await CurlCall(other, target: Self.start, body: body)
    #expect(first.headers["location"] == owner.url)
    #expect(first.body.isEmpty)
    _ = try await CurlCall(owner, target: Self.start, body: body)
    #expect(owner.read(\.forwardings).count == 1)
    #expect(other.read(\.forwardings).isEmpty)
  }

  @Test("answers with 10 MB")
  func large() async throws {
    let sora = try await SimulatedSora()
    sora.fail(with: .large(bytes: 10_000_000))
    let call = try await CurlCall(sora, target: Self.list, secondsAllowed: 50)
    #expect(call.body.count == 10_000_000)
  }

  @Test("drops connections that wait for an answer")
  func dropped() async throws {
    let sora = try await SimulatedSora()
    sora.fail(with: .held)
    async let call = CurlCall(sora, target: Self.list, secondsAllowed: 50)
    try await sora.call(of: "ListChannels")
    sora.dropConnections()
    #expect(try await call.exitCode == 52)
  }

  @Test("lets wait for what will be, and gives up when cancelled")
  func waiting() async throws {
    let (sora, body) = try await Self.live()
    async let second = sora.call(of: "StartForwardingRtp", skipping: 1)
    async let forwarded: Void = sora.until { !$0.forwardings.isEmpty }
    for _ in 0..<2 { _ = try await CurlCall(sora, target: Self.start, body: body) }
    #expect(try await second.outcome == .refused("ALREADY_FORWARDING"))
    try await forwarded
    let endless = Task { try await sora.until { _ in false } }
    endless.cancel()
    await #expect(throws: CancellationError.self) { try await endless.value }
  }

  @Test("writes requests down as they came")
  func journal() async throws {
    let (sora, body) = try await Self.live()
    _ = try await CurlCall(
      sora, target: Self.start, body: body, extra: ["-H", "X-Extra: a", "-H", "x-extra: b"])
    let call = try #require(sora.journal.first)
    #expect(call.number == 0)
    #expect(call.method == "POST")
    #expect(call.path == "/")
    #expect(call.target == Self.start)
    #expect(call[header: "X-EXTRA"] == "a, b")
    #expect(call[header: "content-length"] == "\(body.utf8.count)")
    #expect(call[header: "content-type"] == nil)
    #expect(call.body == Array(body.utf8))
    #expect(call.json?["ip_address"] == "192.0.2.7")
  }
}
