import Testing

@testable import Pipeline

@Suite struct SlateTypesetterTests {
  private let font = SlateFont.embedded

  private func setter(_ width: Float) -> SlateTypesetter {
    SlateTypesetter(font: font, width: width)
  }

  @Test(arguments: [
    ("ILCE-6000", "ILCE-6000"), ("  a\r\n\tb\u{0}\u{202E}c ", "a b c"), ("", ""), ("\u{7F}", ""),
    ("玄関　カメラ", "玄関 カメラ"),
  ])
  func outsideTextBecomesOneLine(text: String, expected: String) {
    #expect(SlateTypesetter.plain(text) == expected)
  }

  @Test func longTextIsNotLookedAtToItsEnd() {
    #expect(SlateTypesetter.plain(String(repeating: "x", count: 1 << 20)).count == 80)
    let tower = "e" + String(repeating: "\u{301}", count: 1 << 20)
    #expect(SlateTypesetter.plain(tower).unicodeScalars.count <= 320)
  }

  @Test func wideTextEndsInAnEllipsis() {
    let cut = setter(200).cut("A name that is much too long for this", .regular, size: 20)
    #expect(cut.hasSuffix("…") && cut.hasPrefix("A name") && !cut.hasSuffix(" …"))
    #expect(font.width(of: cut, .regular) * 20 <= 200)
    #expect(setter(200).cut("Short", .regular, size: 20) == "Short")
    #expect(setter(10).cut("Nothing fits", .regular, size: 20) == "")
  }

  @Test func headlinesShrinkBeforeTheyAreCut() {
    let text = "Camera away"
    let natural = font.width(of: text, .bold) * 40
    #expect(setter(natural).shrunk(text, .bold, size: 40, least: 0.5) == 40)
    #expect(abs(setter(natural * 0.75).shrunk(text, .bold, size: 40, least: 0.5) - 30) < 0.01)
    #expect(setter(natural * 0.1).shrunk(text, .bold, size: 40, least: 0.5) == 20)
  }

  @Test(arguments: SlateSample.slates, [90, 150, 220, 400] as [Float])
  func wrappingLosesNothing(slate: OfflineSlate, width: Float) {
    let wording = SlateWording(
      slate.state, since: UTCMinute(unixNanoseconds: slate.sinceUnixNanoseconds),
      language: slate.language)
    for sentence in wording.sentences {
      let lines = setter(width).wrapped(sentence, .regular, size: 16)
      let separator = slate.language == .english ? " " : ""
      #expect(lines.joined(separator: separator) == sentence)
      for line in lines {
        #expect(font.width(of: line, .regular) * 16 <= width, "\(line)")
        #expect(line.first.map { !"、。ー".contains($0) } ?? false, "\(line)")
      }
    }
  }

  @Test func linesAreOfAboutEqualWidth() {
    let width = font.width(of: "It needs charging or external", .regular) * 16
    let lines = setter(width).wrapped("It needs charging or external power.", .regular, size: 16)
    #expect(lines == ["It needs charging", "or external power."])
  }
}
