import Testing

@testable import Pipeline

@Suite struct SlateFontTests {
  private let font = SlateFont.embedded

  @Test func hasWhatCamerasAreCalledBy() {
    let blocks: [ClosedRange<UInt32>] = [
      0x20...0x7E, 0xA1...0xAC, 0xAE...0xFF, 0x3041...0x3096, 0x30A1...0x30FC, 0xFF61...0xFF9F,
    ]
    for scalar in blocks.joined().compactMap(Unicode.Scalar.init) {
      #expect(
        font.glyph(Character(scalar), .regular) != nil, "U+\(String(scalar.value, radix: 16))")
    }
    #expect("ILCE-6000".allSatisfy { font.glyph($0, .bold) != nil })
    #expect(font.glyph(SlateFont.fallback, .regular) != nil)
  }

  @Test func decomposedCharactersAreFound() {
    #expect(font.glyph("e\u{301}", .regular) != nil)
    #expect(font.glyph("か\u{3099}", .regular) != nil)
  }

  @Test func whatIsMissingIsDrawnAsFarAsItIsThere() throws {
    let box = try #require(font.glyph(SlateFont.fallback, .regular))
    #expect(font.width(of: "鬱", .regular) == box.advance)
    #expect(font.width(of: "👩‍👩‍👧", .regular) == box.advance)
    #expect(font.width(of: "Ａ１", .regular) == font.width(of: "A1", .regular))
    #expect(font.width(of: "x\u{30A}", .regular) == font.width(of: "x", .regular))
    #expect(font.width(of: "ｶ\u{FF9E}", .regular) > font.width(of: "ｶ", .regular))
    #expect(font.width(of: "é", .bold) == font.width(of: "é", .regular))
  }

  @Test func digitsAreEquallyWide() {
    let widths = "0123456789".map { font.width(of: CollectionOfOne($0), .regular) }
    #expect(Set(widths).count == 1)
  }

  @Test func everyOutlineClosesInsideItsLine() {
    var mask = CoverageMask()
    let faces: [(SlateFont.Weight, String)] = [
      (.regular, "Agjqy|Åç未接続映像ガー"), (.bold, "Agy未接続"),
    ]
    for (weight, characters) in faces {
      for character in characters {
        guard let glyph = font.glyph(character, weight) else { continue }
        mask.reset(width: 64, height: 64)
        font.trace(glyph, at: [12, 46], size: 40, into: &mask)
        var covered = 0
        for row in 0..<64 {
          // An outline that does not close leaves a stripe to the right edge.
          mask.withRow(row) { pixel, coverage in
            covered += coverage
            #expect(pixel < 60, "\(character) row \(row)")
          }
        }
        #expect(covered > 20 * 256, "\(character)")
      }
    }
  }
}
