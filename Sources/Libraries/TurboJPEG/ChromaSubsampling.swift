import CTurboJPEG

/// How many chroma samples a JPEG keeps for its pixels.
///
/// Source: TurboJPEG API, `enum TJSAMP`; the liveview of Sony cameras is ``yuv422``.
public enum ChromaSubsampling: Sendable, Hashable, CaseIterable {
  /// One chroma sample per pixel.
  case yuv444
  /// One per two pixels of a row.
  case yuv422
  /// One per square of two by two pixels.
  case yuv420
  /// One per two pixels of a column.
  case yuv440
  /// One per four pixels of a row.
  case yuv411
  /// No colour.
  case grey

  /// The library's code.
  var code: Int32 {
    switch self {
    case .yuv444: Int32(bitPattern: TJSAMP_444.rawValue)
    case .yuv422: Int32(bitPattern: TJSAMP_422.rawValue)
    case .yuv420: Int32(bitPattern: TJSAMP_420.rawValue)
    case .yuv440: Int32(bitPattern: TJSAMP_440.rawValue)
    case .yuv411: Int32(bitPattern: TJSAMP_411.rawValue)
    case .grey: Int32(bitPattern: TJSAMP_GRAY.rawValue)
    }
  }

  /// The case of a library code; nil if the library does not know the sampling.
  init?(code: Int32) {
    guard let match = Self.allCases.first(where: { $0.code == code }) else { return nil }
    self = match
  }

  /// Pixels of a row that share one chroma sample.
  var horizontalFactor: Int {
    switch self {
    case .yuv444, .yuv440, .grey: 1
    case .yuv422, .yuv420: 2
    case .yuv411: 4
    }
  }

  /// Pixels of a column that share one chroma sample.
  var verticalFactor: Int {
    switch self {
    case .yuv444, .yuv422, .yuv411, .grey: 1
    case .yuv420, .yuv440: 2
    }
  }
}
