import Media
import NIOCore
import TestSupport
import Testing
import TurboJPEG

@Suite struct JPEGDecoderTests {
  static let sizes = [
    PictureSize(width: 96, height: 64), PictureSize(width: 33, height: 17),
    PictureSize(width: 18, height: 9), PictureSize(width: 1, height: 1),
    PictureSize(width: 2, height: 3), PictureSize(width: 37, height: 38),
    PictureSize(width: 64, height: 40),
  ]

  @Test(arguments: ChromaSubsampling.allCases, sizes)
  func chromaIsTheMeanOfItsPixels(_ subsampling: ChromaSubsampling, _ size: PictureSize) throws {
    var encoder = try JPEGEncoder()
    var decoder = try JPEGDecoder()
    let jpeg = try encoder.encode(
      rgb: TestPicture.noise(size, seed: 7), size: size, quality: 90, subsampling: subsampling)
    let native = try #require(NativePlanes(jpeg))
    var frame = PixelFrame(size: PictureSize(width: 8, height: 8))
    let decoded = try decoder.decode(jpeg, into: &frame)
    #expect(decoded.header.subsampling == subsampling)
    #expect(!decoded.isDamaged)
    #expect(frame.size == size)
    #expect(mismatches(of: frame, against: native) == 0)
  }

  /// On flat areas a JPEG of quality 100 keeps the rounded JFIF values.
  @Test(arguments: [ChromaSubsampling.yuv444, .yuv422, .yuv420, .yuv440])
  func colourBarsKeepFullRange(_ subsampling: ChromaSubsampling) throws {
    let size = PictureSize(width: 256, height: 48)
    var encoder = try JPEGEncoder()
    var decoder = try JPEGDecoder()
    let jpeg = try encoder.encode(
      rgb: TestPicture.bars(size), size: size, quality: 100, subsampling: subsampling)
    var frame = PixelFrame(size: size)
    _ = try decoder.decode(jpeg, into: &frame)
    for (index, colour) in TestPicture.barColours.enumerated() {
      let (luma, blue, red) = jfif(colour)
      let column = index * 32 + 16
      #expect(frame.luma[24 * frame.lumaStride + column] == luma, "luma of bar \(index)")
      #expect(frame.chromaBlue[12 * frame.chromaStride + column / 2] == blue, "Cb \(index)")
      #expect(frame.chromaRed[12 * frame.chromaStride + column / 2] == red, "Cr \(index)")
    }
    #expect(frame.luma[24 * frame.lumaStride + 16] == 255)
    #expect(frame.luma[24 * frame.lumaStride + 240] == 0)
  }

  @Test func sizeMayChangeFromPictureToPicture() throws {
    var encoder = try JPEGEncoder()
    var decoder = try JPEGDecoder()
    var frame = PixelFrame(size: PictureSize(width: 16, height: 16))
    for size in [.alpha6000Liveview, Self.sizes[1], Self.sizes[0], .alpha6000Liveview] {
      let jpeg = try encoder.encode(
        rgb: TestPicture.noise(size, seed: 1), size: size, quality: 60, subsampling: .yuv422)
      let native = try #require(NativePlanes(jpeg))
      _ = try decoder.decode(jpeg, into: &frame)
      #expect(mismatches(of: frame, against: native) == 0)
    }
  }

