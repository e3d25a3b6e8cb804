import Media
import Testing

@Suite struct MediaTimeTests {
  @Test func advancesBothWays() {
    let time = MediaTime(nanoseconds: 1_000_000_000)
    #expect(time.advanced(by: .milliseconds(40)).nanoseconds == 1_040_000_000)
    #expect(time.advanced(by: .milliseconds(-40)).nanoseconds == 960_000_000)
    #expect(time.duration(to: time.advanced(by: .microseconds(7))) == .microseconds(7))
    #expect(time.advanced(by: .seconds(1)).duration(to: time) == .seconds(-1))
    #expect(time < time.advanced(by: .nanoseconds(1)))
  }

  @Test func saturatesInsteadOfTrapping() {
    let (last, first) = (MediaTime(nanoseconds: .max), MediaTime(nanoseconds: .min))
    #expect(last.advanced(by: .nanoseconds(1)) == last)
    #expect(first.advanced(by: .nanoseconds(-1)) == first)
    #expect(MediaTime(nanoseconds: 0).advanced(by: .seconds(Int64.max)) == last)
    #expect(MediaTime(nanoseconds: 0).advanced(by: .seconds(Int64.min)) == first)
    #expect(first.duration(to: last) == .nanoseconds(Int64.max))
    #expect(last.duration(to: first) == .nanoseconds(Int64.min))
  }

  @Test(
    arguments: [
      (0, 0), (1_000_000_000, 90_000), (11_111, 0), (11_112, 1), (40_000_000, 3600),
      (-1_000_000_000, 4_294_877_296), (47_721_858_844_444, 4_294_967_295),
      (47_721_858_844_445, 0), (47_722_858_844_445, 90_000),
    ] as [(Int64, UInt32)])
  func countsMediaClockUnits(_ nanoseconds: Int64, _ units: UInt32) {
    #expect(MediaTime(nanoseconds: nanoseconds).mediaClockUnits(clockRate: 90_000) == units)
  }

  /// After years the product with the clock rate does not fit 64 bits any more.
  @Test func mediaClockHasNoErrorThatGrows() {
    let year: Int64 = 365 * 86_400 * 1_000_000_000
    let start = MediaTime(nanoseconds: 200 * year)
    let base = start.mediaClockUnits(clockRate: 90_000)
    for second in [1, 60, 86_400] as [Int64] {
      let later = start.advanced(by: .seconds(second)).mediaClockUnits(clockRate: 90_000)
      #expect(later &- base == UInt32(truncatingIfNeeded: second * 90_000))
    }
    for extreme in [Int64.min, .max] {
      _ = MediaTime(nanoseconds: extreme).mediaClockUnits(clockRate: .max)
    }
  }

  @Test func durationsConvert() {
    #expect(Duration.milliseconds(1500).wholeNanoseconds == 1_500_000_000)
    #expect(Duration.milliseconds(-1500).wholeNanoseconds == -1_500_000_000)
    #expect((Duration.nanoseconds(1) / 3).wholeNanoseconds == 0)
    #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
    #expect(Duration.seconds(Int64.min).wholeNanoseconds == .min)
    #expect(Duration.milliseconds(250).inSeconds == 0.25)
    #expect(Duration.microseconds(1500).inMilliseconds == 1.5)
  }
}
