import Media
import NIOCore
import RTP
import Testing

@Suite struct SenderReportingTests {
  /// 2024-01-01T00:00:00.5Z.
  private static let anchor = WallClockAnchor(
    mediaTime: MediaTime(nanoseconds: 2_000_000_000), unixNanoseconds: 1_704_067_200_500_000_000)

  /// A sender whose first picture was taken 500 ms before the anchor.
  private static func makeSender() -> RTPSender {
    var sender = RTPSender(
      ssrc: 0x1122_3344, payloadType: 96, firstSequenceNumber: 1, firstTimestamp: 0x1000)
    let train = H264Packetizer(maxPacketSize: 100).packetize(
      makeAccessUnit(
        [makeUnit(0x41, count: 200)], at: MediaTime(nanoseconds: 1_500_000_000)))
    _ = sender.datagrams(train)
    return sender
  }

  @Test func reportNamesOneInstantOnBothClocks() {
    // 0x1000 + 500 ms · 90 kHz = 0xbfc8; 3 packets, 199 bytes and 2 header bytes in each.
    #expect(
      Self.makeSender().senderReport(at: Self.anchor, cname: "lb@x")
        == hex(
          """
          80 c8 0006 11223344 e93c7f00 80000000 0000bfc8 00000003 000000cd
          81 ca 0003 11223344 01 04 6c624078 00 00
          """))
  }

  @Test func goodbyeEndsTheCompound() {
    #expect(
      Self.makeSender().goodbye(at: Self.anchor, cname: "a")
        == hex(
          """
          80 c8 0006 11223344 e93c7f00 80000000 0000bfc8 00000003 000000cd
          81 ca 0002 11223344 01 01 61 00
          81 cb 0001 11223344
          """))
  }

  @Test func senderThatSentNothingReportsNoTimes() {
    let sender = RTPSender(
      ssrc: 0x1122_3344, payloadType: 96, firstSequenceNumber: 1, firstTimestamp: 0)
    #expect(
      sender.goodbye(at: Self.anchor, cname: "a")
        == hex("80 c9 0001 11223344 81 ca 0002 11223344 01 01 61 00 81 cb 0001 11223344"))
  }

  @Test func steppedWallClockLeavesRTPTimestampsAlone() throws {
    let sender = Self.makeSender()
    var stepped = Self.anchor
    stepped.unixNanoseconds += 3600 * 1_000_000_000
    let before = try report(sender.senderReport(at: Self.anchor, cname: "a"))
    let after = try report(sender.senderReport(at: stepped, cname: "a"))
    #expect(before.rtpTimestamp == after.rtpTimestamp)
    #expect(after.ntpTimestamp - before.ntpTimestamp == 3600 << 32)
  }

  private func report(_ bytes: ByteBuffer) throws -> SenderReport {
    guard case .senderReport(let report)? = try RTCPCompound(decoding: bytes).packets.first else {
      throw RTPError.truncated(position: 0, needed: 0, available: 0)
    }
    return report
  }
}
