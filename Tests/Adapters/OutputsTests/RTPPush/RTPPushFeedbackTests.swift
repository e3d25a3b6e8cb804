import Configuration
import Media
import NIOCore
import RTP
import TestSupport
import Testing

@testable import Outputs
@testable import Pipeline

/// What a target does with the RTCP of its receiver.
@Suite(.timeLimit(.minutes(1))) struct RTPPushFeedbackTests {
  /// Stands still, so that no packet gets too old to be sent again.
  private let clock: ManualClock
  private let scene: RTPPushScene

  init() {
    clock = ManualClock()
    scene = RTPPushScene(clock: MediaClock(turnedBy: clock))
  }

  private func makeTarget(
    port: Int, _ values: [AbsoluteConfigKey: ConfigValue] = [:]
  ) -> RTPPushTarget {
    var values = values
    values["address"] = "127.0.0.1"
    values["port"] = .init(.int(port), isSecret: false)
    return RTPPushTarget(settings: target(values), stream: scene.handle, logger: scene.logger)
  }

  /// Generic NACK as a receiver sends it, after an empty receiver report.
  private func nack(_ entries: [(first: UInt16, mask: UInt16)], of ssrc: UInt32) -> ByteBuffer {
    var bytes = ByteBuffer(bytes: [0x80, 201, 0, 1, 0, 0, 0, 1])
    bytes.writeInteger(0x81 << 24 | 205 << 16 | UInt32(2 + entries.count))
    bytes.writeInteger(UInt32(1))
    bytes.writeInteger(ssrc)
    for entry in entries { bytes.writeMultipleIntegers(entry.first, entry.mask) }
    return bytes
  }

  @Test func lostPacketsComeAgainAsTheyWere() async throws {
    let receiver = try await UDPReceiver()
    let target = makeTarget(port: receiver.port)
    try await running(target, in: scene) {
      _ = await scene.publish(isIDR: true, size: 5000, milliseconds: 1000)
      let sent = try await receiver.next(6)
      let first = try RTPPacket(decoding: sent[0].bytes).header.sequenceNumber
      // The second packet, and of the 16 after it the second and the fourth.
      receiver.send(nack([(first &+ 1, 0b1010)], of: target.ssrc), to: sent[0].source)
      let again = try await receiver.next(3)
      #expect(again.map(\.bytes) == [sent[1].bytes, sent[3].bytes, sent[5].bytes])
      #expect(Set((sent + again).map(\.source)).count == 1)
      #expect(target.counters.packetsReportedLost == 3)
      #expect(target.counters.packetsRetransmitted == 3)
      #expect(target.counters.packets == 6, "repeats are counted by themselves")

      // Of another stream, never sent, and junk: nothing comes back before the next picture.
      receiver.send(nack([(first, 0)], of: target.ssrc &+ 1), to: sent[0].source)
      receiver.send(
        nack([(first &- 1, 0), (first &+ 6, 0xFFFF)], of: target.ssrc), to: sent[0].source)
      receiver.send(ByteBuffer(bytes: [0x81, 205, 0, 9, 1, 2]), to: sent[0].source)
      await eventually { target.counters.retransmissionsRefused == 18 }
      _ = await scene.publish(isIDR: false, milliseconds: 1040)
      let next = try await receiver.packets(1)
      #expect(next[0].header.sequenceNumber == first &+ 6)
      #expect(target.counters.packetsReportedLost == 21)
    }
  }

  @Test func retransmissionCanBeSwitchedOff() async throws {
    let receiver = try await UDPReceiver()
    let target = makeTarget(port: receiver.port, ["retransmission": false])
    try await running(target, in: scene) {
      _ = await scene.publish(isIDR: true, milliseconds: 1000)
      let sent = try await receiver.next(2)
      let first = try RTPPacket(decoding: sent[0].bytes).header.sequenceNumber
      receiver.send(nack([(first, 1)], of: target.ssrc), to: sent[0].source)
      await eventually { target.counters.retransmissionsRefused == 2 }
      #expect(target.counters.packetsRetransmitted == 0)
    }
  }

  @Test func reportsTellLossJitterAndRoundTrip() async throws {
    let (receiver, reports) = try await makeReceiverPair()
    let target = makeTarget(port: receiver.port, ["senderReports": true])
    try await running(target, in: scene) {
      _ = await scene.publish(isIDR: true, milliseconds: 1000)
      let datagram = try await reports.next(1)[0]
      guard
        case .senderReport(let report)? = try RTCPCompound(decoding: datagram.bytes).packets.first
      else {
        Issue.record("no sender report")
        return
      }
      var answer = ByteBuffer()
      ReceiverReport(
        ssrc: 1,
        receptionReports: [
          ReceptionReport(
            sourceSSRC: target.ssrc, fractionLost: 64, cumulativeLost: 5,
            highestSequenceNumber: 0, jitter: 450,
            lastSenderReport: UInt32(truncatingIfNeeded: report.ntpTimestamp >> 16),
            delaySinceLastSenderReport: 0)
        ]
      ).write(into: &answer)
      clock.advance(by: .milliseconds(250))
      reports.send(answer, to: datagram.source)
      await eventually { target.reception.reportCount == 1 }
      guard case .object(let status) = target.status(state: .sending) else { return }
      #expect(status["lossRatio"] == .double(0.25))
      #expect(status["jitterMilliseconds"] == .double(5))
      #expect(target.reception.packetsLost == 5)
      let roundTrip = try #require(target.reception.roundTripTime)
      // Its unit is 1/65536 s.
      #expect((.milliseconds(249) ... .milliseconds(251)).contains(roundTrip))
    }
  }
}

/// Runs `target` while `body` does.
func running(
  _ target: RTPPushTarget, in scene: RTPPushScene, _ body: () async throws -> Void
) async throws {
  let run = Task { await target.run { _ in } }
  await scene.awaitSubscribers(1)
  let result: Result<Void, any Error>
  do {
    result = .success(try await body())
  } catch {
    result = .failure(error)
  }
  run.cancel()
  await run.value
  try result.get()
}

/// Two sockets on neighbouring ports.
func makeReceiverPair() async throws -> (UDPReceiver, UDPReceiver) {
  for _ in 0..<50 {
    let first = try await UDPReceiver()
    if let second = try? await UDPReceiver(port: first.port + 1) { return (first, second) }
  }
  throw RTPPushError.socketClosed
}
