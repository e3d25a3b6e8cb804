import Media
import TestSupport

/// Pictures for the codec tests, as interleaved RGB.
enum TestPicture {
  /// White, yellow, cyan, green, magenta, red, blue, black.
  static let barColours: [(red: UInt8, green: UInt8, blue: UInt8)] = [
    (255, 255, 255), (255, 255, 0), (0, 255, 255), (0, 255, 0), (255, 0, 255), (255, 0, 0),
    (0, 0, 255), (0, 0, 0),
  ]

  /// Eight upright colour bars.
  static func bars(_ size: PictureSize) -> [UInt8] {
    picture(size) { column, _ in barColours[column * barColours.count / size.width] }
  }

  /// Every pixel at random: the worst case for averaging.
  static func noise(_ size: PictureSize, seed: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return (0..<size.width * size.height * 3).map { _ in
      UInt8.random(in: .min ... .max, using: &generator)
    }
  }

  private static func picture(
    _ size: PictureSize, _ colour: (Int, Int) -> (red: UInt8, green: UInt8, blue: UInt8)
  ) -> [UInt8] {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(size.width * size.height * 3)
    for row in 0..<size.height {
      for column in 0..<size.width {
        let (red, green, blue) = colour(column, row)
        pixels += [red, green, blue]
      }
    }
    return pixels
  }
}
