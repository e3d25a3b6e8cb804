/// How much of each pixel of a small area the glyphs of a line cover; exact, so antialiased.
///
/// Each edge of an outline leaves in every row it crosses its height there, signed by its
/// direction: split between the pixel it is in and the next, by where in the pixel it is. The
/// running sum along a row then is the coverage. Edges outside of the area are cut to it.
struct CoverageMask {
  private(set) var width = 0
  private(set) var height = 0
  /// `width` + 1 values a row.
  private var edges: [Float] = []

  /// Most pixels a mask may have: a line across a picture of the largest liveview, with much
  /// room. Larger ones are empty.
  static let pixelLimit = 1 << 21

  /// Empties the mask and gives it a size; its memory is kept.
  mutating func reset(width: Int, height: Int) {
    let isUsable = width > 0 && height > 0 && width <= Self.pixelLimit / height
    self.width = isUsable ? width : 0
    self.height = isUsable ? height : 0
    edges.removeAll(keepingCapacity: true)
    edges.append(contentsOf: repeatElement(0, count: (self.width + 1) * self.height))
  }

  /// Adds one edge; an outline's edges go round it and end where they began.
  mutating func addLine(from first: SIMD2<Float>, to second: SIMD2<Float>) {
    let isDownwards = first.y < second.y
    let (top, bottom) = isDownwards ? (first, second) : (second, first)
    let (begin, end) = (max(top.y, 0), min(bottom.y, Float(height)))
    guard begin < end, width > 0 else { return }
    let slope = (bottom.x - top.x) / (bottom.y - top.y)
    var y = begin
    var x = top.x + (begin - top.y) * slope
    for row in Int(begin)..<Int(end.rounded(.up)) {
      let next = min(Float(row + 1), end)
      let nextX = next == bottom.y ? bottom.x : top.x + (next - top.y) * slope
      addEdge(inRow: row, from: x, to: nextX, rise: isDownwards ? next - y : y - next)
      (x, y) = (nextX, next)
    }
  }

  /// Adds the part of an edge that lies in one row, pixel by pixel.
  private mutating func addEdge(inRow row: Int, from first: Float, to second: Float, rise: Float) {
    let limit = Float(width)
    let (left, right) = (min(max(min(first, second), 0), limit), min(max(first, second, 0), limit))
    let rowStart = row * (width + 1)
    guard left < limit else { return }
    guard right > left else {
      add(rise, at: left, toPixel: rowStart + Int(left), of: Int(left))
      return
    }
    var x = left
    while x < right {
      let pixel = Int(x)
      let next = min(Float(pixel + 1), right)
      let part = rise * (next - x) / (right - left)
      add(part, at: (x + next) / 2, toPixel: rowStart + pixel, of: pixel)
      x = next
    }
  }

  private mutating func add(_ rise: Float, at x: Float, toPixel index: Int, of pixel: Int) {
    let beyond = rise * (x - Float(pixel))
    edges[index] += rise - beyond
    edges[index + 1] += beyond
  }

  /// Coverage of one row's pixels, 0 to 256.
  func withRow(_ row: Int, _ body: (_ pixel: Int, _ coverage: Int) -> Void) {
    guard row >= 0, row < height else { return }
    var sum: Float = 0
    for pixel in 0..<width {
      sum += edges[row * (width + 1) + pixel]
      let coverage = Int(min(sum.magnitude, 1) * 256 + 0.5)
      if coverage > 0 { body(pixel, coverage) }
    }
  }
}
