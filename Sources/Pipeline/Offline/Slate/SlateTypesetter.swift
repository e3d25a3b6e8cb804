/// Makes text fit into a width.
struct SlateTypesetter {
  let font: SlateFont
  /// Pixels.
  let width: Float

  /// Text from outside as one line of bounded length: control characters, line breaks and runs
  /// of spaces become one space.
  static func plain(_ text: String, limit: Int = 80) -> String {
    var result = ""
    // The first bound is for the work done here: one character may have a million accents.
    for character in String(text.unicodeScalars.prefix(4 * limit)).prefix(limit) {
      let isSpace =
        character.isWhitespace
        || character.unicodeScalars.allSatisfy {
          $0.properties.generalCategory == .control || $0.properties.generalCategory == .format
        }
      if !isSpace {
        result.append(character)
      } else if !result.isEmpty, result.last != " " {
        result.append(" ")
      }
    }
    if result.last == " " { result.removeLast() }
    return result
  }

  /// The text, cut with an ellipsis if it is too wide; empty if not even that fits.
  func cut(_ text: String, _ weight: SlateFont.Weight, size: Float) -> String {
    guard font.width(of: text, weight) * size > width else { return text }
    let room = width / size - font.width(of: "…", weight)
    var used: Float = 0
    var result = ""
    for character in text {
      used += font.width(of: CollectionOfOne(character), weight)
      if used > room { break }
      result.append(character)
    }
    while result.last == " " { result.removeLast() }
    return result.isEmpty ? "" : result + "…"
  }

  /// The largest size up to `size` at which the text fits, but not less than `least` of it.
  func shrunk(
    _ text: String, _ weight: SlateFont.Weight, size: Float, least: Float
  ) -> Float {
    let needed = font.width(of: text, weight) * size
    return needed > width ? size * max(width / needed, least) : size
  }

  /// The text in lines of about equal width, broken at spaces and between Japanese characters.
  func wrapped(_ text: String, _ weight: SlateFont.Weight, size: Float) -> [String] {
    let em = width / size
    let lines = broken(text, weight, em: em)
    guard lines.count > 1 else { return lines }
    // As narrow as the same number of lines allows: no last line of one word.
    var (narrow, wide) = (em / 2, em)
    for _ in 0..<6 {
      let middle = (narrow + wide) / 2
      let isTooNarrow = broken(text, weight, em: middle).count > lines.count
      (narrow, wide) = isTooNarrow ? (middle, wide) : (narrow, middle)
    }
    return broken(text, weight, em: wide)
  }

  /// Each line as full as it gets.
  private func broken(_ text: String, _ weight: SlateFont.Weight, em: Float) -> [String] {
    var lines: [String] = []
    var line = ""
    for piece in Self.pieces(of: text) {
      let candidate = line + piece
      let visible = piece.last == " " ? String(candidate.dropLast()) : candidate
      if line.isEmpty || font.width(of: visible, weight) <= em {
        line = candidate
      } else {
        lines.append(line)
        line = piece
      }
    }
    lines.append(line)
    return lines.map { $0.last == " " ? String($0.dropLast()) : $0 }.filter { !$0.isEmpty }
  }

  /// Parts that stay on one line: words with the space after them, Japanese characters with the
  /// marks that may not begin a line.
  private static func pieces(of text: String) -> [String] {
    var pieces: [String] = []
    var previous: Character = " "
    for character in text {
      let isJoined =
        previous != " "
        && (mayNotBegin.contains(character) || !(isJapanese(character) || isJapanese(previous)))
      if isJoined || (character == " " && !pieces.isEmpty) {
        pieces[pieces.count - 1].append(character)
      } else {
        pieces.append(String(character))
      }
      previous = character
    }
    return pieces
  }

  private static func isJapanese(_ character: Character) -> Bool {
    character.unicodeScalars.first.map { (0x3000...0x9FFF).contains($0.value) } ?? false
  }

  /// Source: JIS X 4051, characters that may not begin a line.
  private static let mayNotBegin = Set("、。・」』）！？ーぁぃぅぇぉっゃゅょァィゥェォッャュョ")
}
