import Media
import Testing

@testable import Outputs

@Suite struct KeyframeScheduleTests {
  private func moment(_ milliseconds: Int64) -> MediaTime {
    MediaTime(nanoseconds: 10_000_000_000 + milliseconds * 1_000_000)
  }

  private func makeSchedule() -> KeyframeSchedule {
    KeyframeSchedule(interval: .seconds(2), start: moment(0))
  }

  /// Sends pictures every `spacing` ms; the encoder makes an IDR every `encoderInterval` ms.
  private func requests(spacing: Int64, encoderInterval: Int64) -> [Int64] {
    var schedule = makeSchedule()
    return (0..<10_000 / spacing).map { $0 * spacing }.filter { time in
      schedule.pictureSent(
        presentationTime: moment(time), isIDR: time % encoderInterval == 0)
    }
  }

  @Test(arguments: [10, 40, 50, 500] as [Int64])
  func encoderThatIsInTimeIsNotAsked(spacing: Int64) {
    #expect(requests(spacing: spacing, encoderInterval: 2000).isEmpty)
    #expect(requests(spacing: spacing, encoderInterval: 1000).isEmpty)
  }

  @Test func slowEncoderIsAskedAtTheLastPictureInTime() {
    let asked = requests(spacing: 40, encoderInterval: 4000)
    #expect(asked.first == 2000)
    #expect(requests(spacing: 30, encoderInterval: 9000).first == 1980)
  }

  @Test func answeredRequestStartsTheIntervalAnew() {
    var schedule = makeSchedule()
    _ = schedule.pictureSent(presentationTime: moment(0), isIDR: true)
    _ = schedule.pictureSent(presentationTime: moment(1900), isIDR: false)
    let asked = [
      schedule.pictureSent(presentationTime: moment(1990), isIDR: false),
      schedule.pictureSent(presentationTime: moment(1995), isIDR: true),
      schedule.pictureSent(presentationTime: moment(2040), isIDR: false),
    ]
    #expect(asked == [true, false, false])
  }

  @Test func stalledPicturesAreNoticedBeforeTheIntervalEnds() {
    var schedule = makeSchedule()
    #expect(schedule.timeUntilRequest(now: moment(0)) == .milliseconds(1900))
    _ = schedule.pictureSent(presentationTime: moment(0), isIDR: true)
    _ = schedule.pictureSent(presentationTime: moment(40), isIDR: false)
    #expect(schedule.timeUntilRequest(now: moment(50)) == .milliseconds(1850))
    #expect(schedule.timeUntilRequest(now: moment(5000)) == .zero)
  }

  @Test func pictureThatIsStillOnTimeIsWaitedFor() {
    var schedule = makeSchedule()
    for time: Int64 in stride(from: 0, through: 1920, by: 40) {
      _ = schedule.pictureSent(presentationTime: moment(time), isIDR: time == 0)
    }
    // The next picture is expected at 1960 and late at 1980.
    #expect(schedule.timeUntilRequest(now: moment(1950)) == .milliseconds(30))
  }

  @Test func slowPicturesDoNotStretchTheInterval() {
    var schedule = makeSchedule()
    _ = schedule.pictureSent(presentationTime: moment(0), isIDR: true)
    _ = schedule.pictureSent(presentationTime: moment(1500), isIDR: false)
    #expect(schedule.timeUntilRequest(now: moment(1600)) == .milliseconds(400))
  }
}
