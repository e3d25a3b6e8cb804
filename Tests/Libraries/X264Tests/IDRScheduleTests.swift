import Media
import Testing

@testable import X264

@Suite struct IDRScheduleTests {
  /// Indices of the pictures that become IDRs.
  private func idrs(interval: Duration, times: [MediaTime], forced: Set<Int> = []) -> [Int] {
    var schedule = IDRSchedule(interval: interval)
    return times.indices.filter { index in
      let isIDR = forced.contains(index) || schedule.isDue(at: times[index])
      schedule.pictureEncoded(at: times[index], isIDR: isIDR)
      return isIDR
    }
  }

  @Test func regularPicturesGiveTheExactInterval() {
    let times = TestStream.regularTimes(spacing: .milliseconds(40), count: 120)
    #expect(idrs(interval: .seconds(2), times: times) == [0, 50, 100])
  }

  @Test func intervalThatIsNoMultipleIsNeverExceeded() {
    let times = TestStream.regularTimes(spacing: .milliseconds(300), count: 10)
    #expect(idrs(interval: .seconds(1), times: times) == [0, 3, 6, 9])
  }

  @Test func irregularPicturesStayWithinTheInterval() {
    let times = TestStream.irregularTimes(rate: 18, count: 400)
    let found = idrs(interval: .seconds(2), times: times)
    let gaps = zip(found, found.dropFirst()).map { times[$0].duration(to: times[$1]) }
    // Spacing varies from 33 to 78 ms, so the forecast may be wrong by that much.
    #expect(gaps.allSatisfy { $0 > .milliseconds(1840) && $0 < .milliseconds(2080) })
    #expect(gaps.count >= 9)
  }

  @Test func forcedIDRStartsTheIntervalAnew() {
    let times = TestStream.regularTimes(spacing: .milliseconds(100), count: 30)
    #expect(idrs(interval: .seconds(1), times: times, forced: [7]) == [0, 7, 17, 27])
  }

  @Test func pictureAfterAPauseIsDue() {
    var times = TestStream.regularTimes(spacing: .milliseconds(100), count: 5)
    let resumed = times[4].advanced(by: .seconds(60))
    times += (0..<5).map { resumed.advanced(by: .milliseconds(100) * $0) }
    #expect(idrs(interval: .seconds(2), times: times) == [0, 5])
  }

  @Test func spacingAboveTheIntervalMakesEveryPictureAnIDR() {
    let times = TestStream.regularTimes(spacing: .seconds(3), count: 4)
    #expect(idrs(interval: .seconds(2), times: times) == [0, 1, 2, 3])
  }
}
