import Testing

@testable import SimulatedCamera

struct BitmapFontTests {
  private static let characters =
    " 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-.,:/()_'+%#"

  @Test func everyGlyphHasItsOwnShape() {
    let shapes = Self.characters.map(BitmapFont.rows)
    #expect(shapes.allSatisfy { $0.count == 7 })
    #expect(shapes.joined().allSatisfy { $0 < 1 << BitmapFont.width })
    #expect(Set(shapes).count == Self.characters.count)
  }

  @Test func unknownCharacterIsABox() {
    #expect(BitmapFont.rows(of: "é") == BitmapFont.rows(of: "漢"))
  }
}
