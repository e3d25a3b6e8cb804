import Foundation
import Media
import TestSupport
import Testing

@testable import Pipeline

private let picturesFolder = ProcessInfo.processInfo.environment["SLATE_PICTURES"]

/// Slates as files, for the eye: `SLATE_PICTURES=<folder> swift test --filter SlatePictures`.
@Suite(.enabled(if: picturesFolder != nil)) struct SlatePicturesTests {
  @Test(arguments: SlateLanguage.allCases, [false, true])
  func everyState(language: SlateLanguage, hasPicture: Bool) throws {
    for (name, state) in SlateSample.states {
      let slate = SlateSample.slate(state, language)
      try write(
        slate, .alpha6000Liveview, hasPicture: hasPicture,
        as: "\(language.rawValue)-\(name)-\(hasPicture ? "picture" : "card")")
    }
  }

  @Test(arguments: [
    PictureSize(width: 160, height: 120), PictureSize(width: 320, height: 212),
    PictureSize(width: 1024, height: 680), PictureSize(width: 1920, height: 1280),
    PictureSize(width: 424, height: 640), PictureSize(width: 97, height: 61),
  ])
  func everySize(size: PictureSize) throws {
    for language in SlateLanguage.allCases {
      let slate = SlateSample.slate(.away(.batteryEmpty), language)
      try write(slate, size, hasPicture: true, as: "\(language.rawValue)-\(size)")
    }
  }

  @Test func longAndStrangeNames() throws {
    let names = [
      "long": String(repeating: "Camera over the northern gate ", count: 4),
      "kana": "玄関カメラ ﾆｼｶﾞﾜ ＩＬＣＥ－６０００ か\u{3099}", "strange": "Évé\u{301}\n\u{202E}ю😀鬱 ÿ",
    ]
    for (key, name) in names {
      var slate = SlateSample.slate(.away(.unreachable), .japanese)
      slate.cameraName = name
      try write(slate, .alpha6000Liveview, hasPicture: true, as: "name-\(key)")
    }
  }

  /// Writes a binary PPM.
  ///
  /// Source: JFIF 1.02, full range BT.601.
  private func write(
    _ slate: OfflineSlate, _ size: PictureSize, hasPicture: Bool, as name: String
  ) throws {
    let folder = try #require(picturesFolder)
    var frame = SlateSample.picture(size)
    var artist = SlateArtist()
    artist.draw(slate, onto: &frame, hasPicture: hasPicture)
    var data = Data("P6 \(size.width) \(size.height) 255\n".utf8)
    for row in 0..<size.height {
      for column in 0..<size.width {
        let luma = Double(frame.luma[row * frame.lumaStride + column])
        let chroma = row / 2 * frame.chromaStride + column / 2
        let (blue, red) = (
          Double(frame.chromaBlue[chroma]) - 128, Double(frame.chromaRed[chroma]) - 128
        )
        for value in [luma + 1.402 * red, luma - 0.344 * blue - 0.714 * red, luma + 1.772 * blue] {
          data.append(UInt8(min(max(value.rounded(), 0), 255)))
        }
      }
    }
    try data.write(to: URL(filePath: folder).appending(path: "\(name).ppm"))
  }
}
