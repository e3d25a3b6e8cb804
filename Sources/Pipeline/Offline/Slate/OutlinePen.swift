/// Follows the operations of one outline and hands its lines to a mask.
struct OutlinePen {
  private let origin: SIMD2<Float>
  private let scale: SIMD2<Float>
  /// In the font's units.
  private var current = SIMD2<Float>.zero
  private var start = SIMD2<Float>.zero

  /// Most lines a curve is cut into.
  private static let mostLines: Float = 24
  /// Largest distance between a curve and its lines, in pixels.
  private static let tolerance: Float = 0.08

  /// - Parameters:
  ///   - origin: The glyph's origin in the mask.
  ///   - scale: Pixels per unit of the font; y is negative, since rows count downwards.
  init(origin: SIMD2<Float>, scale: SIMD2<Float>) {
    self.origin = origin
    self.scale = scale
  }

  /// Draws one operation; see deploy/slate-font.py for the codes.
  ///
  /// - Returns: False if the operation is unknown or its points are missing.
  mutating func draw(
    _ operation: UInt8, from reader: inout SlateFontReader, into mask: inout CoverageMask
  ) -> Bool {
    switch operation {
    case 0:
      close(into: &mask)
      guard let step = reader.offset() else { return false }
      current += step
      start = current
    case 1:
      guard let step = reader.offset() else { return false }
      line(to: current + step, into: &mask)
    case 2:
      guard let first = reader.offset(), let second = reader.offset() else { return false }
      let control = current + first
      curve([current, control, control + second], into: &mask)
    case 3:
      guard let first = reader.offset(), let second = reader.offset(),
        let third = reader.offset()
      else { return false }
      let (one, two) = (current + first, current + first + second)
      curve([current, one, two, two + third], into: &mask)
    case 4:
      guard let step = reader.signedNumber() else { return false }
      line(to: current + SIMD2(Float(step), 0), into: &mask)
    case 5:
      guard let step = reader.signedNumber() else { return false }
      line(to: current + SIMD2(0, Float(step)), into: &mask)
    default:
      return false
    }
    return true
  }

  /// Goes back to where the contour began.
  mutating func close(into mask: inout CoverageMask) {
    line(to: start, into: &mask)
  }

  private mutating func line(to end: SIMD2<Float>, into mask: inout CoverageMask) {
    mask.addLine(from: origin + current * scale, to: origin + end * scale)
    current = end
  }

  /// A Bézier curve of three or four points, as so many lines as its bend needs.
  private mutating func curve(_ points: [SIMD2<Float>], into mask: inout CoverageMask) {
    guard let end = points.last else { return }
    // A curve of degree n strays from its lines by at most n (n - 1) / 8 of its largest second
    // difference, over the square of their number.
    var bend: Float = 0
    for index in points.indices.dropLast(2) {
      let second = (points[index] - 2 * points[index + 1] + points[index + 2]) * scale
      bend = max(bend, (second * second).sum().squareRoot())
    }
    let degree = Float(points.count - 1)
    let needed = (degree * (degree - 1) / 8 * bend / Self.tolerance).squareRoot()
    let count = Int(min(max(needed.rounded(.up), 1), Self.mostLines))
    for index in 1..<max(count, 1) {
      line(to: Self.point(of: points, at: Float(index) / Float(count)), into: &mask)
    }
    line(to: end, into: &mask)
  }

  /// De Casteljau's construction.
  private static func point(of points: [SIMD2<Float>], at position: Float) -> SIMD2<Float> {
    var points = points
    while points.count > 1 {
      for index in points.indices.dropLast() {
        points[index] += (points[index + 1] - points[index]) * position
      }
      points.removeLast()
    }
    return points.first ?? .zero
  }
}
