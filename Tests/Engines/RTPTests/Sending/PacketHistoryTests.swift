import Media
import NIOCore
import Testing

@testable import RTP

@Suite struct PacketHistoryTests {
  private func moment(_ milliseconds: Int64) -> MediaTime {
    MediaTime(nanoseconds: milliseconds * 1_000_000)
  }

  private func packet(_ number: Int, size: Int = 100) -> ByteBuffer {
    var packet = ByteBuffer(integer: UInt32(number))
    packet.writeRepeatingByte(0, count: size - 4)
    return packet
  }

  private func packets(_ numbers: Range<Int>, size: Int = 100) -> [ByteBuffer] {
    numbers.map { packet($0, size: size) }
  }

  @Test func lostPacketsLeaveAgainAsTheyWere() {
    var history = PacketHistory()
    history.record(packets(0..<10), firstSequenceNumber: 65_530, now: moment(0))
    let answer = history.answer([65_531, 1, 3], bitrateKbps: 2000, now: moment(5))
    #expect(answer.packets == [packet(1), packet(7), packet(9)])
    #expect(answer.unknownCount == 0)
    #expect(answer.suppressedCount == 0)
  }

  @Test func whatWasNeverSentIsUnknown() {
    var history = PacketHistory()
    #expect(history.answer([7], bitrateKbps: 2000, now: moment(0)).unknownCount == 1)
    history.record(packets(0..<3), firstSequenceNumber: 100, now: moment(0))
    let answer = history.answer([99, 103, 100 + 1024], bitrateKbps: 2000, now: moment(0))
    #expect(answer == .init(packets: [], unknownCount: 3, suppressedCount: 0))
  }

  @Test func onlyTheNewestPacketsAreKept() {
    var history = PacketHistory(capacity: 100)
    #expect(history.capacity == 128)
    history.record(packets(0..<200), firstSequenceNumber: 0, now: moment(0))
    let answer = history.answer([71, 72], bitrateKbps: 2000, now: moment(1))
    #expect(answer.packets == [packet(72)])
    #expect(answer.unknownCount == 1)
  }

  @Test func packetsOlderThanASecondAreOver() {
    var history = PacketHistory()
    history.record(packets(0..<1), firstSequenceNumber: 0, now: moment(0))
    #expect(history.answer([0], bitrateKbps: 2000, now: moment(1001)).unknownCount == 1)
    #expect(history.answer([0], bitrateKbps: 2000, now: moment(1000)).packets.count == 1)
  }

  @Test func onePacketIsRepeatedOncePerInterval() {
    var history = PacketHistory()
    history.record(packets(0..<1), firstSequenceNumber: 0, now: moment(0))
    #expect(history.answer([0, 0], bitrateKbps: 2000, now: moment(1)).suppressedCount == 1)
    #expect(history.answer([0], bitrateKbps: 2000, now: moment(20)).suppressedCount == 1)
    #expect(history.answer([0], bitrateKbps: 2000, now: moment(21)).packets.count == 1)
    let slow = history.answer(
      [0], bitrateKbps: 2000, minimumInterval: .milliseconds(80), now: moment(100))
    #expect(slow.suppressedCount == 1, "the round trip is longer than that")
    #expect(history.answer([0], bitrateKbps: 2000, now: moment(101)).packets.count == 1)
  }

  @Test func repeatsStayWithinHalfTheBitRate() {
    var history = PacketHistory(capacity: 1024, maxAge: .seconds(60), maxPacketSize: 1000)
    history.record(packets(0..<1024, size: 1000), firstSequenceNumber: 0, now: moment(0))
    var sent = 0
    // Everything is asked for again and again, for ten seconds.
    for time: Int64 in stride(from: 0, through: 10_000, by: 25) {
      let answer = history.answer(0..<1024 as Range<UInt16>, bitrateKbps: 2000, now: moment(time))
      #expect(answer.packets.count + answer.suppressedCount == 1024)
      sent += answer.packets.count
    }
    // 64 at once, then 1 Mbit/s = 125 packets a second.
    #expect(sent <= 64 + 1250)
    #expect(sent > 1200)
  }

  @Test func nothingIsLeftAfterClearing() {
    var history = PacketHistory()
    history.record(packets(0..<3), firstSequenceNumber: 0, now: moment(0))
    history.clear()
    #expect(history.answer([0, 1, 2], bitrateKbps: 2000, now: moment(0)).unknownCount == 3)
  }
}
