import Media
import NIOCore
import RTP
import TestSupport
import Testing

@Suite struct H264DepacketizerTests {
  /// A NAL unit of `count` bytes whose slice starts at macroblock 0.
  private func slice(_ header: UInt8, count: Int) -> NALUnit {
    var unit = makeUnit(header, count: count)
    unit.bytes.setInteger(0x88 as UInt8, at: unit.bytes.readerIndex + 1)
    return unit
  }

  private func packet(
    _ payload: String, sequenceNumber: UInt16, timestamp: UInt32 = 9000, marker: Bool = false,
    ssrc: UInt32 = 7
  ) throws -> RTPPacket {
    var datagram = ByteBuffer()
    RTPHeader(
      marker: marker, payloadType: 96, sequenceNumber: sequenceNumber, rtpTimestamp: timestamp,
      ssrc: ssrc
    ).write(into: &datagram)
    datagram.writeImmutableBuffer(hex(payload))
    return try RTPPacket(decoding: datagram)
  }

  private func receive(
    _ packets: [RTPPacket], limits: H264Depacketizer.Limits = .init()
  ) -> [H264Depacketizer.Output] {
    var depacketizer = H264Depacketizer(limits: limits)
    return packets.flatMap { depacketizer.receive($0) }
  }

  private func accessUnit(
    _ units: String..., timestamp: UInt32 = 9000
  ) -> H264Depacketizer.Output {
    .accessUnit(
      ReceivedAccessUnit(
        nalUnits: units.map { NALUnit(bytes: hex($0)) }, rtpTimestamp: timestamp))
  }

  @Test func markerEndsAnAccessUnit() throws {
    let outputs = receive([
      try packet("78 0004 6742c01e 0003 68ce3c", sequenceNumber: 65535),
      try packet("65 88 84", sequenceNumber: 0, marker: true),
    ])
    #expect(outputs == [accessUnit("67 42 c0 1e", "68 ce 3c", "65 88 84")])
  }

  @Test func anotherTimestampEndsAnAccessUnitWithoutMarker() throws {
    let outputs = receive([
      try packet("41 9a", sequenceNumber: 1),
      try packet("41 9b", sequenceNumber: 2, timestamp: 12000, marker: true),
    ])
    #expect(outputs == [accessUnit("41 9a"), accessUnit("41 9b", timestamp: 12000)])
  }

  @Test func fragmentsBecomeOneUnit() throws {
    let outputs = receive([
      try packet("7c 85 8801", sequenceNumber: 1),
      try packet("7c 05 0203", sequenceNumber: 2),
      try packet("7c 45 04", sequenceNumber: 3, marker: true),
    ])
    #expect(outputs == [accessUnit("65 88 01 02 03 04")])
  }

