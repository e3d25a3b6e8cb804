import Media
import NIOCore
import Testing

import struct SonyCamera.LiveviewParser

@testable import SimulatedCamera

/// The engine reads what the camera writes, though neither knows the other's code.
struct EngineAgreementTests {
  /// A stream of `count` pictures as the connection would carry it, without chunk lines.
  private func stream(_ count: Int, faults: [Int: LiveviewFault] = [:]) throws -> ByteBuffer {
    var source = try PictureSource(size: .alpha6000Liveview, title: "", quality: 70)
    var memory = CaptureMemory()
    var random = RandomSequence(seed: 5)
    var stream = ByteBuffer()
    for index in 0..<count {
      let jpeg = try source.jpeg(frameNumber: UInt32(index), clock: "")
      let fault = faults[index]
      var packet = TestedPacket.image(
        memory.payload(for: fault?.spoil(jpeg) ?? jpeg), size: .alpha6000Liveview,
        announcesSize: true, sequenceNumber: UInt16(index + 1), timestamp: UInt32(index * 40))
      fault?.spoil(&packet)
      let bytes = packet.encoded()
      stream.writeImmutableBuffer(fault?.spoil(encoded: bytes, using: &random) ?? bytes)
    }
    return stream
  }

  @Test func everyPictureIsReadWithoutItsStaleBytes() throws {
    var bytes = try stream(24)
    let total = bytes.readableBytes
    var parser = LiveviewParser()
    var images = 0
    var sizes = 0
    while let packet = try parser.next(from: &bytes) {
      guard case .image(let image) = packet else { continue }
      images += 1
      sizes += image.bytes.readableBytes
      #expect(Array(image.bytes.readableBytesView.suffix(2)) == [0xFF, 0xD9])
      #expect(image.sequenceNumber == UInt16(images))
    }
    #expect(images == 24)
    #expect(parser.statistics.garbageByteCount == 0)
    #expect(parser.statistics.staleByteCount > 0)
    #expect(total - 24 * 136 - sizes == parser.statistics.staleByteCount)
  }

  @Test(arguments: [
    LiveviewFault.payloadCutShort, .garbageBetweenPackets, .wrongStartByte, .wrongStartCode,
    .unknownPayloadType, .reservedBytesSet, .giantSize, .truncatedPicture, .brokenPictureHeader,
  ])
  func picturesAfterAFaultAreRead(fault: LiveviewFault) throws {
    var bytes = try stream(8, faults: [3: fault])
    var parser = LiveviewParser()
    var numbers: [UInt16] = []
    while let packet = try parser.next(from: &bytes) {
      if case .image(let image) = packet { numbers.append(image.sequenceNumber) }
    }
    #expect(numbers.prefix(3) == [1, 2, 3])
    // The spoilt one and, where bytes are missing, the one after it may be lost.
    #expect(numbers.suffix(3) == [6, 7, 8])
  }
}
