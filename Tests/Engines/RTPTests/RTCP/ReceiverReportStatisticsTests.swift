import Media
import RTP
import Testing

@Suite struct ReceiverReportStatisticsTests {
  private static let arrival = WallClockAnchor(
    mediaTime: MediaTime(nanoseconds: 7_000_000_000), unixNanoseconds: 1_704_067_200_500_000_000)

  /// A report that came `roundTrip` after the sender report it answers, 1 s of it spent waiting.
  private static func report(roundTrip: Duration, answers: Bool = true) -> ReceptionReport {
    let sent = arrival.mediaTime.advanced(by: .zero - roundTrip - .seconds(1))
    let middle = UInt32(truncatingIfNeeded: arrival.ntpTimestamp(at: sent) >> 16)
    return ReceptionReport(
      sourceSSRC: 1, fractionLost: 64, cumulativeLost: 17, highestSequenceNumber: 400, jitter: 900,
      lastSenderReport: answers ? middle : 0, delaySinceLastSenderReport: 65_536)
  }

  @Test func reportIsTranslated() throws {
    var statistics = ReceiverReportStatistics()
    statistics.record(Self.report(roundTrip: .milliseconds(125)), arrival: Self.arrival)
    #expect(statistics.reportCount == 1)
    #expect(statistics.lossRatio == 0.25)
    #expect(statistics.packetsLost == 17)
    #expect(statistics.jitter == .milliseconds(10))
    #expect(statistics.lastReportTime == Self.arrival.mediaTime)
    // The wire has steps of 1/65536 s.
    let roundTrip = try #require(statistics.roundTripTime)
    #expect((roundTrip - .milliseconds(125)).inSeconds.magnitude <= 2.0 / 65_536)
  }

  @Test func roundTripStaysKnownWhenAReportHasNone() {
    var statistics = ReceiverReportStatistics()
    statistics.record(Self.report(roundTrip: .milliseconds(125)), arrival: Self.arrival)
    let known = statistics.roundTripTime
    statistics.record(
      Self.report(roundTrip: .zero, answers: false), arrival: Self.arrival)
    #expect(statistics.roundTripTime == known)
    #expect(statistics.reportCount == 2)
  }

  @Test(arguments: [Duration.seconds(-2), .seconds(61), .seconds(30_000)])
  func senselessRoundTripIsRefused(roundTrip: Duration) {
    var statistics = ReceiverReportStatistics()
    statistics.record(Self.report(roundTrip: roundTrip), arrival: Self.arrival)
    #expect(statistics.roundTripTime == nil)
  }

  @Test func extremeReportDoesNotTrap() {
    var statistics = ReceiverReportStatistics(clockRate: 0)
    statistics.record(
      ReceptionReport(
        sourceSSRC: .max, fractionLost: .max, cumulativeLost: .min, highestSequenceNumber: .max,
        jitter: .max, lastSenderReport: .max, delaySinceLastSenderReport: .max),
      arrival: WallClockAnchor(mediaTime: MediaTime(nanoseconds: .min), unixNanoseconds: .min))
    #expect(statistics.jitter > .zero)
  }
}
