import Media
import NIOCore
import SonyCamera
import TestSupport
import Testing

@Suite struct LiveviewParserTests {
  @Test func cutsEachPictureAtItsRealEnd() throws {
    var stream = SampleStream()
    for _ in 0..<45 { stream.appendImage() }
    var parser = LiveviewParser()
    let images = try parser.packets(in: stream.array).images
    #expect(images.map(\.sequenceNumber) == Array(1...45))
    for image in images {
      #expect(Array(image.bytes.readableBytesView) == SampleStream.jpeg(image.sequenceNumber))
      #expect(image.outline.size == .alpha6000Liveview)
    }
    #expect(images.first?.cameraMilliseconds == 3995)
    #expect(parser.statistics.imageCount == 45)
    #expect(parser.statistics.staleByteCount > 0)
    #expect(parser.statistics.garbageByteCount == 0)
    #expect(parser.statistics.byteCount == stream.array.count)
  }

  @Test(arguments: [1, 2, 7, 136, 137, 1000])
  func piecesOfAnySizeGiveTheSamePackets(chunk: Int) throws {
    var stream = SampleStream()
    stream.appendImage(padding: 3)
    stream.appendRaw([0xFF, 0x01, 0xFF, 0x24, 0x35])
    stream.appendFrameInformation([FocusFrame.sample])
    stream.append(LiveviewPayloadType(rawValue: 0x77), payload: [UInt8](repeating: 9, count: 300))
    stream.appendCutImage(byteCount: 250)
    stream.appendImage()
    stream.appendImage()
    var whole = LiveviewParser()
    var dripped = LiveviewParser()
    let expected = try whole.packets(in: stream.array)
    #expect(expected.count == 4)
    #expect(try dripped.packets(in: stream.array, chunk: chunk) == expected)
    #expect(dripped.statistics.imageCount == whole.statistics.imageCount)
    #expect(dripped.statistics.byteCount == whole.statistics.byteCount)
  }

  @Test func handsOutFrameInformationAndSkipsOtherTypes() throws {
    var stream = SampleStream()
    stream.append(.playbackImage, payload: SampleStream.jpeg(1), padding: 4)
    stream.append(.playbackInformation, payload: [UInt8](repeating: 0, count: 32))
    stream.append(LiveviewPayloadType(rawValue: 0x21), payload: [])
    stream.appendFrameInformation([.sample, .sample])
    stream.appendImage()
    var parser = LiveviewParser()
    let packets = try parser.packets(in: stream.array)
    #expect(packets.count == 2)
    guard case .frameInformation(let information) = packets.first else {
      Issue.record("frame information expected")
      return
    }
    #expect(information.frames == [.sample, .sample])
    #expect(packets.images.map(\.sequenceNumber) == [5])
    #expect(parser.statistics.skippedPacketCount == 3)
    #expect(parser.statistics.sequenceGapCount == 0)
  }

  @Test func leavesOutASpoiltPictureAndGoesOn() throws {
    var stream = SampleStream()
    stream.appendImage()
    stream.append(.image, payload: [UInt8](repeating: 0x42, count: 512))
    stream.append(.image, payload: [])
    stream.appendImage()
    var parser = LiveviewParser()
    let images = try parser.packets(in: stream.array).images
    #expect(images.map(\.sequenceNumber) == [1, 4])
    #expect(parser.statistics.corruptImageCount == 2)
    #expect(parser.statistics.lastCorruption == .truncated(position: 0))
  }

  @Test func findsTheNextPacketWithinAPayloadThatWasCutShort() throws {
    var stream = SampleStream()
    stream.appendImage()
    stream.appendCutImage(byteCount: 300)
    stream.appendImage()
    stream.appendImage()
    var parser = LiveviewParser()
    let images = try parser.packets(in: stream.array).images
    #expect(images.map(\.sequenceNumber) == [1, 3, 4])
    #expect(parser.statistics.corruptImageCount == 1)
  }

  @Test func findsTheNextPacketWithinStaleBytesThatWereLost() throws {
    var stream = SampleStream()
    stream.appendCutImage(
      byteCount: LiveviewPacketHeader.byteCount + SampleStream.jpeg(1).count)
    stream.appendImage()
    var parser = LiveviewParser()
    #expect(try parser.packets(in: stream.array).images.map(\.sequenceNumber) == [1, 2])
  }

  @Test func aPacketInsideThePayloadsLastBytesIsTheSameInPieces() throws {
    // Found by fuzzing: seen whole, the next packet was found; byte by byte it was not.
    var stream = SampleStream()
    var measured = SampleStream()
    measured.appendImage()
    stream.appendCutImage(byteCount: measured.array.count - 8)
    stream.appendImage()
    stream.appendImage()
    var whole = LiveviewParser()
    var dripped = LiveviewParser()
    let expected = try whole.packets(in: stream.array)
    #expect(expected.images.last?.sequenceNumber == 3)
    #expect(try dripped.packets(in: stream.array, chunk: 1) == expected)
    #expect(dripped.statistics == whole.statistics)
  }

