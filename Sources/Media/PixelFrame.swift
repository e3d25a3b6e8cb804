/// One picture decoded to planar 4:2:0 (I420), full range, BT.601 as in JFIF.
///
/// The planes are reused from picture to picture by the one stage that owns them. Chroma
/// planes have half the width and half the height, rounded up. Every plane has room for whole
/// sampling units of a JPEG (rows of a multiple of 4 pixels, an even number of rows), because
/// libjpeg-turbo writes those; what lies outside `size` means nothing.
public struct PixelFrame: Sendable {
  public private(set) var size: PictureSize
  /// Bytes from one row of the luma plane to the next: the width rounded up to a multiple of 4.
  public private(set) var lumaStride: Int
  /// Bytes from one row of a chroma plane to the next: half of `lumaStride`.
  public private(set) var chromaStride: Int
  /// `lumaStride` × height (rounded up to even) bytes.
  public var luma: [UInt8]
  /// `chromaStride` × half the height (rounded up) bytes.
  public var chromaBlue: [UInt8]
  /// `chromaStride` × half the height (rounded up) bytes.
  public var chromaRed: [UInt8]

  /// A black picture.
  public init(size: PictureSize) {
    self.size = size
    lumaStride = (size.width + 3) & ~3
    chromaStride = lumaStride / 2
    let chromaHeight = (size.height + 1) / 2
    luma = [UInt8](repeating: 0, count: lumaStride * chromaHeight * 2)
    chromaBlue = [UInt8](repeating: 128, count: chromaStride * chromaHeight)
    chromaRed = [UInt8](repeating: 128, count: chromaStride * chromaHeight)
  }

  /// Gives both chroma planes one value; 128 makes the picture grey.
  public mutating func fillChroma(with value: UInt8) {
    for index in chromaBlue.indices { chromaBlue[index] = value }
    for index in chromaRed.indices { chromaRed[index] = value }
  }
}
