/// Width and height of a picture in pixels.
public struct PictureSize: Sendable, Hashable, CustomStringConvertible {
  public var width: Int
  public var height: Int

  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  public var description: String { "\(width)x\(height)" }

  /// What an α6000 sends by default.
  ///
  /// Source: captures of NEX-5T and ILCE-6300; 424 is 640·2/3 rounded down to a multiple of 8.
  public static let alpha6000Liveview = PictureSize(width: 640, height: 424)
}
