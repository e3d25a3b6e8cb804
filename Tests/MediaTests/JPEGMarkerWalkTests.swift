import Media
import NIOCore
import TestSupport
import Testing

@Suite struct JPEGMarkerWalkTests {
  @Test func findsTheEndBeforeStaleBytesThatHoldAnotherEnd() throws {
    let jpeg = SampleJPEG().bytes
    let stale: [UInt8] = [0x12, 0xFF, 0xD9, 0xFF, 0xD8, 0xFF, 0xDA, 0x00, 0xFF, 0xD9, 0x00]
    let outline = try JPEGMarkerWalk.outline(of: ByteBuffer(bytes: jpeg + stale))
    #expect(outline.byteCount == jpeg.count)
    #expect(outline.size == PictureSize(width: 640, height: 424))
    #expect(outline.subsampling == .yuv422)
    #expect(!outline.isProgressive)
    #expect(outline.scanCount == 1)
  }

  @Test func readsFromTheReaderIndex() throws {
    let jpeg = SampleJPEG().bytes
    var buffer = ByteBuffer(bytes: [1, 2, 3] + jpeg)
    buffer.moveReaderIndex(forwardBy: 3)
    #expect(try JPEGMarkerWalk.outline(of: buffer).byteCount == jpeg.count)
  }

  @Test func walksPastRestartMarkersStuffedAndFillBytes() throws {
    var sample = SampleJPEG()
    sample.codedData = [
      0x01, 0xFF, 0x00, 0xFF, 0xD0, 0x22, 0xFF, 0xD7, 0xFF, 0xFF, 0xFF, 0xD1, 0x33, 0xFF, 0xFF,
    ]
    let outline = try JPEGMarkerWalk.outline(of: ByteBuffer(bytes: sample.bytes))
    #expect(outline.byteCount == sample.bytes.count)
  }

  /// Eight bytes are searched at a time; the marker may be anywhere among them.
  @Test(arguments: 0..<20)
  func findsTheEndBehindCodedDataOfAnyLength(length: Int) throws {
    for value: UInt8 in [0x00, 0x01, 0x7F, 0x80, 0xFE] {
      var sample = SampleJPEG()
      sample.codedData = [UInt8](repeating: value, count: length)
      let bytes = sample.bytes + [UInt8](repeating: value, count: 20)
      let outline = try JPEGMarkerWalk.outline(of: ByteBuffer(bytes: bytes))
      #expect(outline.byteCount == sample.bytes.count)
      let cut = sample.bytes.dropLast()
      #expect(throws: JPEGError.truncated(position: cut.count)) {
        try JPEGMarkerWalk.outline(of: ByteBuffer(bytes: cut))
      }
    }
  }

  @Test func ignoresAThumbnailInAnApplicationSegment() throws {
    var sample = SampleJPEG()
    sample.applicationData = SampleJPEG(size: PictureSize(width: 16, height: 8)).bytes
    let outline = try JPEGMarkerWalk.outline(of: ByteBuffer(bytes: sample.bytes))
    #expect(outline.byteCount == sample.bytes.count)
    #expect(outline.size == .alpha6000Liveview)
  }

  @Test func walksAProgressivePictureWithSeveralScans() throws {
    var sample = SampleJPEG()
    sample.frameHeaderCode = 0xC2
    sample.scanCount = 10
    let outline = try JPEGMarkerWalk.outline(of: ByteBuffer(bytes: sample.bytes))
    #expect(outline.isProgressive)
    #expect(outline.scanCount == 10)
    #expect(outline.byteCount == sample.bytes.count)
  }

  @Test(arguments: [
    ([0x11] as [UInt8], JPEGSubsampling.grey), ([0x11, 0x11, 0x11], .yuv444),
    ([0x21, 0x11, 0x11], .yuv422), ([0x22, 0x11, 0x11], .yuv420), ([0x22, 0x21, 0x21], .yuv440),
    ([0x41, 0x11, 0x11], .yuv411), ([0x22, 0x12, 0x12], .yuv422), ([0x11, 0x21, 0x21], .other),
    ([0x11, 0x10, 0x10], .other), ([0x11, 0x11], .other),
  ])
  func namesTheSubsampling(factors: [UInt8], expected: JPEGSubsampling) throws {
    var sample = SampleJPEG()
    sample.samplingFactors = factors
    let outline = try JPEGMarkerWalk.outline(of: ByteBuffer(bytes: sample.bytes))
    #expect(outline.subsampling == expected)
  }

  @Test func everyPrefixIsTruncatedAndSaysWhere() {
    let jpeg = SampleJPEG().bytes
    for length in 0..<jpeg.count {
      #expect(throws: JPEGError.truncated(position: length)) {
        try JPEGMarkerWalk.outline(of: ByteBuffer(bytes: jpeg.prefix(length)))
      }
    }
  }

  @Test func saysWhatIsWrongAndWhere() {
    func expectError(_ expected: JPEGError, _ bytes: [UInt8]) {
      #expect(throws: expected) { try JPEGMarkerWalk.outline(of: ByteBuffer(bytes: bytes)) }
    }
    expectError(.startOfImageMissing, [0xFF, 0xD9, 0, 0])
    expectError(.markerExpected(position: 2), [0xFF, 0xD8, 0x00, 0xFF])
    expectError(.markerUnexpected(position: 2, code: 0xD8), [0xFF, 0xD8, 0xFF, 0xD8])
    expectError(.segmentInvalid(position: 4), [0xFF, 0xD8, 0xFF, 0xE0, 0x00, 0x01, 0x00])
    expectError(.frameHeaderMissing(position: 2), [0xFF, 0xD8, 0xFF, 0xD9])
    expectError(.frameHeaderMissing(position: 2), [0xFF, 0xD8, 0xFF, 0xDA, 0, 2])
    let huge = PictureSize(width: 65_535, height: 65_535)
    expectError(
      .pictureTooLarge(size: huge, pixelLimit: JPEGMarkerWalk.defaultPixelLimit),
      SampleJPEG(size: huge).bytes)
    expectError(
      .segmentInvalid(position: 17), SampleJPEG(size: PictureSize(width: 640, height: 0)).bytes)
  }

  @Test func mutationsNeverTrapAndNeverPointOutside() {
    var generator = SeededGenerator(seed: 0x4A50_4547)
    var sample = SampleJPEG()
    sample.applicationData = [1, 2, 3, 0xFF, 0xD9]
    sample.scanCount = 3
    var accepted = 0
    for _ in 0..<20_000 {
      let bytes = Mutation.mutate(sample.bytes, using: &generator)
      guard let outline = try? JPEGMarkerWalk.outline(of: ByteBuffer(bytes: bytes)) else {
        continue
      }
      accepted += 1
      #expect(outline.byteCount <= bytes.count)
      #expect(Array(bytes[..<outline.byteCount].suffix(2)) == [0xFF, 0xD9])
    }
    #expect(accepted > 0)
  }
}
