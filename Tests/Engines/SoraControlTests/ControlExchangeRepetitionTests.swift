import JSON
import Testing

@testable import SoraControl

@Suite struct ControlExchangeRepetitionTests {
  private func exchange(
    _ url: String = "http://sora:3000/api", repetition: ControlOperation.Repetition = .ifUnsent,
    token: String? = "token", secrets: [String] = []
  ) throws -> ControlExchange {
    try ControlExchange(
      url: url, target: "Sora_20201013.ListChannels", body: [:], accessToken: token,
      userAgent: "test", repetition: repetition, secrets: secrets)
  }

  private func redirection(_ location: String?, status: Int = 307) -> ControlExchange.Answer {
    ControlExchange.Answer(status: status, location: location)
  }

  private func hasToken(_ exchange: ControlExchange) -> Bool {
    exchange.request.headers.contains { $0.name == "Authorization" }
  }

  // MARK: Redirections

  @Test(arguments: [307, 308]) func redirectionsKeepTheRequest(status: Int) throws {
    var exchange = try exchange()
    let before = exchange.request
    let target = try ControlURL("http://sora:3000/other")
    #expect(exchange.answered(redirection("/other", status: status)) == .follow(target))
    #expect(exchange.request.url == target && exchange.request.body == before.body)
    #expect(exchange.request.headers.map(\.name) == before.headers.map(\.name))
  }

  @Test func theTokenStaysAtHome() throws {
    var exchange = try exchange()
    #expect(hasToken(exchange))
    _ = exchange.answered(redirection("http://node2:3000/"))
    #expect(!hasToken(exchange))
    guard case .fail(let error) = exchange.answered(redirection(nil, status: 401)) else {
      return #expect(Bool(false))
    }
    #expect(error.description.contains("not sent to http://node2:3000/"))
    _ = exchange.answered(redirection("http://sora:3000/"))
    #expect(hasToken(exchange))
  }

  @Test(
    arguments: [
      (301, "/x"), (302, "/x"), (303, "/x"), (304, nil), (307, nil), (308, "mailto:me"),
      (307, "http://sora/?a b"), (307, "http://u:p@sora/"),
    ] as [(Int, String?)]) func someCannotBeFollowed(status: Int, location: String?) throws
  {
    var exchange = try exchange()
    guard
      case .fail(.redirectUnusable) = exchange.answered(redirection(location, status: status))
    else { return #expect(Bool(false)) }
  }

  @Test func encryptionIsNotGivenUp() throws {
    var exchange = try exchange("https://api.example/")
    guard
      case .fail(.redirectUnusable("http://api.example/", _)) = exchange.answered(
        redirection("http://api.example/?secret"))
    else { return #expect(Bool(false)) }
  }

  @Test func circlesEnd() throws {
    var exchange = try exchange()
    for _ in 0..<5 {
      guard case .follow = exchange.answered(redirection("/api")) else {
        return #expect(Bool(false))
      }
    }
    #expect(exchange.answered(redirection("/api")) == .fail(.tooManyRedirects(limit: 5)))
  }

  @Test(arguments: [
    ("http://sora:3000/other", true), ("http://node2:3000/", false), ("http://sora:3001/", false),
    ("https://sora:3000/", false),
  ]) func secretParametersStayAtHome(location: String, isFollowed: Bool) throws {
    var exchange = try exchange(secrets: ["cloud key"])
    let step = exchange.answered(redirection(location))
    if isFollowed { return #expect(step == .follow(try ControlURL(location))) }
    #expect(
      step
        == .fail(
          .redirectUnusable(
            location: location,
            reason: "another server must not get the secrets among the parameters")))
  }

  // MARK: The time limit

  @Test func aPauseThatOutlastsTheLimitDoesNotBegin() throws {
    let refused = ControlExchange.Failure.notConnected(reason: "refused")
    let error = ControlError.cannotConnect(url: "http://sora:3000/api", reason: "refused")
    var exchange = try exchange()
    #expect(
      exchange.failed(refused, remaining: .milliseconds(900)) == .again(after: .milliseconds(200)))
    #expect(exchange.failed(refused, remaining: .milliseconds(700)) == .fail(error))
    var reading = try self.exchange(repetition: .always)
    #expect(
      reading.answered(ControlExchange.Answer(status: 503), remaining: .milliseconds(200))
        == .fail(.unexpectedStatus(503, excerpt: "")))
  }

  @Test func whatIsKnownIsSaidWhenTheTimeIsUp() throws {
    var exchange = try exchange()
    #expect(
      exchange.timeIsUp(afterSeconds: 1, isConnected: false)
        == .cannotConnect(url: "http://sora:3000/api", reason: "nothing answered within 1 s"))
    _ = exchange.failed(.notConnected(reason: "refused"))
    #expect(
      exchange.timeIsUp(afterSeconds: 1, isConnected: false)
        == .cannotConnect(url: "http://sora:3000/api", reason: "refused"))
    #expect(exchange.timeIsUp(afterSeconds: 1, isConnected: true) == .timedOut(seconds: 1))
  }

  @Test func anEarlierAttemptMayHaveArrived() throws {
    var exchange = try exchange(repetition: .always)
    _ = exchange.failed(.closed(reason: "reset"))
    #expect(
      exchange.timeIsUp(afterSeconds: 1, isConnected: false)
        == .timedOut(seconds: 1, isInDoubt: false))
  }

  // MARK: Repetitions

  @Test(arguments: [
    ControlExchange.Failure.notConnected(reason: "refused"), .tlsFailed(reason: "x"),
  ]) func whatWasNotSentIsSentAgain(failure: ControlExchange.Failure) throws {
    var exchange = try exchange(repetition: .ifUnsent)
    #expect(exchange.failed(failure) == .again(after: .milliseconds(200)))
    #expect(exchange.failed(failure) == .again(after: .seconds(1)))
    guard case .fail = exchange.failed(failure) else { return #expect(Bool(false)) }
  }

  @Test func whatMayHaveArrivedIsSentAgainOnlyIfItMayBe() throws {
    let failure = ControlExchange.Failure.closed(reason: "x")
    var careful = try exchange(repetition: .ifUnsent)
    #expect(careful.failed(failure) == .fail(.connectionClosed(reason: "x")))
    var free = try exchange(repetition: .always)
    #expect(free.failed(failure) == .again(after: .milliseconds(200)))
    _ = free.failed(failure)
    #expect(free.failed(failure) == .fail(.connectionClosed(reason: "x", isInDoubt: false)))
  }

  @Test(arguments: [502, 503, 504]) func aBusyServerIsAskedAgain(status: Int) throws {
    let answer = ControlExchange.Answer(status: status)
    var careful = try exchange(repetition: .ifUnsent)
    #expect(careful.answered(answer) == .fail(.unexpectedStatus(status, excerpt: "")))
    var free = try exchange(repetition: .always)
    #expect(free.answered(answer) == .again(after: .milliseconds(200)))
    #expect(free.failed(.closed(reason: "x")) == .again(after: .seconds(1)))
    #expect(free.answered(answer) == .fail(.unexpectedStatus(status, excerpt: "")))
  }

  @Test(arguments: [
    ControlExchange.Failure.connectTimedOut(seconds: 5), .notHTTP(reason: "x"),
    .tooLarge(limitBytes: 1), .certificateUnusable(reason: "x"),
  ]) func someFailuresWouldOnlyComeAgain(failure: ControlExchange.Failure) throws {
    var exchange = try exchange(repetition: .always)
    guard case .fail = exchange.failed(failure) else { return #expect(Bool(false)) }
  }
}
