import Media
import NIOCore
import RTP
import Testing

@Suite struct RTPDatagramsTests {
  private static func datagrams(
    _ units: [NALUnit], packetSize: Int = 1200
  ) -> RTPDatagrams {
    var sender = RTPSender(
      ssrc: 1, payloadType: 96, firstSequenceNumber: 0xFFFE, firstTimestamp: 7)
    return sender.datagrams(
      H264Packetizer(maxPacketSize: packetSize).packetize(makeAccessUnit(units)))
  }

  @Test func theyLieOneAfterTheOther() throws {
    let datagrams = Self.datagrams([makeUnit(0x41, count: 5000)])
    #expect(datagrams.count == 5)
    var rest = datagrams.bytes
    for (index, datagram) in datagrams.enumerated() {
      #expect(datagram.readableBytes == datagrams.length(at: index))
      #expect(rest.readSlice(length: datagram.readableBytes) == datagram)
      let packet = try RTPPacket(decoding: datagram)
      #expect(packet.header.sequenceNumber == 0xFFFE &+ UInt16(index))
      #expect(packet.header.marker == (index == 4))
    }
    #expect(rest.readableBytes == 0)
  }

  @Test func fragmentsAreOneRunWithAShorterEnd() {
    let datagrams = Self.datagrams([makeUnit(0x41, count: 5000)])
    let runs = datagrams.runs(of: datagrams.indices)
    #expect(runs.map(\.range) == [0..<5])
    #expect(runs.map(\.segmentSize) == [1200])
    #expect(runs.first?.bytes == datagrams.bytes)
  }

  @Test func parameterSetsAreARunOfTheirOwn() {
    let datagrams = Self.datagrams([makeUnit(0x65, count: 5000)])
    let runs = datagrams.runs(of: datagrams.indices)
    #expect(runs.map(\.range) == [0..<1, 1..<6])
    #expect(runs.map(\.segmentSize) == [datagrams.length(at: 0), 1200])
  }

  @Test func aShortPacketEndsARunAndALongerOneBeginsTheNext() {
    // Two slices: fragments of 1200, 1200, short, then 1200, 1200, short.
    let datagrams = Self.datagrams([makeUnit(0x41, count: 3000), makeUnit(0x41, count: 3000)])
    #expect(datagrams.runs(of: datagrams.indices).map(\.range) == [0..<3, 3..<6])
  }

  @Test func runsEndWhereTheKernelsLimitsAre() {
    let large = Self.datagrams([makeUnit(0x41, count: 200_000)])
    let runs = large.runs(of: large.indices)
    #expect(runs.allSatisfy { $0.bytes.readableBytes <= 65_507 })
    #expect(runs.first?.range == 0..<54)
    let small = Self.datagrams([makeUnit(0x41, count: 20_000)], packetSize: 200)
    #expect(small.runs(of: small.indices).allSatisfy { $0.range.count <= 64 })
    #expect(small.runs(of: small.indices).first?.range == 0..<64)
  }

  @Test func aPartOfThePictureHasItsOwnRuns() {
    let datagrams = Self.datagrams([makeUnit(0x65, count: 20_000)])
    let runs = datagrams.runs(of: 0..<8) + datagrams.runs(of: 8..<16) + datagrams.runs(of: 16..<99)
    #expect(runs.map(\.range) == [0..<1, 1..<8, 8..<16, 16..<18])
    var joined = ByteBuffer()
    for run in runs { joined.writeImmutableBuffer(run.bytes) }
    #expect(joined == datagrams.bytes)
  }

  @Test func nothingInNothingOut() {
    let none = Self.datagrams([])
    #expect(none.isEmpty)
    #expect(none.runs(of: 0..<0).isEmpty)
    #expect(none.runs(of: 0..<3).isEmpty)
    #expect(none[4].readableBytes == 0)
  }
}
