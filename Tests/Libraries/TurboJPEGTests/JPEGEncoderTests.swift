import Media
import NIOCore
import Testing
import TurboJPEG

@Suite struct JPEGEncoderTests {
  private let size = PictureSize(width: 64, height: 48)

  @Test(arguments: ChromaSubsampling.allCases)
  func headerCarriesSizeAndSampling(_ subsampling: ChromaSubsampling) throws {
    var encoder = try JPEGEncoder()
    var decoder = try JPEGDecoder()
    let jpeg = try encoder.encode(
      rgb: TestPicture.bars(size), size: size, quality: 85, subsampling: subsampling)
    let header = try decoder.readHeader(of: jpeg)
    #expect(header.size == size)
    #expect(header.subsampling == subsampling)
    #expect(jpeg.getBytes(at: jpeg.readerIndex, length: 2) == [0xFF, 0xD8])
    #expect(jpeg.getBytes(at: jpeg.writerIndex - 2, length: 2) == [0xFF, 0xD9])
  }

  @Test func rgbSurvivesAtFullQuality() throws {
    var encoder = try JPEGEncoder()
    var decoder = try JPEGDecoder()
    let rgb = TestPicture.bars(size)
    let jpeg = try encoder.encode(rgb: rgb, size: size, quality: 100, subsampling: .yuv444)
    let picture = try decoder.decodeRGB(jpeg)
    #expect(picture.size == size)
    #expect(picture.warning == nil)
    let worst = zip(rgb, picture.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
    #expect(picture.pixels.count == rgb.count)
    #expect(worst <= 1, "RGB → YCbCr → RGB rounds by one level")
  }

  @Test func qualitySetsTheSize() throws {
    var encoder = try JPEGEncoder()
    let rgb = TestPicture.noise(size, seed: 4)
    let sizes = try [10, 50, 85, 100].map { quality in
      try encoder.encode(rgb: rgb, size: size, quality: quality, subsampling: .yuv422)
        .readableBytes
    }
    #expect(sizes == sizes.sorted())
    #expect(Set(sizes).count == sizes.count)
  }

  @Test func planesComeBackAsTheyWere() throws {
    var encoder = try JPEGEncoder()
    var decoder = try JPEGDecoder()
    var frame = PixelFrame(size: size)
    for index in frame.luma.indices { frame.luma[index] = 16 * UInt8(index % 64 / 8) }
    frame.fillChroma(with: 90)
    let jpeg = try encoder.encode(frame, quality: 100)
    var back = PixelFrame(size: size)
    _ = try decoder.decode(jpeg, into: &back)
    #expect(back.luma == frame.luma)
    #expect(back.chromaBlue == frame.chromaBlue)
    #expect(back.chromaRed == frame.chromaRed)
  }

  @Test func refusesWhatDoesNotFit() throws {
    var encoder = try JPEGEncoder()
    #expect(throws: TurboJPEGError.pixelBytesMismatched(expected: 64 * 48 * 3, actual: 10)) {
      try encoder.encode(
        rgb: [UInt8](repeating: 0, count: 10), size: size, quality: 80, subsampling: .yuv422)
    }
    for quality in [0, 101, -5] {
      #expect(throws: TurboJPEGError.qualityOutOfRange(quality)) {
        try encoder.encode(PixelFrame(size: size), quality: quality)
      }
    }
    for bad in [PictureSize(width: 0, height: 8), PictureSize(width: 8, height: 70_000)] {
      #expect(throws: TurboJPEGError.sizeOutOfRange(bad)) {
        try encoder.encode(rgb: [], size: bad, quality: 80, subsampling: .yuv422)
      }
    }
  }
}
