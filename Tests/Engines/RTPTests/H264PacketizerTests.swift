import Media
import NIOCore
import RTP
import TestSupport
import Testing

@Suite struct H264PacketizerTests {
  @Test func smallSliceTravelsAlone() {
    let unit = NALUnit(bytes: hex("41 9a 02"))
    let train = H264Packetizer(maxPacketSize: 1200).packetize(makeAccessUnit([unit]))
    #expect(train.bytes == hex("24 00 000f  80 80 0000 00000000 00000000  41 9a 02"))
    #expect(train.packets == [.init(offset: 0, length: 15)])
    #expect(train.payloadOctetCount == 3)
    #expect(!train.isIDR)
  }

  @Test func parameterSetsPrecedeAnIDRInOnePacket() {
    let unit = NALUnit(bytes: hex("65 88 84"))
    let train = H264Packetizer(maxPacketSize: 1200).packetize(makeAccessUnit([unit], serial: 9))
    #expect(
      train.bytes
        == hex(
          """
          24 00 0019  80 00 0000 00000000 00000000  78 0004 6742c01e 0004 68ce3c80
          24 00 000f  80 80 0000 00000000 00000000  65 88 84
          """))
    #expect(train.isIDR)
    #expect(train.serial == 9)
  }

  @Test func largeSliceIsFragmented() {
    let unit = NALUnit(bytes: hex("41 01 02 03 04 05 06 07 08"))
    let train = H264Packetizer(maxPacketSize: 17).packetize(makeAccessUnit([unit]))
    #expect(
      train.bytes
        == hex(
          """
          24 00 0011  80 00 0000 00000000 00000000  5c 81 010203
          24 00 0011  80 00 0000 00000000 00000000  5c 01 040506
          24 00 0010  80 80 0000 00000000 00000000  5c 41 0708
          """))
  }

  @Test func sliceOfExactlyThePayloadSizeIsNotFragmented() {
    let packetizer = H264Packetizer(maxPacketSize: 100)
    #expect(packetizer.packetize(makeAccessUnit([makeUnit(0x41, count: 88)])).packets.count == 1)
    #expect(packetizer.packetize(makeAccessUnit([makeUnit(0x41, count: 89)])).packets.count == 2)
  }

  @Test func allFragmentsButTheLastAreEquallyLong() {
    let train = H264Packetizer(maxPacketSize: 1200)
      .packetize(makeAccessUnit([makeUnit(0x65, count: 63_000)]))
    let lengths = train.packets.dropFirst().map(\.length)
    #expect(lengths.dropLast().allSatisfy { $0 == 1200 })
    #expect((15...1200).contains(lengths.last ?? 0))
  }

  @Test func unitsThatAreNotSlicesStayOut() throws {
    let units = [
      makeUnit(0x09, count: 2), makeUnit(0x67, count: 10), makeUnit(0x68, count: 4),
      makeUnit(0x06, count: 30), NALUnit(bytes: ByteBuffer()), makeUnit(0x65, count: 50),
      makeUnit(0x0C, count: 500), makeUnit(0x78, count: 20),
    ]
    let received = try roundTrip(makeAccessUnit(units), maxPacketSize: 1200).units
    #expect(received == expectedUnits(sampleFormat, slices: [makeUnit(0x65, count: 50)]))
  }

  @Test func nothingToSendMakesAnEmptyTrain() {
    let train = H264Packetizer(maxPacketSize: 1200)
      .packetize(makeAccessUnit([NALUnit(bytes: ByteBuffer()), makeUnit(0x09, count: 2)]))
    #expect(train.packets.isEmpty)
    #expect(train.bytes.readableBytes == 0)
    #expect(train.payloadOctetCount == 0)
  }

  @Test func parameterSetsThatDoNotFitTogetherTravelApart() throws {
    let accessUnit = makeAccessUnit([makeUnit(0x65, count: 5)])
    let received = try roundTrip(accessUnit, maxPacketSize: 20)
    #expect(received.units == expectedUnits(sampleFormat, slices: accessUnit.nalUnits))
    #expect(received.payloadTypes == [7, 8, 5])
  }

  @Test(arguments: [Int.min, -1, 0, 14, 15, 70_000, .max])
  func impossibleSizesAreClamped(size: Int) throws {
    let packetizer = H264Packetizer(maxPacketSize: size)
    #expect(H264Packetizer.packetSizeRange.contains(packetizer.maxPacketSize))
    let accessUnit = makeAccessUnit([makeUnit(0x65, count: 90)])
    let received = try roundTrip(accessUnit, maxPacketSize: size)
    #expect(received.units == expectedUnits(sampleFormat, slices: accessUnit.nalUnits))
  }

  @Test func everySizeComesBackWhole() throws {
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<300 {
      let slices = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
        makeUnit(
          [0x41, 0x65, 0x21].randomElement(using: &generator) ?? 0x41,
          count: Int.random(in: 1...6000, using: &generator))
      }
      let accessUnit = makeAccessUnit(slices)
      let size = Int.random(in: 15...1500, using: &generator)
      let received = try roundTrip(accessUnit, maxPacketSize: size)
      let sets = accessUnit.isIDR ? sampleFormat : nil
      #expect(received.units == expectedUnits(sets, slices: slices))
    }
  }

  private func expectedUnits(_ format: VideoFormat?, slices: [NALUnit]) -> [[UInt8]] {
    let sets = format.map { [$0.parameterSets.sps, $0.parameterSets.pps] } ?? []
    return (sets + slices).map { Array($0.bytes.readableBytesView) }
  }

  /// Packetizes, walks the interleaved frames byte by byte as a client would, and depacketizes.
  private func roundTrip(
    _ accessUnit: AccessUnit, maxPacketSize: Int
  ) throws -> (units: [[UInt8]], payloadTypes: [UInt8]) {
    let packetizer = H264Packetizer(maxPacketSize: maxPacketSize)
    let train = packetizer.packetize(accessUnit)
    var rest = train.bytes
    var depacketizer = Depacketizer()
    var payloadTypes: [UInt8] = []
    var packetCount = 0
    var octetCount = 0
    while rest.readableBytes > 0 {
      let offset = rest.readerIndex
      #expect(rest.readInteger(as: UInt8.self) == UInt8(ascii: "$"))
      #expect(rest.readInteger(as: UInt8.self) == 0)
      let slice = rest.readLengthPrefixedSlice(as: UInt16.self)
      let datagram = try #require(slice)
      #expect(datagram.readableBytes <= packetizer.maxPacketSize)
      #expect(
        train.packets[packetCount] == .init(offset: offset, length: datagram.readableBytes))
      let packet = try RTPPacket(decoding: datagram)
      packetCount += 1
      octetCount += packet.payload.readableBytes
      #expect(packet.header.marker == (packetCount == train.packets.count))
      payloadTypes.append((packet.payload.readableBytesView.first ?? 0) & 0x1F)
      try depacketizer.receive(Array(packet.payload.readableBytesView))
    }
    #expect(packetCount == train.packets.count)
    #expect(octetCount == train.payloadOctetCount)
    return (depacketizer.units, payloadTypes)
  }
}
