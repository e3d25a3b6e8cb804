import Media
import NIOCore
import RTP
import Testing

@Suite struct RTPSenderTests {
  private static func moment(_ milliseconds: Int64) -> MediaTime {
    MediaTime(nanoseconds: 5_000_000_000 + milliseconds * 1_000_000)
  }

  private static func train(at milliseconds: Int64, size: Int = 20) -> PacketTrain {
    H264Packetizer(maxPacketSize: 1200).packetize(
      makeAccessUnit([makeUnit(0x41, count: size)], at: moment(milliseconds)))
  }

  private static func makeSender(
    sequenceNumber: UInt16 = 100, timestamp: UInt32 = 1_000_000
  ) -> RTPSender {
    RTPSender(
      ssrc: 0xCAFE_F00D, payloadType: 96, firstSequenceNumber: sequenceNumber,
      firstTimestamp: timestamp)
  }

  /// RTP timestamp of the first packet of a train sent now.
  private static func send(
    _ sender: inout RTPSender, at milliseconds: Int64
  ) throws -> UInt32 {
    let datagram = try #require(sender.datagrams(train(at: milliseconds)).first)
    return try RTPPacket(decoding: datagram).header.rtpTimestamp
  }

  @Test func frameBytesCarryTheViewersIdentity() {
    let train = H264Packetizer(maxPacketSize: 17).packetize(
      makeAccessUnit([NALUnit(bytes: hex("41 01 02 03 04 05 06"))], at: Self.moment(0)))
    let untouched = train.bytes
    var sender = Self.makeSender(sequenceNumber: 0xFFFF, timestamp: 0xFFFF_FFFE)
    #expect(
      sender.interleaved(train, channel: 2)
        == hex(
          """
          24 02 0011  80 60 ffff fffffffe cafef00d  5c 81 010203
          24 02 0011  80 e0 0000 fffffffe cafef00d  5c 41 040506
          """))
    #expect(train.bytes == untouched)
    #expect(sender.nextSequenceNumber == 1)
    #expect(sender.packetCount == 2)
    #expect(sender.octetCount == 10)
  }

  @Test func datagramsAreTheFramesWithoutFraming() throws {
    let train = Self.train(at: 0, size: 4000)
    var first = Self.makeSender()
    var second = Self.makeSender()
    var frames = first.interleaved(train, channel: 0)
    for datagram in second.datagrams(train) {
      frames.moveReaderIndex(forwardBy: PacketTrain.framingSize)
      #expect(frames.readSlice(length: datagram.readableBytes) == datagram)
    }
    #expect(frames.readableBytes == 0)
    #expect(first.nextSequenceNumber == second.nextSequenceNumber)
  }

  @Test func firstPacketIsTheAnnouncedOne() throws {
    var sender = Self.makeSender()
    let announced = sender.announce(now: Self.moment(0))
    #expect(announced == .init(sequenceNumber: 100, rtpTimestamp: 1_000_000))
    // The picture may be older or younger than the announcement.
    let packet = try RTPPacket(
      decoding: try #require(sender.datagrams(Self.train(at: -400)).first))
    #expect(packet.header.sequenceNumber == announced.sequenceNumber)
    #expect(packet.header.rtpTimestamp == announced.rtpTimestamp)
  }

  @Test func timestampsFollowPresentationTimes() throws {
    var sender = Self.makeSender()
    let times: [Int64] = [0, 40, 95, 1095, 601_095]
    let sent = try times.map { try Self.send(&sender, at: $0) }
    #expect(sent == [1_000_000, 1_003_600, 1_008_550, 1_098_550, 55_098_550])
  }

  @Test func timestampsWrapWithoutAJump() throws {
    var sender = Self.makeSender(timestamp: .max)
    #expect(try Self.send(&sender, at: 0) == .max)
    #expect(try Self.send(&sender, at: 1) == 89)
    // 13.3 hours later the 32 bits have wrapped once.
    #expect(try Self.send(&sender, at: 48_000_000) == UInt32.max &+ UInt32(4_320_000_000 - 1 << 32))
  }

  @Test func pauseLetsTimeGoOn() throws {
    var sender = Self.makeSender()
    _ = sender.announce(now: Self.moment(0))
    _ = try Self.send(&sender, at: 0)
    _ = try Self.send(&sender, at: 40)
    let announced = sender.announce(now: Self.moment(10_000))
    #expect(announced == .init(sequenceNumber: 102, rtpTimestamp: 1_900_000))
    #expect(try Self.send(&sender, at: 9_960) == 1_900_000)
    // Later pictures are back on the old line, so repeated pauses do not add up.
    #expect(try Self.send(&sender, at: 10_030) == 1_902_700)
  }

  @Test func announcementAtTheSameMomentStillGoesForwards() throws {
    var sender = Self.makeSender()
    let last = try Self.send(&sender, at: 40)
    #expect(sender.announce(now: Self.moment(40)).rtpTimestamp == last + 1)
    #expect(sender.announce(now: Self.moment(0)).rtpTimestamp == last + 1)
    #expect(try Self.send(&sender, at: 41) == last + 1)
    #expect(try Self.send(&sender, at: 42) == last + 180)
  }

  @Test func timestampsNeverGoBack() throws {
    var sender = Self.makeSender()
    var last = try Self.send(&sender, at: 0)
    for time: Int64 in [40, 40, 39, 10, 41, 80] {
      let next = try Self.send(&sender, at: time)
      #expect(next > last)
      last = next
    }
    #expect(last == 1_007_200)
  }

  /// What a viewer starts with after a pause is older than the moment of PLAY, a millisecond apart.
  @Test(arguments: [0, 1500] as [Int64])
  func afterAPauseTimesStayAMillisecondApart(age: Int64) throws {
    var sender = Self.makeSender()
    _ = try Self.send(&sender, at: 0)
    let announced = sender.announce(now: Self.moment(10_000)).rtpTimestamp
    var last = try Self.send(&sender, at: 9967 - age)
    #expect(last == announced)
    for time in (9968 - age)...(10_000 - age) {
      let next = try Self.send(&sender, at: time)
      #expect(next == last &+ 90)
      last = next
    }
    let live = try Self.send(&sender, at: 10_040)
    #expect(live == announced &+ 40 * 90, "back in place")
  }

  @Test func anotherClockStartsOverOneFrameLater() throws {
    var sender = Self.makeSender()
    _ = try Self.send(&sender, at: 0)
    let last = try Self.send(&sender, at: 60_000)
    #expect(try Self.send(&sender, at: 1000) == last + 3000)
    #expect(try Self.send(&sender, at: 1040) == last + 6600)
  }

  @Test func extremeTimesDoNotTrap() {
    var sender = Self.makeSender()
    for nanoseconds: Int64 in [.min, .max, 0, .min, .max] {
      let moment = MediaTime(nanoseconds: nanoseconds)
      _ = sender.announce(now: moment)
      let train = H264Packetizer(maxPacketSize: 1200).packetize(
        makeAccessUnit([makeUnit(0x41, count: 5)], at: moment))
      #expect(sender.datagrams(train).count == 1)
      #expect(sender.datagrams(train).count == 1)
    }
  }

  @Test func emptyTrainChangesNothing() {
    var sender = Self.makeSender()
    let empty = H264Packetizer(maxPacketSize: 1200).packetize(makeAccessUnit([]))
    #expect(sender.interleaved(empty, channel: 0).readableBytes == 0)
    #expect(sender.datagrams(empty).isEmpty)
    #expect(sender.announce(now: Self.moment(0)).sequenceNumber == 100)
    #expect(sender.packetCount == 0)
  }
}
