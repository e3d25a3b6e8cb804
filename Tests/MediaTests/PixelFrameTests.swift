import Media
import Testing

@Suite struct PixelFrameTests {
  @Test(arguments: [
    (640, 424), (1024, 768), (1, 1), (2, 3), (37, 38), (639, 423),
  ])
  func planesHoldWholeSamplingUnits(_ width: Int, _ height: Int) {
    let frame = PixelFrame(size: PictureSize(width: width, height: height))
    #expect(frame.lumaStride >= width && frame.lumaStride % 4 == 0)
    #expect(frame.chromaStride * 2 == frame.lumaStride)
    let chromaRows = (height + 1) / 2
    #expect(frame.luma.count == frame.lumaStride * chromaRows * 2)
    #expect(frame.chromaBlue.count == frame.chromaStride * chromaRows)
    #expect(frame.chromaRed.count == frame.chromaStride * chromaRows)
  }

  @Test func liveviewSizesHaveNoPadding() {
    let frame = PixelFrame(size: .alpha6000Liveview)
    #expect(frame.lumaStride == 640 && frame.luma.count == 640 * 424)
  }

  @Test func startsBlackAndTurnsGrey() {
    var frame = PixelFrame(size: PictureSize(width: 6, height: 4))
    #expect(frame.luma.allSatisfy { $0 == 0 })
    #expect((frame.chromaBlue + frame.chromaRed).allSatisfy { $0 == 128 })
    frame.fillChroma(with: 90)
    #expect((frame.chromaBlue + frame.chromaRed).allSatisfy { $0 == 90 })
    #expect(frame.luma.allSatisfy { $0 == 0 })
  }
}
