import Media

/// An RGB picture in memory that can be painted on. Painting outside of it is cut off.
struct RGBCanvas: Sendable {
  let size: PictureSize
  /// Three bytes a pixel, rows without padding.
  private(set) var pixels: [UInt8]

  /// A black canvas.
  init(size: PictureSize) {
    self.size = size
    pixels = [UInt8](repeating: 0, count: size.width * size.height * 3)
  }

  mutating func fill(_ rectangle: PictureRectangle, with colour: PictureColour) {
    let left = max(0, rectangle.x)
    let right = min(size.width, rectangle.x + rectangle.width)
    let top = max(0, rectangle.y)
    let bottom = min(size.height, rectangle.y + rectangle.height)
    guard left < right, top < bottom else { return }
    var row: [UInt8] = []
    row.reserveCapacity((right - left) * 3)
    for _ in left..<right {
      row.append(colour.red)
      row.append(colour.green)
      row.append(colour.blue)
    }
    for y in top..<bottom {
      let start = (y * size.width + left) * 3
      pixels.replaceSubrange(start..<(start + row.count), with: row)
    }
  }

  /// Writes `text` in the built-in font, each dot of it `scale` pixels wide and high.
  mutating func write(
    _ text: String, x: Int, y: Int, scale: Int, colour: PictureColour
  ) {
    var left = x
    for character in text {
      for (line, dots) in BitmapFont.rows(of: character).enumerated() {
        for run in Self.runs(of: dots) {
          let rectangle = PictureRectangle(
            x: left + run.lowerBound * scale, y: y + line * scale, width: run.count * scale,
            height: scale)
          fill(rectangle, with: colour)
        }
      }
      left += (BitmapFont.width + 1) * scale
    }
  }

  /// Stretches of set dots in one row of a glyph, from left to right.
  private static func runs(of dots: UInt8) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for column in 0..<BitmapFont.width where dots >> (BitmapFont.width - 1 - column) & 1 == 1 {
      if let last = runs.last, last.upperBound == column {
        runs[runs.count - 1] = last.lowerBound..<(column + 1)
      } else {
        runs.append(column..<(column + 1))
      }
    }
    return runs
  }

  /// Replaces the rows `rows` by those of `other`, a canvas of the same size.
  mutating func restore(rows: Range<Int>, from other: RGBCanvas) {
    let range = (rows.lowerBound * size.width * 3)..<(rows.upperBound * size.width * 3)
    pixels.replaceSubrange(range, with: other.pixels[range])
  }

  /// Replaces row `y` by that of `other`, moved left by `shift` pixels and wrapped around.
  mutating func restore(row y: Int, from other: RGBCanvas, shiftedBy shift: Int) {
    let start = y * size.width * 3
    let split = shift % size.width * 3
    let end = start + size.width * 3
    pixels.replaceSubrange(start..<(end - split), with: other.pixels[(start + split)..<end])
    pixels.replaceSubrange((end - split)..<end, with: other.pixels[start..<(start + split)])
  }

  mutating func set(x: Int, y: Int, to colour: PictureColour) {
    guard (0..<size.width).contains(x), (0..<size.height).contains(y) else { return }
    let start = (y * size.width + x) * 3
    pixels[start] = colour.red
    pixels[start + 1] = colour.green
    pixels[start + 2] = colour.blue
  }
}
