import Media
import Testing

@testable import Pipeline

@Suite struct SlatePainterTests {
  private let ink = SlateInk(luma: 200, blue: 60, red: 190)

  /// A mask that is covered all over.
  private func fullMask(_ width: Int, _ height: Int) -> CoverageMask {
    var mask = CoverageMask()
    mask.reset(width: width, height: height)
    mask.addLine(from: [0, 0], to: [0, Float(height)])
    return mask
  }

  @Test func coveredPixelsTakeTheInk() {
    var frame = PixelFrame(size: PictureSize(width: 8, height: 6))
    SlatePainter.paint(fullMask(4, 2), column: 2, row: 2, ink: ink, onto: &frame)
    for row in 0..<6 {
      for column in 0..<8 {
        let isInside = (2..<6).contains(column) && (2..<4).contains(row)
        #expect(frame.luma[row * frame.lumaStride + column] == (isInside ? 200 : 0))
        let chroma = row / 2 * frame.chromaStride + column / 2
        #expect(frame.chromaBlue[chroma] == (isInside ? 60 : 128))
        #expect(frame.chromaRed[chroma] == (isInside ? 190 : 128))
      }
    }
  }

  @Test(arguments: [(-4, -4), (6, 4), (-400, 2), (2, 400), (-2, -2)])
  func whatLiesOutsideIsCut(column: Int, row: Int) {
    let size = PictureSize(width: 7, height: 5)
    var frame = PixelFrame(size: size)
    SlatePainter.paint(fullMask(6, 6), column: column, row: row, ink: ink, onto: &frame)
    SlatePainter.fill(columns: column..<column + 5, rows: row..<row + 5, ink: ink, onto: &frame)
    let painted = frame.luma.enumerated().filter { $0.element != 0 }.map(\.offset)
    for index in painted {
      let (x, y) = (index % frame.lumaStride, index / frame.lumaStride)
      #expect(x < size.width && y < size.height)
      #expect((column..<column + 6).contains(x) && (row..<row + 6).contains(y))
    }
    #expect(painted.isEmpty == (column < -6 || row > 5))
  }

  @Test func partlyCoveredPixelsAreMixed() {
    #expect(UInt8(0).mixed(with: 255, coverage: 128) == 128)
    #expect(UInt8(200).mixed(with: 100, coverage: 64) == 175)
    #expect(UInt8(17).mixed(with: 255, coverage: 0) == 17)
    #expect(UInt8(255).mixed(with: 3, coverage: 256) == 3)
  }
}
