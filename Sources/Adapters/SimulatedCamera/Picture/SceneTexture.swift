import Media

/// A landscape of soft hills with fine grain, so that a JPEG of the simulated picture has about
/// the size of a real one. It wraps around horizontally.
enum SceneTexture {
  /// Distance of the points between which brightness runs evenly, in pixels.
  private static let pitch = 32
  /// Largest deviation of a single pixel. Together with the quality this sets the JPEG's size.
  private static let grain = 22

  static func paint(_ area: PictureRectangle, on canvas: inout RGBCanvas) {
    // Always the same landscape: pictures of two runs can be compared.
    var random = RandomSequence(seed: 6000)
    let columns = max(1, area.width / pitch)
    let rows = area.height / pitch + 2
    let points = (0..<(columns * rows)).map { _ in Int.random(in: -48...48, using: &random) }
    for line in 0..<area.height {
      let (row, down) = line.quotientAndRemainder(dividingBy: pitch)
      let base = 150 - line * 60 / max(1, area.height)
      for x in 0..<area.width {
        let (column, right) = x.quotientAndRemainder(dividingBy: pitch)
        let left = column % columns
        let next = (column + 1) % columns
        let upper =
          points[row * columns + left] * (pitch - right) + points[row * columns + next] * right
        let lower =
          points[(row + 1) * columns + left] * (pitch - right)
          + points[(row + 1) * columns + next] * right
        let hill = (upper * (pitch - down) + lower * down) / (pitch * pitch)
        // One cheap draw instead of `Int.random`: this runs for every pixel.
        let noise = Int(random.next() >> 32 % UInt64(2 * grain + 1)) - grain
        let level = base + hill + noise
        let colour = PictureColour(
          red: UInt8(clamping: level - 10 + hill / 2), green: UInt8(clamping: level),
          blue: UInt8(clamping: level + 16 - hill))
        canvas.set(x: x, y: area.y + line, to: colour)
      }
    }
  }
}
