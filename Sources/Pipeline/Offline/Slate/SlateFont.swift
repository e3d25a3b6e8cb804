import CSlateFont

/// The glyph outlines of a slate: Noto Sans and Noto Sans CJK JP, in the binary.
///
/// Has ASCII, Latin-1, kana, the wording of the slates and some 180 kanji that people name
/// cameras by in the regular weight; ASCII and the wording in bold. Outlines rather than drawn
/// pictures of the glyphs, because they are sharp at every size and a tenth of the bytes.
struct SlateFont: Sendable {
  enum Weight: Int, Sendable, Hashable, CaseIterable {
    case regular
    case bold
  }

  struct Glyph: Sendable {
    /// From this glyph's origin to the next one's, in em.
    var advance: Float
    /// Where its outline is in the font's bytes.
    fileprivate var outline: Range<Int>
  }

  /// Stands for characters the font has not.
  static let fallback: Character = "□"
  /// Units of coordinates in the file.
  private static let unitsPerEm: Float = 500

  static let embedded = SlateFont(
    bytes: [UInt8](
      UnsafeBufferPointer(
        start: liveview_slate_font_bytes(), count: liveview_slate_font_size())))

  private let bytes: [UInt8]
  /// Per weight. Keyed by character, so that decomposed accents and voicing marks are found too.
  private var faces: [[Character: Glyph]] = []

  /// - Parameter bytes: A file as deploy/slate-font.py writes it; the font is empty otherwise.
  init(bytes: [UInt8]) {
    self.bytes = bytes
    var reader = SlateFontReader(bytes: bytes)
    guard let faces = Self.readFaces(&reader) else {
      assertionFailure("the slate font is damaged")
      return
    }
    self.faces = faces
  }

  private static func readFaces(_ reader: inout SlateFontReader) -> [[Character: Glyph]]? {
    guard reader.skip(Array("SLATEFNT".utf8)), let notice = reader.number(),
      reader.take(notice) != nil, let faceCount = reader.number()
    else { return nil }
    var faces: [[Character: Glyph]] = []
    for _ in 0..<faceCount {
      guard let glyphCount = reader.number() else { return nil }
      var face: [Character: Glyph] = [:]
      var code = 0
      for _ in 0..<glyphCount {
        guard let step = reader.number(), let advance = reader.number(),
          let length = reader.number(), let outline = reader.take(length)
        else { return nil }
        code &+= step
        guard let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init) else { return nil }
        face[Character(scalar)] = Glyph(advance: Float(advance) / unitsPerEm, outline: outline)
      }
      faces.append(face)
    }
    return faces
  }

  /// The glyph of exactly this character; nil if the font has none.
  func glyph(_ character: Character, _ weight: Weight) -> Glyph? {
    faces.indices.contains(weight.rawValue) ? faces[weight.rawValue][character] : nil
  }

  /// What to draw for a character: its own glyph, or those of its parts that there are (a letter
  /// without its rare accent), or the box.
  func drawableGlyphs(_ character: Character, _ weight: Weight) -> [Glyph] {
    if let glyph = glyph(character, weight) ?? glyph(character, .regular) { return [glyph] }
    let parts = character.unicodeScalars.prefix(4).compactMap { scalar in
      let part = Self.narrow(scalar)
      return glyph(part, weight) ?? glyph(part, .regular)
    }
    return parts.isEmpty ? glyph(Self.fallback, .regular).map { [$0] } ?? [] : parts
  }

  /// The ASCII character a full-width one repeats; others as they are.
  private static func narrow(_ scalar: Unicode.Scalar) -> Character {
    guard (0xFF01...0xFF5E).contains(scalar.value),
      let ascii = Unicode.Scalar(scalar.value - 0xFEE0)
    else { return Character(scalar) }
    return Character(ascii)
  }

  /// Width of a line of text, in em.
  func width(of text: some Sequence<Character>, _ weight: Weight) -> Float {
    text.reduce(0) { width, character in
      drawableGlyphs(character, weight).reduce(width) { $0 + $1.advance }
    }
  }

  /// Adds a glyph to `mask`.
  ///
  /// - Parameters:
  ///   - origin: Where the glyph's origin, on the baseline, comes to lie.
  ///   - size: Pixels per em.
  func trace(
    _ glyph: Glyph, at origin: SIMD2<Float>, size: Float, into mask: inout CoverageMask
  ) {
    var reader = SlateFontReader(bytes: bytes, range: glyph.outline)
    let scale = SIMD2<Float>(size, -size) / Self.unitsPerEm
    var pen = OutlinePen(origin: origin, scale: scale)
    while let step = reader.byte() {
      for _ in 0..<(step >> 3) {
        guard pen.draw(step & 7, from: &reader, into: &mask) else {
          assertionFailure("an outline of the slate font is damaged")
          return
        }
      }
    }
    pen.close(into: &mask)
  }
}
