import Media
import Testing

@testable import Outputs

@Suite struct KeyframeScheduleTests {
  private let schedule = KeyframeSchedule(
    interval: .seconds(2), start: MediaTime(nanoseconds: 10_000_000_000))

  private func wait(_ now: Double, lastIDR: Double?, frameInterval: Duration) -> Duration {
    schedule.timeUntilRequest(
      now: moment(now), lastIDR: lastIDR.map(moment), frameInterval: frameInterval)
  }

  private func moment(_ seconds: Double) -> MediaTime {
    MediaTime(nanoseconds: Int64(seconds * 1e9))
  }

  @Test func requestComesTwoPicturesBeforeTheIntervalEnds() {
    #expect(wait(11, lastIDR: 11, frameInterval: .milliseconds(50)) == .milliseconds(1900))
    #expect(wait(12.5, lastIDR: 11, frameInterval: .milliseconds(50)) == .milliseconds(400))
    #expect(wait(12.9, lastIDR: 11, frameInterval: .milliseconds(50)) == .zero)
    #expect(wait(99, lastIDR: 11, frameInterval: .milliseconds(50)) == .zero)
  }

  @Test func slowPicturesLeaveHalfTheInterval() {
    #expect(wait(11, lastIDR: 11, frameInterval: .seconds(5)) == .seconds(1))
  }

  @Test func startCountsAsAnIDR() {
    #expect(wait(10, lastIDR: nil, frameInterval: .zero) == .seconds(2))
    #expect(wait(10, lastIDR: 3, frameInterval: .zero) == .seconds(2))
  }
}
