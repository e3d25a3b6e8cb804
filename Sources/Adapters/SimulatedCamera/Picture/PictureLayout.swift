import Media

/// Where the parts of the simulated picture are, for every size the camera can send.
///
/// From top to bottom: 75 % colour bars, 100 % colour bars (which end in pure white and pure
/// black), a grey ramp of 16 steps, the frame-number strip, a panel with text, and a scene that
/// moves. Edges lie on multiples of 8 rows, so that no JPEG block of 4:2:2 (16x8 pixels) crosses
/// from one part into the next.
struct PictureLayout {
  let size: PictureSize
  let paleBars: PictureRectangle
  let fullBars: PictureRectangle
  let ramp: PictureRectangle
  let strip: PictureRectangle
  let text: PictureRectangle
  let scene: PictureRectangle

  init(size: PictureSize) {
    self.size = size
    let blocks = size.height / 8
    var top = 0
    func band(_ height: Int) -> PictureRectangle {
      defer { top += height }
      return PictureRectangle(x: 0, y: top, width: size.width, height: height)
    }
    paleBars = band(blocks * 26 / 100 * 8)
    fullBars = band(blocks * 14 / 100 * 8)
    ramp = band(blocks * 10 / 100 * 8)
    strip = band(FrameNumberStrip.cellSide)
    text = band(64)
    scene = band(size.height - top)
  }

  /// Every part of one known colour: both rows of bars and the ramp.
  var regions: [PictureRegion] {
    Self.bars(in: paleBars, level: 191, percent: 75)
      + Self.bars(in: fullBars, level: 255, percent: 100)
      + Self.split(ramp, into: 16).enumerated().map { step, rectangle in
        let level = UInt8(step * 17)
        return PictureRegion(name: "grey \(level)", rectangle: rectangle, colour: .grey(level))
      }
  }

  /// Eight bars in the order of falling brightness: white, yellow, cyan, green, magenta, red,
  /// blue, black.
  private static func bars(
    in band: PictureRectangle, level: UInt8, percent: Int
  ) -> [PictureRegion] {
    let names = ["white", "yellow", "cyan", "green", "magenta", "red", "blue", "black"]
    return zip(names, split(band, into: names.count)).enumerated().map { index, bar in
      // Counting down from 7, the bits of the number are green, red, blue.
      let bits = 7 - index
      let colour = PictureColour(
        red: bits & 2 == 0 ? 0 : level, green: bits & 4 == 0 ? 0 : level,
        blue: bits & 1 == 0 ? 0 : level)
      return PictureRegion(name: "\(bar.0) \(percent) %", rectangle: bar.1, colour: colour)
    }
  }

  private static func split(_ band: PictureRectangle, into count: Int) -> [PictureRectangle] {
    (0..<count).map { index in
      let left = band.width * index / count
      let right = band.width * (index + 1) / count
      return PictureRectangle(x: left, y: band.y, width: right - left, height: band.height)
    }
  }
}
