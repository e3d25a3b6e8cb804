import Media
import TestSupport
import Testing

@testable import Pipeline

@Suite struct SlateArtistTests {
  private let size = PictureSize.alpha6000Liveview

  private func drawn(
    _ slate: OfflineSlate, on frame: PixelFrame, hasPicture: Bool
  ) -> PixelFrame {
    var frame = frame
    var artist = SlateArtist()
    artist.draw(slate, onto: &frame, hasPicture: hasPicture)
    return frame
  }

  /// Luma in one rectangle.
  private func luma(of frame: PixelFrame, columns: Range<Int>, rows: Range<Int>) -> [Int] {
    rows.flatMap { row in columns.map { Int(frame.luma[row * frame.lumaStride + $0]) } }
  }

  @Test func thePictureIsDimmedAndLosesColour() {
    let picture = SlateSample.picture(size)
    let result = drawn(
      SlateSample.slate(.away(.busy), .english), on: picture, hasPicture: true)
    for row in 0..<100 {
      for column in stride(from: 0, to: size.width, by: 7) {
        let index = row * picture.lumaStride + column
        let light = Double(result.luma[index]) / Double(picture.luma[index])
        #expect(abs(light - 0.35) < 0.02)
        let chroma = row / 2 * picture.chromaStride + column / 2
        #expect(abs(Int(result.chromaBlue[chroma]) - 128) < 12)
        #expect(abs(Int(result.chromaRed[chroma]) - 128) < 12)
      }
    }
  }

  @Test func theCardHidesWhatWasThere() {
    let slate = SlateSample.slate(.away(.taken), .japanese)
    let overPicture = drawn(slate, on: SlateSample.picture(size), hasPicture: false)
    let overBlack = drawn(slate, on: PixelFrame(size: size), hasPicture: false)
    #expect(overPicture.luma == overBlack.luma)
    #expect(overPicture.chromaBlue == overBlack.chromaBlue)
    #expect(overPicture.chromaRed == overBlack.chromaRed)
    let corner = luma(of: overBlack, columns: 0..<size.width, rows: 0..<100)
    #expect(corner.allSatisfy { (20...45).contains($0) })
  }

  @Test(arguments: SlateSample.slates, [false, true])
  func textIsBrightAndSmoothWhereTheLayoutPutsIt(slate: OfflineSlate, hasPicture: Bool) {
    let layout = SlateLayout(slate, size: size, hasPicture: hasPicture, font: .embedded)
    let result = drawn(slate, on: SlateSample.picture(size), hasPicture: hasPicture)
    for line in layout.lines {
      let width = Int(SlateFont.embedded.width(of: line.text, line.weight) * line.size)
      let box = luma(
        of: result, columns: layout.column..<layout.column + width,
        rows: line.baseline - Int(line.size * 0.7)..<line.baseline)
      let ink = Int(line.ink.luma)
      #expect(box.contains { $0 > ink - 20 }, "\(line.text)")
      #expect(box.contains { ($0 > ink / 2 - 20) && ($0 < ink - 40) }, "not smooth: \(line.text)")
      // Thin strokes: most of a line's box is background.
      #expect(box.filter { $0 < ink / 2 }.count * 2 > box.count, "\(line.text)")
    }
  }

  @Test func onlyTheBlockOfTextDiffersFromTheBackground() throws {
    let slate = SlateSample.slate(
      .away(.unreachable), .japanese, name: String(repeating: "カメラ ÅÇgj", count: 40))
    let picture = SlateSample.picture(size)
    let layout = SlateLayout(slate, size: size, hasPicture: true, font: .embedded)
    let rows = try #require(layout.textRows)
    var background = picture
    SlateBackground.dim(&background, textRow: rows.lowerBound)
    let result = drawn(slate, on: picture, hasPicture: true)
    let margin = layout.barColumns.lowerBound
    for (index, pair) in zip(result.luma, background.luma).enumerated() where pair.0 != pair.1 {
      let (x, y) = (index % result.lumaStride, index / result.lumaStride)
      #expect(x >= margin && x < size.width - margin + 2)
      #expect(y >= rows.lowerBound - 10 && y < rows.upperBound + 10 && y < size.height)
    }
  }

  @Test(arguments: [false, true])
  func everySizeIsDrawnAndItsPaddingIsNot(hasPicture: Bool) {
    var sizes = [(0, 0), (0, 9), (9, 0), (1920, 1280), (1281, 719), (1, 1000), (1000, 1)]
    for edge in 1...24 {
      sizes += [(edge, edge), (edge, 25 - edge), (3 * edge, 2 * edge + 1)]
      sizes += [(11 * edge + 1, 7 * edge)]
    }
    for (width, height) in sizes {
      var frame = PixelFrame(size: PictureSize(width: width, height: height))
      for index in frame.luma.indices { frame.luma[index] = 255 }
      let result = drawn(
        SlateSample.slate(.away(.stalled), width & 1 == 0 ? .english : .japanese), on: frame,
        hasPicture: hasPicture)
      #expect(result.luma.count == frame.luma.count)
      var padding: [UInt8] = []
      for row in 0..<(frame.lumaStride > 0 ? frame.luma.count / frame.lumaStride : 0) {
        let start = row * frame.lumaStride
        padding += result.luma[(start + (row < height ? width : 0))..<(start + frame.lumaStride)]
      }
      #expect(padding.allSatisfy { $0 == 255 }, "\(width)x\(height)")
    }
  }

  @Test func theSameSlateGivesTheSamePicture() {
    let picture = SlateSample.picture(size)
    var artist = SlateArtist()
    for slate in SlateSample.slates.prefix(4) {
      var first = picture
      artist.draw(slate, onto: &first, hasPicture: true)
      // An artist that has drawn other slates draws this one no differently.
      let second = drawn(slate, on: picture, hasPicture: true)
      #expect(first.luma == second.luma)
      #expect(first.chromaBlue == second.chromaBlue)
      #expect(first.chromaRed == second.chromaRed)
    }
  }

  @Test func everyStateLooksDifferent() {
    let card = PixelFrame(size: PictureSize(width: 320, height: 212))
    let pictures = SlateSample.slates.map { drawn($0, on: card, hasPicture: false).luma }
    #expect(Set(pictures).count == SlateSample.slates.count)
  }

  @Test func hostileNamesAreDrawn() {
    var generator = SeededGenerator(seed: 3)
    let names = ["ILCE-6000 玄関カメラ", "\u{202E}é\u{301}\u{0}😀👩‍👩‍👧\u{FFFF}鬱ｶ\u{FF9E}"]
    let frame = PixelFrame(size: PictureSize(width: 96, height: 64))
    var artist = SlateArtist()
    for round in 0..<600 {
      let bytes = Mutation.mutate(Array(names[round % 2].utf8), using: &generator)
      var slate = SlateSample.slate(.away(.searching), .english)
      slate.cameraName = String(decoding: bytes, as: UTF8.self)
      slate.sinceUnixNanoseconds = Int64.random(in: .min ... .max, using: &generator)
      var result = frame
      artist.draw(slate, onto: &result, hasPicture: round & 2 == 0)
      #expect(result.luma.count == frame.luma.count)
    }
  }

  @Test func aGiantNameCostsNoMoreThanALongOne() {
    let frame = PixelFrame(size: size)
    let long = SlateSample.slate(.waking, .english, name: String(repeating: "W", count: 500))
    let giant = SlateSample.slate(.waking, .english, name: String(repeating: "W", count: 1 << 22))
    #expect(
      drawn(long, on: frame, hasPicture: true).luma
        == drawn(giant, on: frame, hasPicture: true).luma)
  }
}
