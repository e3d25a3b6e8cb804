import Media

/// Why a JPEG could not be read or written.
///
/// Reasons are libjpeg-turbo's own texts, for logs.
public enum TurboJPEGError: Error, Sendable, Equatable {
  /// The library gave no handle, which happens when memory runs out.
  case handleUnavailable(reason: String)
  /// The bytes before the picture data are not those of a JPEG.
  case headerUnreadable(reason: String)
  /// The header announces more pixels than the decoder was allowed.
  case pictureTooLarge(PictureSize, pixelLimit: Int)
  /// The colours are not grey or YCbCr (for example CMYK); `code` is the library's `TJCS`.
  case colourSpaceUnsupported(code: Int32)
  /// Chroma is sampled in a way the library has no name for; `code` is its `TJSAMP`.
  case subsamplingUnsupported(code: Int32)
  /// The picture data cannot be decoded at all. Recoverable faults are not errors, see
  /// ``DecodedPicture/isDamaged``.
  case undecodable(reason: String)
  /// A picture to encode has a side that is not within 1…65 500 pixels.
  case sizeOutOfRange(PictureSize)
  /// The number of pixel bytes does not belong to the size.
  case pixelBytesMismatched(expected: Int, actual: Int)
  /// Quality is not within 1…100.
  case qualityOutOfRange(Int)
  /// The library refused to encode.
  case unencodable(reason: String)
}
