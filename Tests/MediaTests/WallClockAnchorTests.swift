import Media
import Testing

@Suite struct WallClockAnchorTests {
  /// 2024-01-01T00:00:00Z; seconds since 1900 are 3 913 056 000.
  private let anchor = WallClockAnchor(
    mediaTime: MediaTime(nanoseconds: 5_000_000_000), unixNanoseconds: 1_704_067_200_000_000_000)

  @Test func anchorItselfIsWholeSeconds() {
    #expect(anchor.ntpTimestamp(at: anchor.mediaTime) == 3_913_056_000 << 32)
  }

  @Test(
    arguments: [
      (500, 3_913_056_000, 0x8000_0000), (250, 3_913_056_000, 0x4000_0000),
      (1000, 3_913_056_001, 0), (-250, 3_913_055_999, 0xC000_0000),
      (-1000, 3_913_055_999, 0),
    ] as [(Int64, UInt64, UInt64)])
  func fractionIsBinary(_ milliseconds: Int64, _ seconds: UInt64, _ fraction: UInt64) {
    let moment = anchor.mediaTime.advanced(by: .milliseconds(milliseconds))
    #expect(anchor.ntpTimestamp(at: moment) == seconds << 32 | fraction)
  }

  /// RFC 3550 §4 and RFC 5905: era 1 begins on 2036-02-07T06:28:16Z with second 0.
  @Test func secondsWrapInTheNextEra() {
    let turn = WallClockAnchor(
      mediaTime: MediaTime(nanoseconds: 0), unixNanoseconds: 2_085_978_496_000_000_000)
    #expect(turn.ntpTimestamp(at: MediaTime(nanoseconds: 0)) == 0)
    #expect(
      turn.ntpTimestamp(at: MediaTime(nanoseconds: -1_000_000_000)) == 0xFFFF_FFFF << 32)
  }

  @Test func momentsBefore1970AreFine() {
    let early = WallClockAnchor(mediaTime: MediaTime(nanoseconds: 0), unixNanoseconds: 0)
    let moment = MediaTime(nanoseconds: -500_000_000)
    #expect(early.ntpTimestamp(at: moment) == UInt64(2_208_988_799) << 32 | 0x8000_0000)
  }

  @Test func extremesDoNotTrap() {
    for unix in [Int64.min, 0, .max] {
      for media in [Int64.min, 0, .max] {
        let extreme = WallClockAnchor(
          mediaTime: MediaTime(nanoseconds: media), unixNanoseconds: unix)
        for moment in [Int64.min, 0, .max] {
          _ = extreme.ntpTimestamp(at: MediaTime(nanoseconds: moment))
        }
      }
    }
  }
}