  @Test func aFragmentMayBeFirstAndLast() throws {
    #expect(
      receive([try packet("5c c1 9a02", sequenceNumber: 1, marker: true)])
        == [accessUnit("41 9a 02")])
  }

  /// gst-rtsp-server 1.22 sends delimiter, SPS, PPS and SEI in packets of their own.
  @Test func unitsInPacketsOfTheirOwnStayTogether() throws {
    let outputs = receive([
      try packet("09 10", sequenceNumber: 1), try packet("67 42 c0 1e", sequenceNumber: 2),
      try packet("68 ce", sequenceNumber: 3), try packet("06 05", sequenceNumber: 4),
      try packet("65 88", sequenceNumber: 5, marker: true),
    ])
    #expect(outputs == [accessUnit("09 10", "67 42 c0 1e", "68 ce", "06 05", "65 88")])
    guard case .accessUnit(let unit) = outputs.first else { return }
    #expect(unit.isIDR)
  }

  struct Damage: Sendable, CustomTestStringConvertible {
    var payloads: [String]
    var expected: PictureDamage
    var testDescription: String { "\(expected)" }
  }

  @Test(arguments: [
    Damage(payloads: [""], expected: .payloadEmpty),
    Damage(payloads: ["78 0000"], expected: .payloadEmpty),
    Damage(
      payloads: ["78 0002 6742 00"],
      expected: .payloadTruncated(position: 5, needed: 2, available: 1)),
    Damage(
      payloads: ["78 0005 6742"],
      expected: .payloadTruncated(position: 3, needed: 5, available: 2)),
    Damage(payloads: ["7c"], expected: .payloadTruncated(position: 0, needed: 2, available: 1)),
    Damage(payloads: ["7c 05 01"], expected: .fragmentStartMissing),
    Damage(payloads: ["7c 85 88"], expected: .fragmentEndMissing),
    Damage(payloads: ["7c 85 88", "7c 85 88"], expected: .fragmentEndMissing),
    Damage(payloads: ["7c 85 88", "65 88"], expected: .fragmentEndMissing),
    Damage(payloads: ["65 48"], expected: .firstSliceMissing),
    Damage(payloads: ["65"], expected: .firstSliceMissing),
    Damage(payloads: ["00 88"], expected: .payloadTypeUnsupported(code: 0)),
    Damage(payloads: ["79 88"], expected: .payloadTypeUnsupported(code: 25)),
    Damage(payloads: ["7d 85 88"], expected: .payloadTypeUnsupported(code: 29)),
  ])
  func whatIsNotWholeIsLost(damage: Damage) throws {
    var packets: [RTPPacket] = []
    for (index, payload) in damage.payloads.enumerated() {
      packets.append(
        try packet(
          payload, sequenceNumber: UInt16(index), marker: index == damage.payloads.count - 1))
    }
    packets.append(
      try packet("65 88", sequenceNumber: UInt16(packets.count), timestamp: 1, marker: true))
    #expect(receive(packets) == [.lost(damage.expected), accessUnit("65 88", timestamp: 1)])
  }

  @Test func aGapSpoilsThePictureItIsIn() throws {
    var depacketizer = H264Depacketizer()
    #expect(depacketizer.receive(try packet("7c 85 88", sequenceNumber: 1)).isEmpty)
    #expect(
      depacketizer.receive(try packet("7c 45 02", sequenceNumber: 4, marker: true))
        == [.lost(.packetsMissing(count: 2))])
    #expect(depacketizer.missingPacketCount == 2)
  }

  @Test func aGapBetweenPicturesSpoilsOnlyWhatLostItsStart() throws {
    let outputs = receive([
      try packet("41 9a", sequenceNumber: 1, marker: true),
      try packet("41 9b", sequenceNumber: 9, timestamp: 1, marker: true),
      try packet("41 1b", sequenceNumber: 20, timestamp: 2, marker: true),
    ])
    #expect(
      outputs == [
        accessUnit("41 9a"), accessUnit("41 9b", timestamp: 1), .lost(.firstSliceMissing),
      ])
  }

  @Test func aGapSpoilsAPictureWhoseMarkerMayBeMissing() throws {
    let outputs = receive([
      try packet("41 9a", sequenceNumber: 1),
      try packet("41 9b", sequenceNumber: 3, timestamp: 1, marker: true),
    ])
    #expect(outputs == [.lost(.packetsMissing(count: 1)), accessUnit("41 9b", timestamp: 1)])
  }

  @Test func lateAndDoubledPacketsAreIgnored() throws {
    let outputs = receive([
      try packet("67 42", sequenceNumber: 3), try packet("67 42", sequenceNumber: 3),
      try packet("41 9a", sequenceNumber: 65530),
      try packet("65 88", sequenceNumber: 4, marker: true),
    ])
    #expect(outputs == [accessUnit("67 42", "65 88")])
  }

  @Test func numbersThatStartAnewAreFollowed() throws {
    let outputs = receive([
      try packet("67 42", sequenceNumber: 5000),
      try packet("65 88", sequenceNumber: 10, timestamp: 1, marker: true),
    ])
    #expect(outputs == [.lost(.packetsMissing(count: 0)), accessUnit("65 88", timestamp: 1)])
  }

  @Test func anotherSourceStartsAnew() throws {
    let outputs = receive([
      try packet("67 42", sequenceNumber: 5000),
      try packet("65 88", sequenceNumber: 10, marker: true, ssrc: 8),
    ])
    #expect(outputs == [.lost(.sourceChanged), accessUnit("65 88")])
  }

  @Test func limitsHold() throws {
    var limits = H264Depacketizer.Limits()
    limits.accessUnitBytes = 5
    let bytes = [
      try packet("67 42 c0", sequenceNumber: 1),
      try packet("7c 85 88", sequenceNumber: 2),
      try packet("7c 05 01", sequenceNumber: 3, marker: true),
    ]
    #expect(receive(bytes, limits: limits) == [.lost(.tooManyBytes(limit: 5))])
    limits = .init()
    limits.nalUnitCount = 2
    let units = [try packet("78 0001 09 0001 09 0001 09", sequenceNumber: 1, marker: true)]
    #expect(receive(units, limits: limits) == [.lost(.tooManyUnits(limit: 2))])
  }

  /// What our own packetizer makes comes back whole.
  @Test func everySizeComesBack() throws {
    var generator = SeededGenerator(seed: 11)
    var depacketizer = H264Depacketizer()
    var sender = RTPSender(ssrc: 1, payloadType: 96, firstSequenceNumber: 65_000, firstTimestamp: 5)
    for index in 0..<300 {
      let slices = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
        slice(
          [0x41, 0x65].randomElement(using: &generator) ?? 0x41,
          count: Int.random(in: 2...6000, using: &generator))
      }
      let unit = makeAccessUnit(slices, at: MediaTime(nanoseconds: Int64(index) * 40_000_000))
      let size = Int.random(in: 15...1500, using: &generator)
      var outputs: [H264Depacketizer.Output] = []
      for datagram in sender.datagrams(H264Packetizer(maxPacketSize: size).packetize(unit)) {
        outputs += depacketizer.receive(try RTPPacket(decoding: datagram))
      }
      let sets =
        unit.isIDR ? [sampleFormat.parameterSets.sps, sampleFormat.parameterSets.pps] : []
      guard case .accessUnit(let received) = outputs.first, outputs.count == 1 else {
        Issue.record("\(outputs)")
        return
      }
      #expect(received.nalUnits == sets + slices)
      #expect(received.isIDR == unit.isIDR)
    }
  }

  @Test func mutatedPacketsNeverGrowOrTrap() throws {
    var generator = SeededGenerator(seed: 3)
    var limits = H264Depacketizer.Limits()
    limits.accessUnitBytes = 20_000
    limits.nalUnitCount = 50
    var depacketizer = H264Depacketizer(limits: limits)
    var sender = RTPSender(ssrc: 1, payloadType: 96, firstSequenceNumber: 0, firstTimestamp: 0)
    var whole = 0
    var lost = 0
    for index in 0..<3000 {
      let unit = makeAccessUnit(
        [slice(0x65, count: Int.random(in: 2...3000, using: &generator))],
        at: MediaTime(nanoseconds: Int64(index) * 40_000_000))
      for datagram in sender.datagrams(H264Packetizer(maxPacketSize: 700).packetize(unit)) {
        var bytes = Array(datagram.readableBytesView)
        if Int.random(in: 0..<3, using: &generator) == 0 {
          bytes = Mutation.mutate(bytes, using: &generator)
        }
        guard let packet = try? RTPPacket(decoding: ByteBuffer(bytes: bytes)) else { continue }
        let outputs = depacketizer.receive(packet)
        #expect(outputs.count <= 2)
        for output in outputs {
          guard case .accessUnit(let unit) = output else {
            lost += 1
            continue
          }
          whole += 1
          #expect(unit.nalUnits.count <= limits.nalUnitCount)
          #expect(unit.nalUnits.reduce(0) { $0 + $1.count } <= limits.accessUnitBytes)
        }
      }
    }
    #expect(whole > 500)
    #expect(lost > 500)
  }
}
