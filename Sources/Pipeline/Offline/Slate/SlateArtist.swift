import Media

/// Draws what viewers see while the camera gives no pictures.
///
/// Bounded by the frame's size, whatever the camera calls itself: 80 characters of a name are
/// looked at. The same slate on the same frame gives the same picture. A small frame gets fewer
/// lines, and one without room for the headline the background alone. Takes 0.8 ms for a
/// 640x424 picture, 7.5 ms for 1920x1280.
public struct SlateArtist: Sendable {
  private let font = SlateFont.embedded
  /// Kept from line to line for its memory.
  private var mask = CoverageMask()

  public init() {}

  /// Draws the slate over the whole frame.
  ///
  /// - Parameter hasPicture: True if `frame` holds the last live picture: it is dimmed and
  ///   stays visible, so hand in a fresh copy of it each time. False paints a card.
  public mutating func draw(
    _ slate: OfflineSlate, onto frame: inout PixelFrame, hasPicture: Bool
  ) {
    let size = frame.size
    guard size.width > 0, size.height > 0 else { return }
    let layout = SlateLayout(slate, size: size, hasPicture: hasPicture, font: font)
    if hasPicture {
      SlateBackground.dim(&frame, textRow: layout.textRows?.lowerBound ?? size.height)
    } else {
      SlateBackground.fillCard(&frame)
    }
    guard let rows = layout.textRows else { return }
    SlatePainter.fill(
      columns: layout.barColumns, rows: rows, ink: .accent(of: slate.state), onto: &frame)
    for line in layout.lines {
      draw(line, column: layout.column, onto: &frame)
    }
  }

  private mutating func draw(
    _ line: SlateLayout.Line, column: Int, onto frame: inout PixelFrame
  ) {
    // Noto's accents reach 1.07 em above the baseline and its tails 0.29 em below.
    let ascent = Int((line.size * 1.1).rounded(.up))
    let height = ascent + Int((line.size * 0.35).rounded(.up))
    let top = line.baseline - ascent
    // Even rows and columns, where chroma samples begin; left of the column is room for what
    // sticks out of a glyph's box.
    let evenTop = top & ~1
    let indent = 2 * Int((line.size / 8).rounded(.up))
    let width = Int((font.width(of: line.text, line.weight) * line.size).rounded(.up))
    mask.reset(width: width + 2 * indent, height: height + 2)
    var origin = SIMD2<Float>(Float(indent), Float(line.baseline - evenTop))
    for glyph in line.text.flatMap({ font.drawableGlyphs($0, line.weight) }) {
      font.trace(glyph, at: origin, size: line.size, into: &mask)
      origin.x += glyph.advance * line.size
    }
    SlatePainter.paint(mask, column: column - indent, row: evenTop, ink: line.ink, onto: &frame)
  }
}