  @Test func equalSizesReuseThePlanes() throws {
    let size = PictureSize.alpha6000Liveview
    var encoder = try JPEGEncoder()
    var decoder = try JPEGDecoder()
    var frame = PixelFrame(size: size)
    let before = frame.luma.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) }
    for subsampling in ChromaSubsampling.allCases {
      let jpeg = try encoder.encode(
        rgb: TestPicture.bars(size), size: size, quality: 60, subsampling: subsampling)
      _ = try decoder.decode(jpeg, into: &frame)
    }
    let after = frame.luma.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) }
    #expect(before == after)
  }

  @Test func truncatedPictureIsFlaggedAndUsable() throws {
    let size = PictureSize.alpha6000Liveview
    var encoder = try JPEGEncoder()
    var decoder = try JPEGDecoder()
    let whole = try encoder.encode(
      rgb: TestPicture.noise(size, seed: 2), size: size, quality: 80, subsampling: .yuv422)
    var native = PixelFrame(size: size)
    #expect(try !decoder.decode(whole, into: &native).isDamaged)
    var half = whole
    half.moveWriterIndex(to: half.readerIndex + half.readableBytes / 2)
    var frame = PixelFrame(size: size)
    let decoded = try decoder.decode(half, into: &frame)
    #expect(decoded.isDamaged)
    #expect(decoded.damage?.isEmpty == false)
    let quarter = size.height / 4 * frame.lumaStride
    #expect(frame.luma[..<quarter] == native.luma[..<quarter], "what is there is decoded")
    #expect(frame.luma != native.luma)
    #expect(try !decoder.decode(whole, into: &frame).isDamaged, "the flag is of one picture")
    #expect(try decoder.decodeRGB(half).warning != nil)
  }

  @Test func paddingBeforeTheEndIsNoDamage() throws {
    let size = PictureSize(width: 64, height: 48)
    var encoder = try JPEGEncoder()
    var decoder = try JPEGDecoder()
    let jpeg = try encoder.encode(
      rgb: TestPicture.bars(size), size: size, quality: 80, subsampling: .yuv422)
    var padded = jpeg
    padded.moveWriterIndex(to: padded.writerIndex - 2)
    padded.writeRepeatingByte(0, count: 100)
    padded.writeBytes([0xFF, 0xD9])
    var (expected, frame) = (PixelFrame(size: size), PixelFrame(size: size))
    #expect(try decoder.decode(jpeg, into: &expected).warning == nil)
    let decoded = try decoder.decode(padded, into: &frame)
    #expect(decoded.warning?.contains("extraneous bytes before marker 0xd9") == true)
    #expect(!decoded.isDamaged)
    #expect(frame.luma == expected.luma)
  }

  @Test func bytesAroundTheReadableOnesAreNotRead() throws {
    let size = PictureSize(width: 64, height: 48)
    var encoder = try JPEGEncoder()
    var decoder = try JPEGDecoder()
    let jpeg = try encoder.encode(
      rgb: TestPicture.bars(size), size: size, quality: 80, subsampling: .yuv422)
    var framed = ByteBuffer(repeating: 0xFF, count: 100)
    framed.writeImmutableBuffer(jpeg)
    framed.writeRepeatingByte(0xD8, count: 100)
    framed.moveReaderIndex(to: 100)
    framed.moveWriterIndex(to: 100 + jpeg.readableBytes)
    var frame = PixelFrame(size: size)
    var expected = PixelFrame(size: size)
    _ = try decoder.decode(jpeg, into: &expected)
    #expect(try !decoder.decode(framed, into: &frame).isDamaged)
    #expect(frame.luma == expected.luma)
  }

  @Test func refusesWhatIsNoJPEG() throws {
    var decoder = try JPEGDecoder()
    var frame = PixelFrame(size: PictureSize(width: 8, height: 8))
    for bytes in [[], [0xFF], [0xFF, 0xD8], [0xFF, 0xD8, 0xFF, 0xD9], Array("<html>".utf8)] {
      do throws(TurboJPEGError) {
        _ = try decoder.decode(ByteBuffer(bytes: bytes), into: &frame)
        Issue.record("decoded \(bytes)")
      } catch {
        guard case .headerUnreadable(let reason) = error else {
          Issue.record("unexpected \(error)")
          continue
        }
        #expect(!reason.isEmpty)
      }
    }
    #expect(frame.size == PictureSize(width: 8, height: 8))
  }

  @Test func refusesHugePicturesBeforeTakingMemory() throws {
    let size = PictureSize(width: 64, height: 48)
    var encoder = try JPEGEncoder()
    var jpeg = try encoder.encode(
      rgb: TestPicture.bars(size), size: size, quality: 80, subsampling: .yuv422)
    let frameHeader = try #require(position(ofMarker: 0xC0, in: jpeg))
    jpeg.setBytes([0xFF, 0xDC, 0xFF, 0xDC], at: frameHeader + 5)
    var decoder = try JPEGDecoder()
    var frame = PixelFrame(size: size)
    let huge = PictureSize(width: 65_500, height: 65_500)
    #expect(throws: TurboJPEGError.pictureTooLarge(huge, pixelLimit: 4096 * 4096)) {
      try decoder.decode(jpeg, into: &frame)
    }
    #expect(frame.size == size)
    var narrow = try JPEGDecoder(pixelLimit: 64 * 48 - 1)
    let whole = try encoder.encode(
      rgb: TestPicture.bars(size), size: size, quality: 80, subsampling: .yuv422)
    #expect(throws: TurboJPEGError.pictureTooLarge(size, pixelLimit: 64 * 48 - 1)) {
      try narrow.readHeader(of: whole)
    }
  }

  @Test(arguments: ChromaSubsampling.allCases)
  func spoiltPicturesNeverTrap(_ subsampling: ChromaSubsampling) throws {
    let size = PictureSize(width: 72, height: 40)
    var encoder = try JPEGEncoder()
    // A small limit keeps mutated dimensions from filling the test's time.
    var decoder = try JPEGDecoder(pixelLimit: 640 * 480)
    let jpeg = try encoder.encode(
      rgb: TestPicture.noise(size, seed: 3), size: size, quality: 70, subsampling: subsampling)
    let original = Array(jpeg.readableBytesView)
    var generator = SeededGenerator(seed: 11)
    var frame = PixelFrame(size: size)
    var (clean, damaged, refused) = (0, 0, 0)
    for _ in 0..<600 {
      let bytes = Mutation.mutate(original, using: &generator)
      #expect(throws: Never.self) { try decoder.readHeader(of: jpeg) }
      do throws(TurboJPEGError) {
        let decoded = try decoder.decode(ByteBuffer(bytes: bytes), into: &frame)
        #expect(frame.size == decoded.header.size)
        if decoded.isDamaged { damaged += 1 } else { clean += 1 }
      } catch {
        refused += 1
      }
    }
    #expect(clean + damaged + refused == 600)
    #expect(damaged > 0 && refused > 0)
    #expect(try !decoder.decode(jpeg, into: &frame).isDamaged, "the decoder still works")
  }

  @Test(.enabled(if: ProcessMemory.tellsLeaks))
  func handlesAreReleased() throws {
    let size = PictureSize(width: 64, height: 48)
    let bars = TestPicture.bars(size)
    func openUseAndClose() throws {
      var encoder = try JPEGEncoder()
      var decoder = try JPEGDecoder()
      let jpeg = try encoder.encode(rgb: bars, size: size, quality: 80, subsampling: .yuv422)
      _ = try decoder.decodeRGB(jpeg)
    }
    for _ in 0..<20 { try openUseAndClose() }
    let before = ProcessMemory.residentBytes()
    for _ in 0..<6000 { try openUseAndClose() }
    // A leaked pair keeps more than 9 kilobytes.
    #expect(ProcessMemory.residentBytes() - before < 30 << 20)
  }

  private func mismatches(of frame: PixelFrame, against native: NativePlanes) -> Int {
    var count = 0
    for row in 0..<frame.size.height {
      for column in 0..<frame.size.width
      where frame.luma[row * frame.lumaStride + column] != native.luma(column, row) {
        count += 1
      }
    }
    for row in 0..<(frame.size.height + 1) / 2 {
      for column in 0..<(frame.size.width + 1) / 2 {
        let index = row * frame.chromaStride + column
        if frame.chromaBlue[index] != native.chroma(1, column, row) { count += 1 }
        if frame.chromaRed[index] != native.chroma(2, column, row) { count += 1 }
      }
    }
    return count
  }

  /// Source: JFIF 1.02, "Conversion to and from RGB".
  private func jfif(
    _ colour: (red: UInt8, green: UInt8, blue: UInt8)
  ) -> (luma: UInt8, blue: UInt8, red: UInt8) {
    let (red, green, blue) = (Double(colour.red), Double(colour.green), Double(colour.blue))
    // libjpeg rounds halves down.
    func level(_ value: Double) -> UInt8 { UInt8(min(255, max(0, (value - 0.5).rounded(.up)))) }
    return (
      level(0.299 * red + 0.587 * green + 0.114 * blue),
      level(-0.168736 * red - 0.331264 * green + 0.5 * blue + 128),
      level(0.5 * red - 0.418688 * green - 0.081312 * blue + 128)
    )
  }

  private func position(ofMarker code: UInt8, in jpeg: ByteBuffer) -> Int? {
    let view = jpeg.readableBytesView
    return view.indices.dropLast().first { view[$0] == 0xFF && view[$0 + 1] == code }
  }
}
