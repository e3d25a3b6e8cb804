import Media

/// The row of black and white cells from which a program reads the number of a frame.
///
/// 32 cells of 16x16 pixels, centred, most significant bit first, white is 1: 24 bits of the
/// frame number, then 8 bits of CRC-8 over its three bytes. A wrong, mixed or blank picture
/// therefore gives nil and not a wrong number.
public enum FrameNumberStrip {
  /// Cells in the row.
  public static let cellCount = 32
  /// Width and height of a cell in pixels.
  public static let cellSide = 16
  /// Frame numbers run from 0 to 2^24 - 1 and start again.
  public static let numberMask: UInt32 = 0xFF_FFFF

  /// The cells of `frameNumber`; `true` is white.
  static func cells(of frameNumber: UInt32) -> [Bool] {
    let word = (frameNumber & numberMask) << 8 | UInt32(checksum(of: frameNumber))
    return (0..<cellCount).map { word >> UInt32(cellCount - 1 - $0) & 1 == 1 }
  }

  /// Left edge of the first cell in a picture of this size.
  static func leftEdge(in size: PictureSize) -> Int {
    (size.width - cellCount * cellSide) / 2 / cellSide * cellSide
  }

  /// Reads the frame number from a decoded picture of the simulated camera.
  ///
  /// - Parameters:
  ///   - size: Of the picture; one of the sizes the simulated camera can send.
  ///   - luma: Brightness of the pixel at x, y; only points inside the picture are asked for.
  /// - Returns: nil if there is no valid number.
  public static func frameNumber(in size: PictureSize, luma: (Int, Int) -> UInt8) -> UInt32? {
    guard size.width >= cellCount * cellSide, size.height >= SimulatedPicture.minimumHeight else {
      return nil
    }
    let row = PictureLayout(size: size).strip.y + cellSide / 2
    let left = leftEdge(in: size) + cellSide / 2
    var word: UInt32 = 0
    for cell in 0..<cellCount {
      let column = left + cell * cellSide
      let sum = [(-2, -2), (2, -2), (-2, 2), (2, 2)].reduce(0) { sum, offset in
        sum + Int(luma(column + offset.0, row + offset.1))
      }
      word = word << 1 | (sum >= 4 * 128 ? 1 : 0)
    }
    let number = word >> 8
    return UInt32(checksum(of: number)) == word & 0xFF ? number : nil
  }

  /// CRC-8 with polynomial 0x07, begun with 0xFF so that an all-black strip is not valid.
  private static func checksum(of number: UInt32) -> UInt8 {
    var remainder: UInt8 = 0xFF
    for shift: UInt32 in [16, 8, 0] {
      remainder ^= UInt8(truncatingIfNeeded: number >> shift)
      for _ in 0..<8 {
        remainder = remainder & 0x80 == 0 ? remainder << 1 : remainder << 1 ^ 0x07
      }
    }
    return remainder
  }
}
