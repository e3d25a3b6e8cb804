import Media
import NIOCore
import SDP
import TestSupport
import Testing

@testable import RTSP

/// Logins with passwords whose hashes take time.
@Suite struct SlowHashTests {
  private let address = NetworkAddress(parsing: "192.0.2.77")
  private let now = MediaTime(nanoseconds: 50_000_000_000)

  private func hash(_ password: String, iterations: Int = 1000) -> PasswordHash {
    .derived(from: password, salt: Array(0..<16), iterations: iterations)
  }

  private func desk(_ users: [RTSPCredential]? = nil) -> LoginDesk {
    let lock = RTSPAuthentication(
      schemes: [.basic], users: users ?? [RTSPCredential(username: "cam", hashes: [hash("p")])],
      realm: "realm")
    let configuration = RTSPServerConfiguration(
      presentation: RTSPPresentation(path: "/live/stream"), authentication: lock,
      serverName: "test")
    var generator = SeededGenerator(seed: 4)
    return LoginDesk(configuration: configuration, generator: &generator)
  }

  private func attempt(_ login: String, at now: MediaTime? = nil) throws -> RTSPLoginAttempt {
    var headers = RTSPHeaders()
    headers.append("Authorization", "Basic " + Base64.encode(login.utf8))
    let request = RTSPRequest(
      method: .describe, url: try RTSPURL(parsing: "rtsp://h:8554/live/stream"), cseq: 1,
      headers: headers, body: ByteBuffer())
    return RTSPLoginAttempt(request, proof: nil, at: now ?? self.now)
  }

  private func check(_ decision: LoginDesk.Decision) throws -> PasswordCheck {
    guard case .check(let check) = decision else {
      Issue.record("not computed: \(decision)")
      throw CancellationError()
    }
    return check
  }

  @Test func aSlowHashIsComputedOncePerLogin() throws {
    var desk = desk()
    let first = try check(desk.judge(try attempt("cam:p"), from: nil, at: now))
    #expect(first.evaluate())
    #expect("\(first)" == "PasswordCheck(hidden)")
    _ = desk.finished(first, isRight: true, at: now)
    guard case .verdict(.granted) = desk.judge(try attempt("cam:p"), from: nil, at: now) else {
      Issue.record("not known again")
      return
    }
    #expect(try !check(desk.judge(try attempt("cam:q"), from: nil, at: now)).evaluate())
    #expect(try !check(desk.judge(try attempt("cam:"), from: nil, at: now)).evaluate())
  }

  /// Neither the work nor the answer's time tells which users there are.
  @Test func everyWrongLoginCostsTheSame() throws {
    let elsewhere = AllowedNetworks([try #require(NetworkPrefix(parsing: "198.51.100.0/24"))])
    let users = [
      RTSPCredential(username: "cam", hashes: [hash("p")]),
      RTSPCredential(username: "two", hashes: [hash("a", iterations: 2000), hash("b")]),
      RTSPCredential(username: "plain", password: "x"),
      RTSPCredential(username: "away", hashes: [hash("p")], networks: elsewhere),
      RTSPCredential(
        username: "quick",
        hashes: [.digest(.md5, username: "quick", realm: "realm", password: "p")]),
    ]
    for name in ["cam", "two", "plain", "quick", "nobody", "away"] {
      var desk = desk(users)
      let wrong = try check(desk.judge(attempt("\(name):guess"), from: address, at: now))
      #expect(wrong.cost == 3000 && !wrong.evaluate())
      let late = now.advanced(by: .milliseconds(300))
      guard case .refused(let refusal) = desk.finished(wrong, isRight: false, at: late) else {
        Issue.record("\(name) was let in")
        return
      }
      #expect(refusal.isFailure && refusal.answerAt == now.advanced(by: .seconds(1)))
    }
    // Known from where it is allowed, the right password is as wrong as any elsewhere.
    var desk = desk(users)
    let allowed = NetworkAddress(parsing: "198.51.100.1")
    let right = try check(desk.judge(attempt("away:p"), from: allowed, at: now))
    #expect(right.evaluate())
    _ = desk.finished(right, isRight: true, at: now)
    #expect(try !check(desk.judge(attempt("away:p"), from: address, at: now)).evaluate())
  }

  /// As after an interruption: all viewers of a house come back within the time of one hash.
  @Test func theSameLoginManyTimesIsComputedOnce() throws {
    var desk = desk()
    let first = try check(desk.judge(attempt("cam:p"), from: address, at: now))
    var waiting: [RTSPLoginAttempt] = []
    for _ in 0..<100 {
      if case .later(let attempt, _) = desk.judge(try attempt("cam:p"), from: address, at: now) {
        waiting.append(attempt)
      }
    }
    #expect(waiting.count == 100)
    // Another login does not wait for it.
    _ = try check(desk.judge(attempt("cam:q"), from: address, at: now))
    _ = desk.finished(first, isRight: first.evaluate(), at: now)
    for attempt in waiting {
      guard case .verdict(.granted) = desk.judge(attempt, from: address, at: now) else {
        Issue.record("not let in")
        return
      }
    }
  }

  /// Waiting for a result buys no guesses: a wrong one leaves each of them to its own turn.
  @Test func theSameGuessManyTimesIsPaidForOneByOne() throws {
    var desk = desk()
    var waiting = try (0..<100).map { _ in try attempt("nobody:guess") }
    var computed = 0
    var refused = 0
    var turns = 0
    while !waiting.isEmpty {
      var checks: [PasswordCheck] = []
      var later: [RTSPLoginAttempt] = []
      for attempt in waiting {
        switch desk.judge(attempt, from: address, at: now) {
        case .check(let check): checks.append(check)
        case .later(let attempt, LoginDesk.resultInterval): later.append(attempt)
        case .later: turns += 1
        case .verdict: refused += 1
        }
      }
      #expect(checks.count <= 1)
      computed += checks.count
      for check in checks { _ = desk.finished(check, isRight: check.evaluate(), at: now) }
      waiting = later
    }
    #expect(computed == 16 && turns == 4 && refused == 80)
  }

  /// After a long wait for its turn an answer is as late as any other.
  @Test(arguments: ["cam:guess", "nobody:guess"])
  func theAnswerIsDelayedFromTheTurn(_ login: String) throws {
    var desk = desk()
    for index in 0..<19 {
      _ = desk.judge(try attempt("cam:\(index)"), from: address, at: now)
    }
    guard
      case .later(let waiting, let wait) = desk.judge(try attempt(login), from: address, at: now)
    else {
      Issue.record("no wait")
      return
    }
    #expect(wait == .seconds(8))
    let turn = now.advanced(by: wait)
    let wrong = try check(desk.judge(waiting, from: address, at: turn))
    let verdict = desk.finished(wrong, isRight: false, at: turn.advanced(by: .milliseconds(100)))
    guard case .refused(let refusal) = verdict else {
      Issue.record("let in")
      return
    }
    #expect(turn.duration(to: refusal.answerAt) >= .seconds(1))
  }
}
