import Media
import Testing

@testable import RTP

@Suite struct TokenBucketTests {
  private func moment(_ milliseconds: Int64) -> MediaTime {
    MediaTime(nanoseconds: milliseconds * 1_000_000)
  }

  @Test func startsFullAndFillsAtItsRate() {
    var bucket = TokenBucket(capacity: 1000, bytesPerSecond: 10_000)
    bucket.refill(at: moment(0))
    bucket.take(1000)
    #expect(bucket.level == 0)
    #expect(bucket.delay(until: 500) == .nanoseconds(50_000_001))
    bucket.refill(at: moment(50))
    #expect(bucket.delay(until: 500) == .zero)
    bucket.refill(at: moment(5000))
    #expect(bucket.level == 1000, "no more than fits")
  }

  @Test func debtIsBounded() {
    var bucket = TokenBucket(capacity: 1000, bytesPerSecond: 1000)
    bucket.refill(at: moment(0))
    bucket.take(1_000_000)
    #expect(bucket.level == -1000)
    #expect(bucket.delay(until: 5000) <= .seconds(2) + .nanoseconds(1), "more than fits is all")
  }

  @Test func timeThatGoesBackAddsNothing() {
    var bucket = TokenBucket(capacity: 1000, bytesPerSecond: 1000)
    bucket.refill(at: moment(1000))
    bucket.take(1000)
    bucket.refill(at: moment(0))
    bucket.refill(at: moment(1000))
    #expect(bucket.level == 0)
  }

  @Test func anotherRateCountsFromThen() {
    var bucket = TokenBucket(capacity: 1000, bytesPerSecond: 100)
    bucket.refill(at: moment(0))
    bucket.take(1000)
    bucket.refill(at: moment(1000), newRate: 200)
    #expect(bucket.level == 100)
    bucket.refill(at: moment(2000))
    #expect(bucket.level == 300)
  }
}
