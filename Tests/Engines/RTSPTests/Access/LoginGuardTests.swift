import Media
import TestSupport
import Testing

@testable import RTSP

@Suite struct LoginGuardTests {
  private var now = MediaTime(nanoseconds: 5_000_000_000)
  private let attacker = NetworkAddress(high: 0, low: 0xFFFF_C000_0201)
  private let other = NetworkAddress(high: 0, low: 0xFFFF_C000_0202)
  private var loginGuard = LoginGuard(
    limits: LoginGuard.Limits(
      burst: 4, interval: .seconds(2), longestWait: .seconds(5), answerDelay: .seconds(1),
      addresses: 8))

  @Test mutating func aBurstIsJudgedAtOnceThenTheLineGrowsAndEnds() {
    let answers = (0..<8).map { _ in loginGuard.arrived(from: attacker, at: now) }
    #expect(
      answers == [
        .atOnce, .atOnce, .atOnce, .atOnce, .after(.seconds(2)), .after(.seconds(4)), .refused,
        .refused,
      ])
    #expect(loginGuard.arrived(from: other, at: now) == .atOnce)
    // The refused ones did not lengthen the line.
    now = now.advanced(by: .seconds(4))
    #expect(loginGuard.arrived(from: attacker, at: now) == .after(.seconds(2)))
  }

  /// Whatever number of connections: in an hour as many as the interval allows, and the burst.
  @Test mutating func guessesAreBoundedOverTime() {
    var judged = 0
    for _ in 0..<36_000 {
      now = now.advanced(by: .milliseconds(100))
      if loginGuard.arrived(from: attacker, at: now) != .refused { judged += 1 }
    }
    #expect((1800...1807).contains(judged))
  }

  @Test mutating func rightLoginsCostNothing() {
    for _ in 0..<100 {
      #expect(loginGuard.arrived(from: attacker, at: now) == .atOnce)
      loginGuard.wasRight(from: attacker, at: now)
    }
    #expect(loginGuard.count == 0)
    // Beside three wrong ones, too.
    for _ in 0..<3 { _ = loginGuard.arrived(from: attacker, at: now) }
    for _ in 0..<100 {
      #expect(loginGuard.arrived(from: attacker, at: now) == .atOnce)
      loginGuard.wasRight(from: attacker, at: now)
    }
  }

  @Test mutating func answersGetSlower() {
    var delays: [Duration] = []
    for _ in 0..<4 {
      _ = loginGuard.arrived(from: attacker, at: now)
      delays.append(loginGuard.answerDelay(for: attacker, at: now))
    }
    #expect(delays == [.seconds(2), .seconds(3), .seconds(4), .seconds(5)])
    #expect(loginGuard.answerDelay(for: other, at: now) == .seconds(1))
    now = now.advanced(by: .seconds(100))
    #expect(loginGuard.answerDelay(for: attacker, at: now) == .seconds(1))
  }

  @Test mutating func unaskedFailuresAreCharged() {
    for _ in 0..<100 { loginGuard.wasWrongUnasked(from: attacker, at: now) }
    #expect(loginGuard.arrived(from: attacker, at: now) == .refused)
    now = now.advanced(by: .seconds(16))
    #expect(loginGuard.arrived(from: attacker, at: now) == .atOnce)
  }

  @Test mutating func unaskedFailuresNeverShortenTheLine() {
    loginGuard = LoginGuard(
      limits: LoginGuard.Limits(burst: 1, interval: .seconds(1), longestWait: .seconds(10)))
    for _ in 0..<8 { _ = loginGuard.arrived(from: attacker, at: now) }
    loginGuard.wasWrongUnasked(from: attacker, at: now)
    #expect(loginGuard.arrived(from: attacker, at: now) == .after(.seconds(8)))
  }

  @Test mutating func theTableIsBoundedAndForgetsTheQuietest() {
    for _ in 0..<6 { _ = loginGuard.arrived(from: attacker, at: now) }
    for index in 0..<1000 as Range<UInt64> {
      now = now.advanced(by: .microseconds(1))
      _ = loginGuard.arrived(from: NetworkAddress(high: index + 1, low: index), at: now)
      _ = loginGuard.arrived(from: attacker, at: now)
      #expect(loginGuard.count <= 8)
    }
    #expect(loginGuard.arrived(from: attacker, at: now) == .refused)
  }

  @Test func strangeLimitsDoNotTrap() {
    let limits = LoginGuard.Limits(
      burst: .max, interval: .seconds(Int64.max), longestWait: .zero, answerDelay: .zero,
      addresses: 0)
    var loginGuard = LoginGuard(limits: limits)
    for time in [Int64.min, 0, Int64.max] {
      let now = MediaTime(nanoseconds: time)
      _ = loginGuard.arrived(from: attacker, at: now)
      loginGuard.wasWrongUnasked(from: other, at: now)
      loginGuard.wasRight(from: attacker, at: now)
      #expect(loginGuard.answerDelay(for: attacker, at: now) == .zero)
    }
  }
}
