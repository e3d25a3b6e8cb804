import NIOCore
import RTP
import TestSupport
import Testing

@Suite struct RTPHeaderTests {
  @Test func headerBytesAreThoseOfTheRFC() {
    var bytes = ByteBuffer()
    RTPHeader(
      marker: true, payloadType: 96, sequenceNumber: 0x1234, rtpTimestamp: 0xDEAD_BEEF,
      ssrc: 0x0102_0304
    ).write(into: &bytes)
    #expect(bytes == hex("80 e0 1234 deadbeef 01020304"))
  }

  @Test func payloadTypeNeverSetsTheMarker() {
    var bytes = ByteBuffer()
    RTPHeader(marker: false, payloadType: 0xFF, sequenceNumber: 0, rtpTimestamp: 0, ssrc: 0)
      .write(into: &bytes)
    #expect(bytes.getInteger(at: 1, as: UInt8.self) == 0x7F)
  }

  @Test func everyOptionalPartIsSkipped() throws {
    let packet = try RTPPacket(
      decoding: hex(
        """
        b2 60 0007 00000064 0000000a
        11111111 22222222
        bede 0001 10ff0000
        61 62 63 00 00 03
        """))
    #expect(
      packet.header
        == RTPHeader(
          marker: false, payloadType: 96, sequenceNumber: 7, rtpTimestamp: 100, ssrc: 10))
    #expect(packet.payload == hex("616263"))
  }

  /// What ffmpeg sends to open a path through a firewall before PLAY.
  @Test func emptyPacketIsFine() throws {
    let packet = try RTPPacket(decoding: hex("80 00 0000 00000000 00000000"))
    #expect(packet.payload.readableBytes == 0)
  }

  @Test(arguments: [
    ("", RTPError.truncated(position: 0, needed: 12, available: 0)),
    ("80 60 0007 00000064 000000", .truncated(position: 0, needed: 12, available: 11)),
    ("40 60 0007 00000064 0000000a", .unsupportedVersion(position: 0, found: 1)),
    ("81 60 0007 00000064 0000000a 1111", .truncated(position: 12, needed: 4, available: 2)),
    ("90 60 0007 00000064 0000000a bede", .truncated(position: 12, needed: 4, available: 2)),
    (
      "90 60 0007 00000064 0000000a bede 0002 10ff0000",
      .truncated(position: 16, needed: 8, available: 4)
    ),
    ("a0 60 0007 00000064 0000000a", .invalidPadding(position: 11, length: 0, available: 0)),
    ("a0 60 0007 00000064 0000000a 00", .invalidPadding(position: 12, length: 0, available: 1)),
    ("a0 60 0007 00000064 0000000a 09", .invalidPadding(position: 12, length: 9, available: 1)),
  ])
  func faultIsNamedWithItsPosition(text: String, error: RTPError) {
    #expect(throws: error) { try RTPPacket(decoding: hex(text)) }
  }

  @Test func mutationsNeverTrap() {
    let sample = hex("b2 60 0007 00000064 0000000a 11111111 22222222 bede 0001 10ff0000 6162 02")
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<8000 {
      let bytes = Mutation.mutate(Array(sample.readableBytesView), using: &generator)
      if let packet = try? RTPPacket(decoding: ByteBuffer(bytes: bytes)) {
        #expect(packet.payload.readableBytes <= bytes.count - RTPHeader.size)
      }
    }
  }
}
