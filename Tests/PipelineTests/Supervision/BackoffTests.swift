import Testing

@testable import Pipeline

@Suite struct BackoffTests {
  @Test func doublesUpToTheBound() {
    var backoff = Backoff(initial: .milliseconds(250), maximum: .seconds(2))
    let delays = (0..<6).map { _ in backoff.delay() }
    let expected: [Duration] = [
      .milliseconds(250), .milliseconds(500), .seconds(1), .seconds(2), .seconds(2), .seconds(2),
    ]
    #expect(delays == expected)
  }

  @Test func startsOverAfterAReset() {
    var backoff = Backoff(initial: .milliseconds(100), maximum: .seconds(1))
    for _ in 0..<5 { _ = backoff.delay() }
    backoff.reset()
    #expect(backoff.delay() == .milliseconds(100))
    #expect(backoff.delay() == .milliseconds(200))
  }

  @Test func neverWaitsLongerThanTheBound() {
    var backoff = Backoff(initial: .seconds(5), maximum: .seconds(2))
    #expect(backoff.delay() == .seconds(2))
  }
}
