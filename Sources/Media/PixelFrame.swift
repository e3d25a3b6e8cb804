/// One picture decoded to planar 4:2:0 (I420), full range, BT.601 as in JFIF.
///
/// The planes are reused from picture to picture by the one stage that owns them; chroma
/// planes have half the width and half the height, rounded up.
public struct PixelFrame: Sendable {
  public private(set) var size: PictureSize
  /// Bytes from one row of the luma plane to the next; at least the width.
  public private(set) var lumaStride: Int
  /// Bytes from one row of a chroma plane to the next; at least half the width, rounded up.
  public private(set) var chromaStride: Int
  /// `lumaStride` × height bytes.
  public var luma: [UInt8]
  /// `chromaStride` × half the height (rounded up) bytes.
  public var chromaBlue: [UInt8]
  /// `chromaStride` × half the height (rounded up) bytes.
  public var chromaRed: [UInt8]

  /// A black picture.
  public init(size: PictureSize) {
    self.size = size
    lumaStride = size.width
    chromaStride = (size.width + 1) / 2
    let chromaHeight = (size.height + 1) / 2
    luma = [UInt8](repeating: 0, count: lumaStride * size.height)
    chromaBlue = [UInt8](repeating: 128, count: chromaStride * chromaHeight)
    chromaRed = [UInt8](repeating: 128, count: chromaStride * chromaHeight)
  }
}
