import NIOCore
import RTP
import TestSupport
import Testing

@Suite struct RTCPCompoundTests {
  /// Receiver report with one block, SDES with CNAME and TOOL, PLI, FIR, NACK, APP and BYE.
  private static let everything = hex(
    """
    81 c9 0007 0000000b 0000000a 40 fffffe 00010005 0000005a 12345678 00010000
    81 ca 0004 0000000b 01 03 612e62 06 02 7632 00 00 00
    81 ce 0002 0000000b 0000000a
    84 ce 0004 0000000b 00000000 0000000a 01000000
    81 cd 0003 0000000b 0000000a ffff 8001
    80 cc 0002 0000000b 6e616d65
    81 cb 0003 0000000b 04 626f7265 00 00 00
    """)

  private static let block = ReceptionReport(
    sourceSSRC: 10, fractionLost: 64, cumulativeLost: -2, highestSequenceNumber: 0x1_0005,
    jitter: 90, lastSenderReport: 0x1234_5678, delaySinceLastSenderReport: 65_536)

  @Test func everyKindIsRead() throws {
    let compound = try RTCPCompound(decoding: Self.everything)
    #expect(compound.trailingError == nil)
    #expect(
      compound.packets == [
        .receiverReport(ReceiverReport(ssrc: 11, receptionReports: [Self.block])),
        .sourceDescription(SourceDescription(chunks: [.init(ssrc: 11, canonicalName: "a.b")])),
        .feedback(Feedback(senderSSRC: 11, mediaSSRC: 10, request: .pictureLoss)),
        .feedback(Feedback(senderSSRC: 11, mediaSSRC: 0, request: .fullIntra(ssrcs: [10]))),
        .feedback(
          Feedback(
            senderSSRC: 11, mediaSSRC: 10,
            request: .lostPackets(sequenceNumbers: [0xFFFF, 0, 15]))),
        .other(packetType: 204),
        .goodbye(Goodbye(ssrcs: [11], reason: "bore")),
      ])
  }

  @Test func questionsAboutACompoundAreAnsweredForOneStream() throws {
    let compound = try RTCPCompound(decoding: Self.everything)
    #expect(compound.receptionReports(about: 10) == [Self.block])
    #expect(compound.receptionReports(about: 11).isEmpty)
    #expect(compound.requestsKeyframe(of: 10))
    #expect(!compound.requestsKeyframe(of: 11))
    #expect(compound.saysGoodbye)
    let nack = try RTCPCompound(decoding: hex("81 cd 0003 0000000b 0000000a ffff 0000"))
    #expect(!nack.requestsKeyframe(of: 10))
    #expect(!nack.saysGoodbye)
  }

  @Test func whatWeWriteIsReadBack() throws {
    let packets: [RTCPPacket] = [
      .senderReport(
        SenderReport(
          ssrc: 1, ntpTimestamp: .max, rtpTimestamp: 3, packetCount: 4, octetCount: 5,
          receptionReports: [Self.block])),
      .receiverReport(ReceiverReport(ssrc: 11, receptionReports: [Self.block, Self.block])),
      .sourceDescription(
        SourceDescription(chunks: [
          .init(ssrc: 1, canonicalName: "b"), .init(ssrc: 2, canonicalName: nil),
          .init(ssrc: 3, canonicalName: "abc"),
        ])),
      .goodbye(Goodbye(ssrcs: [1, 2, 3])),
    ]
    var bytes = ByteBuffer()
    for packet in packets {
      switch packet {
      case .senderReport(let report): report.write(into: &bytes)
      case .receiverReport(let report): report.write(into: &bytes)
      case .sourceDescription(let description): description.write(into: &bytes)
      case .goodbye(let goodbye): goodbye.write(into: &bytes)
      case .feedback, .other: break
      }
    }
    #expect(try RTCPCompound(decoding: bytes).packets == packets)
  }

  @Test func numbersTooLargeForTheirFieldsAreCut() throws {
    var block = Self.block
    block.cumulativeLost = .max
    let reports = Array(repeating: block, count: 40)
    let name = String(repeating: "ß", count: 200)
    var bytes = ByteBuffer()
    ReceiverReport(ssrc: 1, receptionReports: reports).write(into: &bytes)
    SourceDescription(chunks: [.init(ssrc: 1, canonicalName: name)]).write(into: &bytes)
    Goodbye(ssrcs: Array(repeating: 7, count: 40)).write(into: &bytes)
    block.cumulativeLost = 0x7F_FFFF
    #expect(
      try RTCPCompound(decoding: bytes).packets == [
        .receiverReport(
          ReceiverReport(ssrc: 1, receptionReports: Array(repeating: block, count: 31))),
        .sourceDescription(
          SourceDescription(chunks: [
            .init(ssrc: 1, canonicalName: String(repeating: "ß", count: 127))
          ])),
        .goodbye(Goodbye(ssrcs: Array(repeating: 7, count: 31))),
      ])
  }

  /// ffmpeg opens the path for RTCP with this before PLAY.
  @Test func lonelyEmptyReportIsTaken() throws {
    let compound = try RTCPCompound(decoding: hex("80 c9 0001 00000000"))
    #expect(compound.packets == [.receiverReport(ReceiverReport(ssrc: 0))])
  }

  @Test func paddingIsSkipped() throws {
    let compound = try RTCPCompound(decoding: hex("a1 cb 0002 0000000b 00000004"))
    #expect(compound.packets == [.goodbye(Goodbye(ssrcs: [11]))])
  }

  @Test func junkAfterAGoodPacketIsReportedOnly() throws {
    let compound = try RTCPCompound(decoding: hex("80 c9 0001 0000000b 00 01"))
    #expect(compound.packets == [.receiverReport(ReceiverReport(ssrc: 11))])
    #expect(compound.trailingError == .truncated(position: 8, needed: 4, available: 2))
  }

  @Test(arguments: [
    ("", RTPError.truncated(position: 0, needed: 4, available: 0)),
    ("00 c9 0001 0000000b", .unsupportedVersion(position: 0, found: 0)),
    ("80 c9 0002 0000000b", .inconsistentLength(position: 0, declared: 8, available: 4)),
    ("81 c9 0001 0000000b", .truncated(position: 8, needed: 24, available: 0)),
    ("80 c8 0001 0000000b", .truncated(position: 4, needed: 24, available: 4)),
    ("a0 c9 0001 00000000", .invalidPadding(position: 0, length: 0, available: 4)),
    ("80 c9 0000", .truncated(position: 4, needed: 4, available: 0)),
    ("81 ca 0002 0000000b 01 09 6161", .inconsistentLength(position: 9, declared: 9, available: 2)),
    ("82 cb 0001 0000000b", .truncated(position: 8, needed: 4, available: 0)),
    ("81 ce 0001 0000000b", .truncated(position: 4, needed: 8, available: 4)),
  ])
  func faultIsNamedWithItsPosition(text: String, error: RTPError) {
    #expect(throws: error) { try RTCPCompound(decoding: hex(text)) }
  }

  @Test func limitsHold() throws {
    let limits = RTCPCompound.Limits(byteCount: 24, packetCount: 2)
    #expect(throws: RTPError.packetTooLong(limit: 24, actual: 28)) {
      try RTCPCompound(decoding: ByteBuffer(repeating: 0, count: 28), limits: limits)
    }
    let three = hex("80 c9 0001 0000000b 80 c9 0001 0000000b 80 c9 0001 0000000b")
    let compound = try RTCPCompound(decoding: three, limits: limits)
    #expect(compound.packets.count == 2)
    #expect(compound.trailingError == .tooManyPackets(limit: 2, position: 16))
  }

  @Test func everyTruncationKeepsTheWholePacketsBeforeIt() throws {
    let whole = try RTCPCompound(decoding: Self.everything).packets
    for length in 0..<Self.everything.readableBytes {
      let part = try #require(Self.everything.getSlice(at: 0, length: length))
      if let compound = try? RTCPCompound(decoding: part) {
        #expect(compound.packets[...] == whole.prefix(compound.packets.count))
      } else {
        #expect(length < 32)
      }
    }
  }

  @Test func mutationsNeverTrapOrGrow() {
    var generator = SeededGenerator(seed: 3)
    let sample = Array(Self.everything.readableBytesView)
    for _ in 0..<8000 {
      let bytes = Mutation.mutate(sample, using: &generator)
      if let compound = try? RTCPCompound(decoding: ByteBuffer(bytes: bytes)) {
        #expect(compound.packets.count <= bytes.count / 4)
        #expect(compound.receptionReports(about: 10).count <= bytes.count / 24)
      }
    }
  }
}
