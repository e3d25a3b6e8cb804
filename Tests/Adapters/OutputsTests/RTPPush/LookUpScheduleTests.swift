import Media
import Testing

@testable import Outputs

@Suite struct LookUpScheduleTests {
  private func moment(_ seconds: Int64) -> MediaTime {
    MediaTime(nanoseconds: seconds * 1_000_000_000)
  }

  @Test func onceAMinuteWithoutRefusals() {
    var schedule = LookUpSchedule(interval: .seconds(60), start: moment(0), refused: 3)
    let due = (1...180).filter { schedule.isDue(now: moment($0), refused: 3) }
    #expect(due == [60, 120, 180])
  }

  @Test func refusalsMakeItSooner() {
    var schedule = LookUpSchedule(interval: .seconds(60), start: moment(0), refused: 0)
    // Refused from the second to the ninth second, then no more.
    let due = (1...80).filter { second in
      schedule.isDue(now: moment(second), refused: UInt64(min(max(second - 1, 0), 8)))
    }
    #expect(due == [5, 10, 70])
  }

  @Test func aShortIntervalIsKept() {
    var schedule = LookUpSchedule(interval: .seconds(2), start: moment(0), refused: 0)
    #expect(schedule.pause == .seconds(2))
    #expect((1...8).filter { schedule.isDue(now: moment($0), refused: 0) } == [2, 4, 6, 8])
  }
}
