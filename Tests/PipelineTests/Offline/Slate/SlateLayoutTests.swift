import Media
import Testing

@testable import Pipeline

@Suite struct SlateLayoutTests {
  private func layout(
    _ width: Int, _ height: Int, hasPicture: Bool = true, name: String? = "ILCE-6000"
  ) -> SlateLayout {
    SlateLayout(
      SlateSample.slate(.away(.batteryEmpty), .english, name: name),
      size: PictureSize(width: width, height: height), hasPicture: hasPicture,
      font: .embedded)
  }

  @Test func theLiveviewOfACameraHasRoomForAll() {
    let texts = layout(640, 424).lines.map(\.text)
    #expect(
      texts == [
        "ILCE-6000", "Camera away", "since 21 Nov, 14:05 UTC", "The camera’s battery is empty.",
        "It needs charging or external power.",
      ])
  }

  @Test func noNameLeavesNoGap() {
    #expect(layout(640, 424, name: nil).lines.first?.text == "Camera away")
    #expect(layout(640, 424, name: " \n").lines.first?.text == "Camera away")
  }

  @Test func smallPicturesSayLess() {
    #expect(layout(320, 72).lines.count == 4)
    #expect(layout(320, 60).lines.map(\.text).contains("Camera away"))
    #expect(layout(320, 24).lines.map(\.text) == ["Camera away"])
    #expect(layout(320, 8).lines.isEmpty)
    #expect(layout(8, 320).lines.isEmpty)
  }

  @Test func textIsLowInAPictureAndInTheMiddleOfACard() throws {
    let picture = try #require(layout(640, 424).textRows)
    #expect(picture.upperBound > 380 && picture.upperBound < 424)
    let card = try #require(layout(640, 424, hasPicture: false).textRows)
    #expect(abs(card.lowerBound - (424 - card.upperBound)) <= 2)
  }

  @Test(arguments: [(640, 424), (1920, 1280), (424, 640), (161, 121)])
  func linesStandBelowEachOtherInsideTheFrame(width: Int, height: Int) {
    let layout = layout(width, height)
    #expect(layout.lines.count >= 5)
    for (upper, lower) in zip(layout.lines, layout.lines.dropFirst()) {
      #expect(lower.baseline - upper.baseline >= Int(lower.size))
    }
    for line in layout.lines {
      let right =
        Float(layout.column) + SlateFont.embedded.width(of: line.text, line.weight) * line.size
      #expect(right <= Float(width - layout.barColumns.lowerBound))
      #expect(line.baseline < height && line.baseline > Int(line.size * 0.7))
    }
  }
}
