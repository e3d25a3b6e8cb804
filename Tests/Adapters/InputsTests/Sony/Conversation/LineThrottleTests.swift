import Media
import SonyCamera
import Testing

@testable import Inputs

@Suite struct LineThrottleTests {
  private func time(_ seconds: Int64) -> MediaTime {
    MediaTime(nanoseconds: seconds * 1_000_000_000)
  }

  @Test func threeLinesAndThenOneInFiveMinutes() {
    var throttle = LineThrottle()
    var written: [(second: Int64, omitted: Int)] = []
    // A rival that takes the liveview every ten seconds, for an hour.
    for second in stride(from: Int64(0), to: 3600, by: 10) {
      if let admission = throttle.admits(.rival, at: time(second)) {
        written.append((second, admission.omitted))
      }
    }
    #expect(written.prefix(4).map(\.second) == [0, 10, 20, 320])
    #expect(written[3].omitted == 29)
    #expect(written.count < 16)
  }

  @Test func aQuietTimeBeginsAnew() {
    var throttle = LineThrottle()
    for second: Int64 in 0..<5 { _ = throttle.admits(.back, at: time(second)) }
    #expect(throttle.admits(.back, at: time(10)) == nil)
    #expect(throttle.admits(.back, at: time(400)) == .init(omitted: 3))
    #expect(throttle.admits(.back, at: time(401)) == .init(omitted: 0))
  }

  @Test func kindsDoNotDisturbEachOther() {
    var throttle = LineThrottle()
    for second: Int64 in 0..<5 { _ = throttle.admits(.lost(.reopen), at: time(second)) }
    #expect(throttle.admits(.lost(.reopen), at: time(5)) == nil)
    #expect(throttle.admits(.lost(.restart), at: time(5)) != nil)
  }
}
