import Media
import NIOCore
import SonyCamera
import Testing

@Suite struct LiveviewPacketHeaderTests {
  /// Header of the first packet of a NEX-5T, firmware 1.1.0 of the remote app: sequence number 1,
  /// clock 3945 ms, and 640x424 in the reserved bytes.
  private let recorded: [UInt8] =
    [
      0xFF, 0x01, 0x00, 0x01, 0x00, 0x00, 0x0F, 0x69, 0x24, 0x35, 0x68, 0x79, 0x00, 0x7B, 0x80,
      0x00, 0x02, 0x80, 0x01, 0xA8, 0x00,
    ] + [UInt8](repeating: 0, count: 115)

  @Test func readsARecordedHeader() throws {
    let buffer = ByteBuffer(bytes: recorded)
    let header = try #require(LiveviewPacketHeader(peeking: buffer))
    #expect(header.payloadType == .image)
    #expect(header.sequenceNumber == 1)
    #expect(header.cameraMilliseconds == 3945)
    #expect(header.payloadSize == 31_616)
    #expect(header.paddingSize == 0)
    #expect(header.announcedSize == .alpha6000Liveview)
    #expect(buffer.readableBytes == LiveviewPacketHeader.byteCount)
  }

  @Test func writesWhatItRead() throws {
    let header = try #require(LiveviewPacketHeader(peeking: ByteBuffer(bytes: recorded)))
    var buffer = ByteBuffer()
    header.encode(into: &buffer)
    #expect(Array(buffer.readableBytesView) == recorded)
  }

  @Test func needsAllBytesAndBothMarks() {
    #expect(LiveviewPacketHeader(peeking: ByteBuffer(bytes: recorded.dropLast())) == nil)
    for position in [0, 8, 9, 10, 11] {
      var wrong = recorded
      wrong[position] ^= 0x40
      #expect(LiveviewPacketHeader(peeking: ByteBuffer(bytes: wrong)) == nil)
    }
  }

  @Test func keepsSizesWithinTheirFields() throws {
    var buffer = ByteBuffer()
    LiveviewPacketHeader(
      payloadType: .image, sequenceNumber: 7, cameraMilliseconds: 0, payloadSize: 1 << 40
    ).encode(into: &buffer)
    let header = try #require(LiveviewPacketHeader(peeking: buffer))
    #expect(header.payloadSize == LiveviewPacketHeader.maximumPayloadSize)
    #expect(header.announcedSize == nil)
  }
}
