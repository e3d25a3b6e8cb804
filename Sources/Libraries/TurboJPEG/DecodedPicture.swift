import Media

/// What a JPEG says about itself before its picture data.
public struct JPEGHeader: Sendable, Hashable {
  public var size: PictureSize
  public var subsampling: ChromaSubsampling
}

/// The outcome of decoding into a `PixelFrame`.
public struct DecodedPicture: Sendable, Hashable {
  /// Size and sampling of the JPEG.
  public var header: JPEGHeader
  /// What the library had to guess, for example that the data ended early; nil if nothing.
  public var damage: String?

  /// True if parts of the picture are missing or wrong, though it can be shown.
  ///
  /// libjpeg-turbo fills what is missing with grey; whether to show or skip such a picture is for
  /// the caller to say.
  public var isDamaged: Bool { damage != nil }
}

/// A picture as interleaved 8-bit R, G, B.
public struct RGBPicture: Sendable, Hashable {
  public var size: PictureSize
  /// Three bytes per pixel, rows without padding.
  public var pixels: [UInt8]
  /// As ``DecodedPicture/damage``.
  public var damage: String?
}
