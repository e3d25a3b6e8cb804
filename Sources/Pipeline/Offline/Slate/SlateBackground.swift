import Media

/// What a slate's text stands on.
enum SlateBackground {
  /// Luma left of the last picture, of 256: about 35 %, and less behind the text.
  private static let pictureLight = 90
  private static let textLight = 52
  /// Colour left of the last picture, of 256.
  private static let pictureColour = 64
  /// A card's luma at its top and at its bottom.
  private static let cardLuma = (top: 40, bottom: 24)

  /// Darkens the picture and takes most of its colour: nobody shall take it for live.
  ///
  /// - Parameter textRow: First row of the text; above it the light goes down smoothly.
  static func dim(_ frame: inout PixelFrame, textRow: Int) {
    let fade = max(frame.size.height / 5, 1)
    for row in 0..<frame.size.height {
      let depth = min(max(row - (textRow - fade), 0), fade)
      let light = pictureLight - (pictureLight - textLight) * depth / fade
      let start = row * frame.lumaStride
      for index in start..<(start + frame.size.width) {
        frame.luma[index] = UInt8(truncatingIfNeeded: (Int(frame.luma[index]) * light) >> 8)
      }
    }
    for index in frame.chromaBlue.indices {
      frame.chromaBlue[index] =
        UInt8(128).mixed(with: frame.chromaBlue[index], coverage: pictureColour)
    }
    for index in frame.chromaRed.indices {
      frame.chromaRed[index] =
        UInt8(128).mixed(with: frame.chromaRed[index], coverage: pictureColour)
    }
  }

  /// A dark blue-grey card, a little lighter at its top.
  static func fillCard(_ frame: inout PixelFrame) {
    let height = max(frame.size.height, 1)
    for row in 0..<frame.size.height {
      let luma = cardLuma.top - (cardLuma.top - cardLuma.bottom) * row / height
      let start = row * frame.lumaStride
      for index in start..<(start + frame.size.width) {
        frame.luma[index] = UInt8(truncatingIfNeeded: luma)
      }
    }
    for index in frame.chromaBlue.indices { frame.chromaBlue[index] = 135 }
    for index in frame.chromaRed.indices { frame.chromaRed[index] = 124 }
  }
}
