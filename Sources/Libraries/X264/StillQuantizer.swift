import Media

/// The quantizer of pictures that stand for a while, such as a slate.
///
/// Rate control would spend on a still what it is allowed to: each IDR finer than the last, and
/// pictures in between that refine what nobody asked for. At a fixed quantizer an IDR costs what a
/// clear picture needs, and an unchanged picture after it a few bytes: what the first left out is
/// too small for the coarser second.
enum StillQuantizer {
  /// Letters have clean edges, and a dimmed picture shows no blocks.
  private static let idr: Int32 = 30
  private static let other: Int32 = 33
  /// What an IDR at that quantizer may cost; camera pictures stay well below.
  private static let mostBitsPerPixel = 2

  /// The quantizer to use; nil leaves it to rate control, because the buffer is too small to be
  /// sure that a picture at a fixed one fits.
  static func value(isIDR: Bool, settings: H264EncoderSettings) -> Int32? {
    let pixels = settings.codedSize.width * settings.codedSize.height
    guard settings.vbvBufferKbit * 1000 >= pixels * mostBitsPerPixel else { return nil }
    return isIDR ? idr : other
  }
}
