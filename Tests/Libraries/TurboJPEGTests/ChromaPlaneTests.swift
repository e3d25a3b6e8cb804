import CTurboJPEG
import Media
import Testing

@testable import TurboJPEG

/// The library writes as much as it thinks right; these planes must hold it.
@Suite struct ChromaPlaneTests {
  private static let samplings: [(ChromaSubsampling, TJSAMP)] = [
    (.yuv444, TJSAMP_444), (.yuv422, TJSAMP_422), (.yuv440, TJSAMP_440), (.yuv411, TJSAMP_411),
  ]

  @Test func planesHoldWhatTheLibraryWrites() {
    for width in 1...70 {
      for height in [1, 2, 3, 7, 8, 9, 15, 16, 17, 33, 424] {
        let size = PictureSize(width: width, height: height)
        let frame = PixelFrame(size: size)
        let luma = (stride: frame.lumaStride, bytes: frame.luma.count)
        for (subsampling, code) in Self.samplings {
          let plane = ChromaPlane(JPEGHeader(size: size, subsampling: subsampling))
          #expect(
            NativePlanes.fit(
              size, code, luma: luma, chroma: (plane.stride, plane.stride * plane.height)),
            "\(size) \(subsampling)")
        }
        #expect(
          NativePlanes.fit(
            size, TJSAMP_420, luma: luma,
            chroma: (stride: frame.chromaStride, bytes: frame.chromaBlue.count)), "\(size)")
      }
    }
  }
}
