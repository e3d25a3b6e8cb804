import Media
import Testing

@testable import RTP

@Suite struct PacketPacerTests {
  /// One picture sent by the pacer's word, with a clock that moves exactly as far as it asks.
  private struct Departure {
    var bursts: [Int] = []
    var times: [Duration] = []

    var packetCount: Int { bursts.reduce(0, +) }
    var end: Duration { times.last ?? .zero }
  }

  private func moment(_ milliseconds: Int64) -> MediaTime {
    MediaTime(nanoseconds: milliseconds * 1_000_000)
  }

  private func send(
    _ pacer: inout PacketPacer, sizes: [Int], bitrateKbps: Int = 2000, at start: MediaTime,
    nextComesAfter: Duration = .seconds(60)
  ) -> Departure {
    pacer.begin(sizes: sizes, bitrateKbps: bitrateKbps, presentationTime: start, now: start)
    var (now, departure) = (start, Departure())
    while let step = pacer.step(nextIsWaiting: start.duration(to: now) >= nextComesAfter, now: now)
    {
      switch step {
      case .send(let count):
        departure.bursts.append(count)
        departure.times.append(start.duration(to: now))
      case .wait(let time):
        #expect(time > .zero)
        now = min(now.advanced(by: time), max(now, start.advanced(by: nextComesAfter)))
      }
      if departure.bursts.count > 10_000 { break }
    }
    return departure
  }

  private func sizes(_ count: Int) -> [Int] { Array(repeating: 1200, count: count) }

  /// A pacer that has seen pictures at this rate.
  private func pacer(
    intervalMilliseconds: Int64 = 40, factor: Double = 2.5
  ) -> (PacketPacer, MediaTime) {
    var pacer = PacketPacer(burstBytes: 9600, factor: factor)
    var time: Int64 = 0
    for _ in 0..<100 {
      _ = send(&pacer, sizes: [300], at: moment(time))
      time += intervalMilliseconds
    }
    return (pacer, moment(time))
  }

  @Test func smallPictureLeavesAtOnce() {
    var (pacer, start) = pacer()
    #expect(send(&pacer, sizes: sizes(8), at: start).bursts == [8])
    #expect(send(&pacer, sizes: [], at: start.advanced(by: .milliseconds(40))).bursts == [])
  }

  @Test func idrOfSixtyPacketsIsSpreadOverSeventyPercent() {
    var (pacer, start) = pacer()
    let departure = send(&pacer, sizes: sizes(60), at: start)
    #expect(departure.packetCount == 60)
    #expect(departure.bursts.first == 8)
    #expect(departure.bursts.dropFirst().allSatisfy { $0 == 4 })
    // (72 000 − 9600) bytes in 28 ms are more than 2.5 × 2 Mbit/s.
    #expect(abs(departure.end.inMilliseconds - 28) < 0.1)
  }

  @Test func atLowFrameRatesTheFactorDecides() {
    var (pacer, start) = pacer(intervalMilliseconds: 200)
    let departure = send(&pacer, sizes: sizes(58), at: start)
    // (69 600 − 9600) bytes at 625 000 bytes a second.
    #expect(abs(departure.end.inMilliseconds - 96) < 0.1)
    (pacer, start) = self.pacer(intervalMilliseconds: 200, factor: 10)
    #expect(abs(send(&pacer, sizes: sizes(58), at: start).end.inMilliseconds - 24) < 0.1)
  }

  @Test(arguments: [8, 16, 33, 50, 100, 200] as [Int64], [1, 9, 53, 400, 5000])
  func everyPictureIsOutBeforeTheNextOneIsDue(interval: Int64, packetCount: Int) {
    var (pacer, start) = pacer(intervalMilliseconds: interval)
    #expect(abs(pacer.frameInterval.inMilliseconds - Double(interval)) < 0.01)
    for _ in 0..<5 {
      let departure = send(&pacer, sizes: sizes(packetCount), at: start)
      #expect(departure.packetCount == packetCount)
      #expect(departure.end.inMilliseconds <= Double(interval) * 0.7 + 0.01)
      start = start.advanced(by: .milliseconds(interval))
    }
  }

  @Test func nothingIsHeldBackWhenTheNextPictureWaits() {
    var (pacer, start) = pacer()
    let departure = send(
      &pacer, sizes: sizes(60), at: start, nextComesAfter: .milliseconds(10))
    #expect(departure.packetCount == 60)
    #expect(departure.end == .milliseconds(10))
    let behind = send(
      &pacer, sizes: sizes(60), at: start.advanced(by: .milliseconds(10)), nextComesAfter: .zero)
    #expect(behind.bursts == [60])
  }

  @Test func aPictureAfterALargeOneWaitsForTheRestOnly() {
    var (pacer, start) = pacer()
    _ = send(&pacer, sizes: sizes(60), at: start)
    let next = send(&pacer, sizes: sizes(8), at: start.advanced(by: .milliseconds(40)))
    #expect(next.packetCount == 8)
    #expect(next.end < .milliseconds(10))
  }

  @Test func packetsLargerThanTheBurstLeaveOneByOne() {
    var pacer = PacketPacer(burstBytes: 1000, factor: 1)
    let departure = send(&pacer, sizes: sizes(5), at: moment(0))
    #expect(departure.bursts == [1, 1, 1, 1, 1])
  }

  @Test func stallsAndRepeatsDoNotCountAsTheRate() {
    var pacer = PacketPacer(burstBytes: 9600, factor: 2.5)
    let before = pacer.frameInterval
    for time: Int64 in [0, 1, 2, 60_000, 59_000, 120_000] {
      _ = send(&pacer, sizes: [1], at: moment(time))
    }
    #expect(pacer.frameInterval == before)
  }
}