  @Test func findsTheNextPacketBehindGarbage() throws {
    var generator = SeededGenerator(seed: 7)
    var stream = SampleStream()
    stream.appendImage()
    stream.appendRaw((0..<5000).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    stream.appendImage()
    stream.appendRaw([0xFF])
    stream.appendImage()
    var parser = LiveviewParser()
    #expect(try parser.packets(in: stream.array).images.map(\.sequenceNumber) == [1, 2, 3])
    #expect(parser.statistics.garbageByteCount == 5001)
    #expect(parser.statistics.resynchronisationCount == 2)
  }

  @Test func aGiantDeclaredSizeIsGarbageNotAWait() throws {
    var stream = SampleStream()
    var giant = ByteBuffer()
    LiveviewPacketHeader(
      payloadType: .image, sequenceNumber: 1, cameraMilliseconds: 0, payloadSize: 0xFF_FFFF
    ).encode(into: &giant)
    stream.appendRaw(Array(giant.readableBytesView))
    stream.appendImage()
    var parser = LiveviewParser()
    #expect(try parser.packets(in: stream.array).images.count == 1)
    #expect(parser.statistics.oversizedPacketCount == 1)
  }

  @Test func givesUpAfterTooMuchGarbage() throws {
    var limits = LiveviewParser.Limits()
    limits.garbageByteCount = 10_000
    var parser = LiveviewParser(limits: limits)
    var stream = SampleStream()
    stream.appendImage()
    _ = try parser.packets(in: stream.array)
    #expect(throws: SonyCameraError.self) {
      try parser.packets(in: [UInt8](repeating: 0x20, count: 20_000), chunk: 1000)
    }
    #expect(parser.statistics.garbageByteCount <= 11_000)
    // What comes afterwards cannot make up for it.
    #expect(throws: SonyCameraError.self) { try parser.packets(in: stream.array) }
    #expect(parser.statistics.imageCount == 1)
  }

  @Test func countsSequenceGapsAcrossTheWrapAndRestarts() throws {
    var stream = SampleStream(sequenceNumber: 0xFFFD)
    stream.appendImage()
    stream.appendImage()
    stream.appendImage()
    stream.skipSequenceNumbers(3)
    stream.appendImage()
    var parser = LiveviewParser()
    #expect(
      try parser.packets(in: stream.array).images.map(\.sequenceNumber)
        == [0xFFFE, 0xFFFF, 0, 4])
    #expect(parser.statistics.sequenceGapCount == 1)
    #expect(parser.statistics.missingPacketCount == 3)
    var anew = SampleStream()
    anew.appendImage()
    _ = try parser.packets(in: anew.array)
    #expect(parser.statistics.sequenceRestartCount == 1)
  }

  @Test func followsSizeChangesAndIgnoresReservedBytes() throws {
    var stream = SampleStream()
    stream.appendImage()
    stream.appendImage(size: PictureSize(width: 640, height: 360))
    stream.appendImage(size: PictureSize(width: 1024, height: 680))
    var bytes = stream.array
    for position in 16..<LiveviewPacketHeader.byteCount { bytes[position] = 0xA5 }
    var parser = LiveviewParser()
    let images = try parser.packets(in: bytes).images
    #expect(images.map(\.outline.size.height) == [424, 360, 680])
    #expect(parser.statistics.sizeChangeCount == 2)
  }

  @Test func appendingWhileAPictureIsHeldLeavesThePictureAlone() throws {
    var stream = SampleStream()
    stream.appendImage()
    stream.appendImage()
    var parser = LiveviewParser()
    var buffer = stream.bytes
    let first = try parser.next(from: &buffer)
    buffer.writeBytes([UInt8](repeating: 0, count: 4096))
    guard case .image(let image) = first else {
      Issue.record("an image expected")
      return
    }
    #expect(Array(image.bytes.readableBytesView) == SampleStream.jpeg(1))
  }

  @Test func theBufferStaysSmallWhateverComes() throws {
    var parser = LiveviewParser()
    var buffer = ByteBuffer()
    var stream = SampleStream()
    for _ in 0..<3000 {
      stream.append(.playbackImage, payload: [UInt8](repeating: 1, count: 1000))
    }
    let bytes = stream.array
    for start in stride(from: 0, to: bytes.count, by: 1448) {
      buffer.writeBytes(bytes[start..<min(start + 1448, bytes.count)])
      #expect(try parser.next(from: &buffer) == nil)
    }
    #expect(buffer.capacity <= 256 * 1024)
  }

  @Test func mutationsNeverTrapAndLaterPicturesStillCome() throws {
    var generator = SeededGenerator(seed: 0x414C_5048_4136)
    var limits = LiveviewParser.Limits()
    limits.payloadByteCount = 2048
    for _ in 0..<1500 {
      var stream = SampleStream()
      stream.appendImage()
      stream.appendFrameInformation([.sample])
      stream.appendImage(padding: 2)
      var spoilt = Mutation.mutate(stream.array, using: &generator)
      var rest = SampleStream(sequenceNumber: 100)
      for _ in 0..<3 { rest.appendImage() }
      spoilt += rest.array
      // Enough for the largest payload a spoilt size can promise.
      spoilt += [UInt8](repeating: 0, count: limits.payloadByteCount + 300)
      var parser = LiveviewParser(limits: limits)
      let images = try parser.packets(in: spoilt, chunk: 700).images
      #expect(images.map(\.sequenceNumber).suffix(2) == [102, 103])
      for image in images { #expect(image.bytes.readableBytes == image.outline.byteCount) }
    }
  }
}

extension FocusFrame {
  static let sample = FocusFrame(
    left: 100, top: 200, right: 5000, bottom: 10_000, category: 4, status: 1, additionalStatus: 2)
}
