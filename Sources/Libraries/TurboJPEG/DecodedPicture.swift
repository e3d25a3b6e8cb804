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
  /// The first thing in the data that the library stumbled over, in its words; nil if nothing.
  public var warning: String?

  /// The warning, if parts of the picture are missing or wrong.
  public var damage: String? { warning.flatMap(damage(in:)) }

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
  /// As ``DecodedPicture/warning``.
  public var warning: String?

  /// As ``DecodedPicture/damage``.
  public var damage: String? { warning.flatMap(damage(in:)) }
}

/// `warning` unless it is about surplus bytes after the last pixel, just before the EOI: some
/// cameras pad every picture so.
private func damage(in warning: String) -> String? {
  warning.hasSuffix("extraneous bytes before marker 0xd9") ? nil : warning
}
