import Media

/// Puts ink on a frame; nothing outside of the frame's size is touched.
struct SlatePainter {
  /// Paints what `mask` covers.
  ///
  /// - Parameters:
  ///   - column: Where the mask's left edge comes to lie; even, as chroma samples are two wide.
  ///   - row: The same for its upper edge.
  static func paint(
    _ mask: CoverageMask, column: Int, row: Int, ink: SlateInk, onto frame: inout PixelFrame
  ) {
    let size = frame.size
    let lumaStride = frame.lumaStride
    var chroma = [Int](repeating: 0, count: (mask.width + 1) / 2)
    for maskRow in 0..<mask.height {
      let y = row + maskRow
      guard y >= 0, y < size.height else { continue }
      mask.withRow(maskRow) { pixel, coverage in
        let x = column + pixel
        guard x >= 0, x < size.width else { return }
        let index = y * lumaStride + x
        frame.luma[index] = frame.luma[index].mixed(with: ink.luma, coverage: coverage)
        chroma[pixel / 2] += coverage
      }
      // A chroma sample stands for four pixels: it is due after the second row of them.
      guard y & 1 == 1 || y == size.height - 1 || maskRow == mask.height - 1 else { continue }
      for (offset, sum) in chroma.enumerated() where sum > 0 {
        let x = column / 2 + offset
        guard x >= 0, x < (size.width + 1) / 2 else { continue }
        mix(ink, sum / 4, intoChromaAt: y / 2 * frame.chromaStride + x, of: &frame)
        chroma[offset] = 0
      }
    }
  }

  /// Fills a rectangle; what is odd of it is rounded to whole chroma samples.
  static func fill(
    columns: Range<Int>, rows: Range<Int>, ink: SlateInk, onto frame: inout PixelFrame
  ) {
    let columns = columns.clamped(to: 0..<max(frame.size.width, 0))
    let rows = rows.clamped(to: 0..<max(frame.size.height, 0))
    for row in rows {
      for column in columns { frame.luma[row * frame.lumaStride + column] = ink.luma }
    }
    for row in rows.lowerBound / 2..<(rows.upperBound + 1) / 2 {
      for column in columns.lowerBound / 2..<(columns.upperBound + 1) / 2 {
        mix(ink, 256, intoChromaAt: row * frame.chromaStride + column, of: &frame)
      }
    }
  }

  private static func mix(
    _ ink: SlateInk, _ coverage: Int, intoChromaAt index: Int, of frame: inout PixelFrame
  ) {
    frame.chromaBlue[index] = frame.chromaBlue[index].mixed(with: ink.blue, coverage: coverage)
    frame.chromaRed[index] = frame.chromaRed[index].mixed(with: ink.red, coverage: coverage)
  }
}
