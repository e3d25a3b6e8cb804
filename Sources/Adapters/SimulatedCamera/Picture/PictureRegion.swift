/// An RGB colour, 8 bits a channel, full range.
public struct PictureColour: Sendable, Hashable {
  public var red: UInt8
  public var green: UInt8
  public var blue: UInt8

  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// The same level in all three channels.
  public static func grey(_ level: UInt8) -> PictureColour {
    PictureColour(red: level, green: level, blue: level)
  }
}

/// A rectangle of pixels; `x` and `y` are its upper left corner.
public struct PictureRectangle: Sendable, Hashable {
  public var x: Int
  public var y: Int
  public var width: Int
  public var height: Int

  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// This rectangle without `margin` pixels at each side, away from what compression smears.
  public func inset(by margin: Int) -> PictureRectangle {
    PictureRectangle(
      x: x + margin, y: y + margin, width: max(0, width - 2 * margin),
      height: max(0, height - 2 * margin))
  }
}

/// A part of the simulated picture that has one known colour in every frame.
public struct PictureRegion: Sendable, Hashable {
  /// For messages, for example `"yellow 75 %"` or `"grey 17"`.
  public var name: String
  public var rectangle: PictureRectangle
  public var colour: PictureColour
}
