import Media
import Testing

@testable import SimulatedCamera

struct FramePacingTests {
  private func gaps(_ framesPerSecond: Double, jitter: Double, count: Int) -> [Double] {
    var pacing = FramePacing(framesPerSecond: framesPerSecond, jitter: jitter, seed: 4)
    return (0..<count).map { _ in pacing.nextGap().inMilliseconds }
  }

  @Test(arguments: [1.0, 18, 25, 30], [0.0, 0.5, 1])
  func meanRateIsKept(framesPerSecond: Double, jitter: Double) {
    let gaps = gaps(framesPerSecond, jitter: jitter, count: 20_000)
    let mean = gaps.reduce(0, +) / Double(gaps.count)
    #expect(abs(mean * framesPerSecond / 1000 - 1) < 0.01)
  }

  @Test func gapsAreThoseOfTheRealCamera() {
    let gaps = gaps(25, jitter: 1, count: 20_000)
    let usual = gaps.filter { $0 < 100 }
    #expect((usual.min() ?? 0) > 33.5)
    #expect((usual.max() ?? 0) > 55)
    #expect((usual.max() ?? 100) < 60)
    let long = gaps.filter { $0 >= 100 }
    #expect((50...150).contains(long.count))
    #expect(long.allSatisfy { abs($0 - 200) < 0.001 })
  }

  @Test func withoutJitterGapsAreEqual() {
    #expect(Set(gaps(25, jitter: 0, count: 100)) == [40])
  }

  @Test func sameSeedGivesSameGaps() {
    #expect(gaps(25, jitter: 1, count: 50) == gaps(25, jitter: 1, count: 50))
  }
}
