import Media

/// The quantizer of pictures that stand for a while, such as a slate.
///
/// Rate control would spend on a still what it is allowed to: each IDR finer than the last, and
/// pictures in between that refine what nobody asked for. At a fixed quantizer an IDR costs what a
/// clear picture needs, and an unchanged picture after it a few bytes: what the first left out is
/// too small for the coarser second.
enum StillQuantizer {
  /// The quantizer of an IDR, and the least buffer for it in bits per pixel.
  ///
  /// Measured at 640x424: a slate over a picture full of detail takes 0.5 bits per pixel at 30 and
  /// 0.3 at 36, that picture itself 0.9 and 0.5. The library coarsens the rows of a picture that
  /// would not fit.
  private static let steps: [(quantizer: Int32, leastBitsPerPixel: Double)] = [
    (30, 0.75), (36, 0.4),
  ]
  /// What other pictures are coarser by.
  private static let offset: Int32 = 3

  /// The quantizer to use; nil leaves it to rate control, because the buffer is too small
  /// for a picture at a fixed one.
  static func value(isIDR: Bool, settings: H264EncoderSettings) -> Int32? {
    let pixels = settings.codedSize.width * settings.codedSize.height
    let bitsPerPixel = Double(settings.vbvBufferKbit) * 1000 / Double(max(1, pixels))
    guard let step = steps.first(where: { $0.leastBitsPerPixel <= bitsPerPixel }) else {
      return nil
    }
    return isIDR ? step.quantizer : step.quantizer + offset
  }
}
