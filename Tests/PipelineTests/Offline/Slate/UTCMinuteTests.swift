import Testing

@testable import Pipeline

@Suite struct UTCMinuteTests {
  // Seconds as `date -u -d <date> +%s` gives them.
  @Test(
    arguments: [
      (0, "1 Jan 00:00"), (1_795_269_900, "21 Nov 14:05"), (1_709_251_199, "29 Feb 23:59"),
      (1_709_251_200, "1 Mar 00:00"), (951_782_400, "29 Feb 00:00"),
      (4_107_542_399, "28 Feb 23:59"),
      (4_107_542_400, "1 Mar 00:00"), (1_798_761_599, "31 Dec 23:59"), (-1, "31 Dec 23:59"),
    ] as [(Int64, String)])
  func readsTheCalendar(seconds: Int64, expected: String) {
    let minute = UTCMinute(unixNanoseconds: seconds * 1_000_000_000)
    #expect("\(minute.day) \(minute.englishMonth) \(minute.clock)" == expected)
  }

  @Test(arguments: [Int64.min, -1, Int64.max])
  func anyNumberIsADate(nanoseconds: Int64) {
    let minute = UTCMinute(unixNanoseconds: nanoseconds)
    #expect((1...12).contains(minute.month))
    #expect((1...31).contains(minute.day))
    #expect((0...23).contains(minute.hour))
    #expect((0...59).contains(minute.minute))
  }
}
