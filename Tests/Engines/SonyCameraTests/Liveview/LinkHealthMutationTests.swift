import Media
import SonyCamera
import TestSupport
import Testing

/// Whatever cameras and clocks say: nothing traps, nothing grows, and the figures make sense.
@Suite struct LinkHealthMutationTests {
  private static let extremes: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]

  @Test(arguments: 0..<50 as Range<UInt64>)
  func survivesAnyFacts(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var limits = LinkHealth.Limits()
    limits.pictureCount = Int.random(in: -1...600, using: &generator)
    limits.callCount = Int.random(in: -1...40, using: &generator)
    var health = LinkHealth(limits: limits)
    var statistics = LiveviewStatistics()
    for _ in 0..<2000 {
      switch Int.random(in: 0..<12, using: &generator) {
      case 0: health.streamBegan()
      case 1: health.callAnswered(after: .nanoseconds(Self.number(&generator)))
      case 2: health.callFailed()
      case 3: health.picturesReplaced(UInt64.random(in: .min ... .max, using: &generator))
      case 4: check(health.snapshot(at: MediaTime(nanoseconds: Self.number(&generator))), limits)
      case 5:
        statistics.missingPacketCount = Int(Self.number(&generator))
        statistics.sequenceGapCount = Int(Self.number(&generator))
      default:
        health.pictureReceived(
          at: MediaTime(nanoseconds: Self.number(&generator)),
          cameraMilliseconds: UInt32.random(in: .min ... .max, using: &generator),
          byteCount: Int(Self.number(&generator)), statistics: statistics)
      }
    }
    check(health.snapshot(at: MediaTime(nanoseconds: .max)), limits)
  }

  private static func number(_ generator: inout SeededGenerator) -> Int64 {
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: extremes.randomElement(using: &generator) ?? 0
    case 1: Int64.random(in: .min ... .max, using: &generator)
    default: Int64.random(in: 0...60_000_000_000, using: &generator)
    }
  }

  private func check(_ report: LinkHealth.Report, _ limits: LinkHealth.Limits) {
    #expect(report.pictureCount <= max(1, limits.pictureCount))
    #expect(report.calls.count <= max(1, limits.callCount))
    #expect(report.picturesPerSecond >= 0 && report.picturesPerSecond.isFinite)
    #expect(report.bytesPerSecond >= 0 && report.bytesPerSecond.isFinite)
    #expect(report.jitter >= .zero)
    #expect(report.window >= .zero && report.window <= limits.window)
    #expect(report.cameraGaps.longest <= report.cameraGaps.total)
    #expect(report.networkGaps.longest <= report.networkGaps.total)
  }
}
