import Media

/// Draws what the simulated camera sees: a test card that says by itself when it was made.
///
/// Every frame shows colour bars of 75 % and 100 %, a grey ramp from black to white, the frame
/// number as a strip of cells (see ``FrameNumberStrip``) and as text, the wall clock, a name, and
/// a textured scene that pans behind a ball. The texture gives the JPEG the size a real scene
/// has. All but the text, the strip and the scene is painted once.
public struct SimulatedPicture: Sendable {
  /// Below this the parts do not fit.
  static let minimumHeight = 240

  /// By shape, 3:2, 4:3 and 16:9, what a client gets that asks for medium and for large.
  private static let sizePairs = [
    (medium: PictureSize.alpha6000Liveview, large: PictureSize(width: 1024, height: 680)),
    (medium: PictureSize(width: 640, height: 480), large: PictureSize(width: 1024, height: 768)),
    (medium: PictureSize(width: 640, height: 360), large: PictureSize(width: 1024, height: 576)),
  ]

  /// Sizes the camera can be told to send.
  public static let sizes = sizePairs.map(\.medium) + sizePairs.map(\.large)

  /// The large size of the same shape.
  static func large(_ size: PictureSize) -> PictureSize {
    sizePairs.first { $0.medium == size }?.large ?? size
  }

  /// Of the pictures drawn.
  public let size: PictureSize
  /// The newest picture: three bytes (red, green, blue) a pixel, rows without padding.
  public var rgb: [UInt8] { canvas.pixels }

  private let layout: PictureLayout
  private let background: RGBCanvas
  private var canvas: RGBCanvas

  /// Paints the parts that stay the same.
  ///
  /// - Parameters:
  ///   - size: At least 512x240; best one of ``sizes``.
  ///   - title: A name to show; characters the small font lacks appear as boxes.
  public init(size: PictureSize, title: String) {
    let size = PictureSize(
      width: max(size.width, FrameNumberStrip.cellCount * FrameNumberStrip.cellSide),
      height: max(size.height, Self.minimumHeight))
    self.size = size
    layout = PictureLayout(size: size)
    var background = RGBCanvas(size: size)
    for region in layout.regions { background.fill(region.rectangle, with: region.colour) }
    background.fill(layout.text, with: .grey(32))
    background.write(title, x: 328, y: layout.text.y + 12, scale: 2, colour: .grey(224))
    SceneTexture.paint(layout.scene, on: &background)
    self.background = background
    canvas = background
  }

  /// Parts with one known colour in every frame, to compare colours at the far end of the line.
  public static func colourBarRegions(in size: PictureSize) -> [PictureRegion] {
    PictureLayout(size: size).regions
  }

  /// Draws the next picture.
  ///
  /// - Parameters:
  ///   - frameNumber: Modulo 2^24 in the strip, in full in the text.
  ///   - clock: Time of day as text, `hh:mm:ss.mmm`.
  public mutating func draw(frameNumber: UInt32, clock: String) {
    canvas.restore(rows: layout.strip.y..<layout.scene.y, from: background)
    drawStrip(frameNumber)
    canvas.write(clock, x: 16, y: layout.text.y + 18, scale: 4, colour: .grey(240))
    canvas.write(
      "frame \(frameNumber)", x: 328, y: layout.text.y + 38, scale: 2, colour: .grey(224))
    drawScene(frameNumber)
  }

  private mutating func drawStrip(_ frameNumber: UInt32) {
    let side = FrameNumberStrip.cellSide
    let left = FrameNumberStrip.leftEdge(in: size)
    for (index, isWhite) in FrameNumberStrip.cells(of: frameNumber).enumerated() where isWhite {
      let cell = PictureRectangle(
        x: left + index * side, y: layout.strip.y, width: side, height: side)
      canvas.fill(cell, with: .grey(255))
    }
  }

  /// Pans the texture by two pixels a frame and lets the ball run to and fro.
  private mutating func drawScene(_ frameNumber: UInt32) {
    let scene = layout.scene
    let shift = Int(frameNumber % UInt32(size.width)) * 2
    for y in scene.y..<(scene.y + scene.height) {
      canvas.restore(row: y, from: background, shiftedBy: shift)
    }
    let radius = min(24, scene.height / 2 - 2)
    let centreX = radius + Self.bounce(Int(frameNumber) * 5, within: size.width - 2 * radius)
    let centreY =
      scene.y + radius + Self.bounce(Int(frameNumber) * 3, within: scene.height - 2 * radius)
    for y in -radius..<radius {
      let half = Int(Double(radius * radius - y * y).squareRoot())
      let line = PictureRectangle(x: centreX - half, y: centreY + y, width: 2 * half, height: 1)
      canvas.fill(line, with: PictureColour(red: 232, green: UInt8(96 + y + radius), blue: 24))
    }
  }

  /// A position that goes from 0 to `length` and back.
  private static func bounce(_ distance: Int, within length: Int) -> Int {
    guard length > 0 else { return 0 }
    let phase = distance % (2 * length)
    return phase < length ? phase : 2 * length - phase
  }
}
