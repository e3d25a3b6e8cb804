import Media

@testable import Pipeline

/// Slates and pictures for tests.
enum SlateSample {
  /// Every state a slate may tell of, with a name for reports.
  static let states: [(name: String, state: CameraPresence.State)] =
    [("present", .present), ("waking", .waking), ("asleep", .asleep)]
    + AwayReason.allCases.map { ("away-\($0.rawValue)", .away($0)) }

  /// Every state in every language.
  static let slates = SlateLanguage.allCases.flatMap { language in
    states.map { slate($0.state, language) }
  }

  /// 2026-11-21 14:05 UTC.
  static let since: Int64 = 1_795_269_900_000_000_000

  static func slate(
    _ state: CameraPresence.State, _ language: SlateLanguage, name: String? = "ILCE-6000"
  ) -> OfflineSlate {
    OfflineSlate(
      cameraName: name, state: state, sinceUnixNanoseconds: since, language: language)
  }

  /// A bright picture with colours: a sky over fields, with posts.
  static func picture(_ size: PictureSize) -> PixelFrame {
    var frame = PixelFrame(size: size)
    for row in 0..<size.height {
      for column in 0..<size.width {
        let isSky = row * 5 < size.height * 2
        let isPost = (column * 12 / max(size.width, 1)) % 3 == 1 && row * 4 > size.height
        let shade = isSky ? 190 + row * 60 / size.height : 90 + (column ^ row) % 64
        frame.luma[row * frame.lumaStride + column] =
          UInt8(truncatingIfNeeded: isPost ? 235 : shade)
        let chroma = row / 2 * frame.chromaStride + column / 2
        frame.chromaBlue[chroma] = isSky ? 170 : 90
        frame.chromaRed[chroma] = isSky ? 100 : 120
      }
    }
    return frame
  }
}
