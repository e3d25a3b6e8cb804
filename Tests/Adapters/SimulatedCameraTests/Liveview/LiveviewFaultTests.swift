import Media
import NIOCore
import Testing
import TurboJPEG

@testable import SimulatedCamera

struct LiveviewFaultTests {
  private func jpeg() throws -> ByteBuffer {
    var source = try PictureSource(size: .alpha6000Liveview, title: "", quality: 70)
    return try source.jpeg(frameNumber: 1, clock: "")
  }

  /// Whether a decoder gives this up or finds damage.
  private func isDamaged(_ jpeg: ByteBuffer) throws -> Bool {
    var decoder = try JPEGDecoder()
    guard let decoded = try? decoder.decodeRGB(jpeg) else { return true }
    return decoded.damage != nil
  }

  @Test(arguments: [
    LiveviewFault.garbledPicture, .truncatedPicture, .brokenPictureHeader,
  ])
  func spoiltPicturesAreDamaged(fault: LiveviewFault) throws {
    let sound = try jpeg()
    #expect(try !isDamaged(sound))
    #expect(try isDamaged(fault.spoil(sound)))
  }

  @Test(arguments: [
    LiveviewFault.wrongStartByte, .wrongStartCode, .unknownPayloadType, .reservedBytesSet,
    .giantSize,
  ])
  func spoiltHeadersKeepTheirLength(fault: LiveviewFault) {
    var packet = LiveviewPacket.image(
      ByteBuffer(repeating: 7, count: 256), size: .alpha6000Liveview, announcesSize: true,
      sequenceNumber: 1, timestamp: 1)
    let sound = packet.encoded()
    fault.spoil(&packet)
    let spoilt = packet.encoded()
    #expect(spoilt.readableBytes == sound.readableBytes)
    #expect(spoilt != sound)
  }

  @Test func bytesAreCutOrAdded() {
    var random = RandomSequence(seed: 1)
    let sound = ByteBuffer(repeating: 7, count: 136 + 4096)
    func spoilt(_ fault: LiveviewFault) -> ByteBuffer {
      fault.spoil(encoded: sound, using: &random)
    }
    #expect(spoilt(.payloadCutShort).readableBytes == sound.readableBytes - 1000)
    #expect(spoilt(.garbageBetweenPackets).readableBytes == sound.readableBytes + 300)
    #expect(spoilt(.resetInsidePacket).readableBytes == sound.readableBytes / 2)
    #expect(spoilt(.cleanEnd) == sound)
  }
}
