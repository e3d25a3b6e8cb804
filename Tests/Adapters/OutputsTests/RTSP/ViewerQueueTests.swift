import Media
import NIOCore
import Pipeline
import RTP
import Testing

@testable import Outputs

/// What waits for a slow viewer; times are milliseconds, pictures of 1000 bytes and a bit.
@Suite struct ViewerQueueTests {
  private var queue = ViewerQueue(bounds: .init(bytes: 5000, age: .milliseconds(500)))
  private var serial: UInt64 = 0

  private enum Outcome: Equatable {
    case sent(UInt64)
    case waits
    case skipped
    case asked(KeyframeReason)
  }

  private mutating func offer(isIDR: Bool = false, isFree: Bool, at time: Int = 0) -> Outcome {
    serial += 1
    let accessUnit = AccessUnit(
      serial: serial, nalUnits: [NALUnit(bytes: ByteBuffer(repeating: 0x41, count: 1000))],
      presentationTime: MediaTime(nanoseconds: Int64(time) * 1_000_000), isIDR: isIDR,
      format: makeFormat(0x1E))
    let train = H264Packetizer(maxPacketSize: 1400).packetize(accessUnit)
    let verdict = queue.offer(
      isIDR: isIDR, isFree: isFree, at: MediaTime(nanoseconds: Int64(time) * 1_000_000)
    ) { .init(trains: [train], pictureCount: 1) }
    switch verdict {
    case .send(let batch): return .sent(batch.trains.first?.serial ?? 0)
    case .wait: return .waits
    case .skip: return .skipped
    case .skipAndRequestKeyframe(let reason): return .asked(reason)
    }
  }

  @Test mutating func aReaderThatKeepsUpNeverWaits() {
    #expect(offer(isFree: true) == .asked(.join))
    #expect(offer(isIDR: true, isFree: true) == .sent(2))
    #expect(offer(isFree: true) == .sent(3))
    #expect(queue.byteCount == 0 && queue.skippedCount == 0)
  }

  @Test mutating func whatWaitsKeepsItsOrder() {
    #expect(offer(isIDR: true, isFree: true) == .sent(1))
    #expect(offer(isFree: false) == .waits)
    #expect(offer(isFree: false) == .waits)
    #expect(offer(isFree: true) == .waits, "it must not overtake those before it")
    #expect(queue.byteCount > 3000)
    #expect((0..<4).map { _ in queue.next()?.trains.first?.serial } == [2, 3, 4, nil])
    #expect(queue.byteCount == 0)
    #expect(offer(isFree: true) == .sent(5))
  }

  @Test mutating func theFirstIDRWaitsBehindAnAnswer() {
    #expect(offer(isIDR: true, isFree: false) == .waits)
    #expect(queue.next()?.trains.first?.isIDR == true)
  }

  @Test mutating func tooManyBytesAreDroppedTogetherAndItGoesOnAtAnIDR() {
    #expect(offer(isIDR: true, isFree: true) == .sent(1))
    for _ in 0..<4 { #expect(offer(isFree: false) == .waits) }
    #expect(offer(isFree: false) == .skipped)
    #expect(queue.byteCount == 0 && queue.skippedCount == 5)
    #expect(queue.next() == nil)
    #expect(offer(isFree: false) == .skipped, "nobody is asked for an IDR nobody reads")
    #expect(offer(isIDR: true, isFree: false) == .skipped)
    #expect(offer(isFree: true) == .asked(.overflow))
    #expect(offer(isIDR: true, isFree: true) == .sent(10))
    #expect(queue.skippedCount == 8)
  }

  @Test mutating func whatIsTooOldIsDroppedToo() {
    #expect(offer(isIDR: true, isFree: true, at: 0) == .sent(1))
    #expect(offer(isFree: false, at: 0) == .waits)
    #expect(offer(isFree: false, at: 500) == .waits)
    #expect(offer(isFree: false, at: 501) == .skipped)
    #expect(queue.skippedCount == 3)
  }

  @Test mutating func whatIsTooOldIsDroppedThoughNothingComes() {
    #expect(offer(isIDR: true, isFree: true, at: 0) == .sent(1))
    #expect(offer(isFree: false, at: 0) == .waits)
    queue.dropOverdue(at: MediaTime(nanoseconds: 500_000_000))
    #expect(queue.byteCount > 0)
    queue.dropOverdue(at: MediaTime(nanoseconds: 500_000_001))
    #expect(queue.byteCount == 0 && queue.skippedCount == 1)
    #expect(offer(isFree: true, at: 600) == .asked(.overflow))
  }

  @Test mutating func whoStartsAnewStartsAtAnIDR() {
    #expect(offer(isIDR: true, isFree: true) == .sent(1))
    #expect(offer(isFree: false) == .waits)
    queue.restart()
    #expect(queue.next() == nil && queue.isJoining)
    #expect(offer(isFree: true) == .asked(.join))
  }
}

extension ViewerQueue.Batch: Equatable {
  public static func == (left: Self, right: Self) -> Bool {
    left.trains.map(\.serial) == right.trains.map(\.serial)
  }
}
