import Media
import NIOCore
import Testing

@testable import SimulatedCamera

struct LiveviewPacketTests {
  @Test func imageHeaderHasEveryFieldInItsPlace() {
    let packet = TestedPacket.image(
      ByteBuffer(bytes: [1, 2, 3]), size: .alpha6000Liveview, announcesSize: true,
      sequenceNumber: 0x0102, timestamp: 0x0A0B_0C0D)
    let bytes = Array(packet.encoded().readableBytesView)
    #expect(bytes.count == 136 + 3)
    #expect(bytes[0..<8] == [0xFF, 0x01, 0x01, 0x02, 0x0A, 0x0B, 0x0C, 0x0D])
    #expect(bytes[8..<16] == [0x24, 0x35, 0x68, 0x79, 0, 0, 3, 0])
    #expect(bytes[16..<20] == [0x02, 0x80, 0x01, 0xA8])
    #expect(bytes[20..<136].allSatisfy { $0 == 0 })
    #expect(bytes[136...] == [1, 2, 3])
  }

  @Test func sizeCanBeLeftOut() {
    let packet = TestedPacket.image(
      ByteBuffer(), size: .alpha6000Liveview, announcesSize: false, sequenceNumber: 1,
      timestamp: 0)
    #expect(packet.encoded().readableBytesView[16..<136].allSatisfy { $0 == 0 })
  }

  @Test func frameInformationDescribesOneFrame() {
    let packet = TestedPacket.frameInformation(frameNumber: 3, sequenceNumber: 9, timestamp: 5)
    let bytes = Array(packet.encoded().readableBytesView)
    #expect(bytes.count == 136 + 16)
    #expect(bytes[1] == 0x02)
    #expect(bytes[12..<15] == [0, 0, 16])
    #expect(bytes[16..<22] == [1, 0, 0, 1, 0, 16])
    // 3030, 4000, 5030, 6000; contrast, focused, selected.
    #expect(bytes[136..<147] == [0x0B, 0xD6, 0x0F, 0xA0, 0x13, 0xA6, 0x17, 0x70, 1, 4, 1])
  }
}
