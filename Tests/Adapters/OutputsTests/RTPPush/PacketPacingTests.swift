import Media
import Testing

@testable import Outputs

@Suite struct PacketPacingTests {
  private func moment(_ milliseconds: Int64) -> MediaTime {
    MediaTime(nanoseconds: milliseconds * 1_000_000)
  }

  @Test func smallPictureLeavesAtOnce() {
    var pacing = PacketPacing()
    #expect(
      pacing.plan(packetCount: 8, presentationTime: moment(0))
        == .init(bursts: [0..<8], pause: .zero))
    #expect(
      pacing.plan(packetCount: 0, presentationTime: moment(40)) == .init(bursts: [], pause: .zero))
  }

  @Test func everyPacketIsInOneBurst() {
    var pacing = PacketPacing()
    let plan = pacing.plan(packetCount: 53, presentationTime: moment(0))
    #expect(plan.bursts.flatMap { Array($0) } == Array(0..<53))
    #expect(plan.bursts.allSatisfy { $0.count <= PacketPacing.burstSize })
  }

  @Test(arguments: [8, 16, 33, 50, 100, 200] as [Int64], [9, 53, 400, 5000])
  func spreadStaysWithinTheFrameInterval(intervalMilliseconds: Int64, packetCount: Int) {
    var pacing = PacketPacing()
    var time: Int64 = 0
    for _ in 0..<100 {
      _ = pacing.plan(packetCount: 1, presentationTime: moment(time))
      time += intervalMilliseconds
    }
    let plan = pacing.plan(packetCount: packetCount, presentationTime: moment(time))
    let spread = plan.pause * (plan.bursts.count - 1)
    #expect(plan.pause > .zero)
    #expect(plan.pause <= PacketPacing.longestPause)
    #expect(spread <= pacing.frameInterval * 7 / 10)
    let learned = pacing.frameInterval - .milliseconds(intervalMilliseconds)
    #expect(learned.inMilliseconds.magnitude < 0.01)
  }

  @Test func stallsAndRepeatsDoNotCountAsTheRate() {
    var pacing = PacketPacing()
    let before = pacing.frameInterval
    for time: Int64 in [0, 1, 2, 60_000, 59_000, 120_000] {
      _ = pacing.plan(packetCount: 1, presentationTime: moment(time))
    }
    #expect(pacing.frameInterval == before)
  }
}
