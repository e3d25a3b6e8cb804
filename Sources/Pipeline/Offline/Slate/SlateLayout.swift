import Media

/// Where the parts of a slate stand: a block of text with a bar at its left, low in a picture,
/// in the middle of a card's height.
struct SlateLayout {
  struct Line {
    var text: String
    var weight: SlateFont.Weight
    /// Pixels per em.
    var size: Float
    var ink: SlateInk
    /// Row of the baseline, in pixels from the picture's top.
    var baseline: Int = 0
    /// Baseline to baseline of the line above, in `size`.
    var pitch: Float
  }

  private(set) var lines: [Line] = []
  /// First column of the text; even.
  let column: Int
  /// Columns of the bar; empty if nothing is shown.
  let barColumns: Range<Int>
  /// Rows of the bar, which is as high as the text.
  private(set) var barRows = 0..<0

  /// Parts of an em above and below the baseline that belong to the look of a line.
  private static let capHeight: Float = 0.72
  private static let depth: Float = 0.12
  /// Text smaller than this many pixels per em says nothing to anybody.
  private static let leastSize: Float = 6

  init(_ slate: OfflineSlate, size: PictureSize, hasPicture: Bool, font: SlateFont) {
    // A measure for every picture, wide or tall.
    let unit = Float(min(size.height, size.width * 2 / 3))
    let margin = even(unit / 13)
    let bar = max(even(unit / 90), 2)
    column = margin + bar + max(even(unit / 32), 4)
    barColumns = margin..<(margin + bar)
    let setter = SlateTypesetter(font: font, width: Float(size.width - column - margin))
    guard setter.width > 0 else { return }

    let room = Float(size.height - 2 * margin)
    for content in Self.contents(of: slate) {
      lines = content.flatMap { $0.lines(unit: unit, setter: setter) }.filter { !$0.text.isEmpty }
      if height <= room { break }
    }
    while height > room, !lines.isEmpty { lines.removeLast() }
    lines.removeAll { $0.size < Self.leastSize }
    place(in: size, margin: margin, atBottom: hasPicture)
  }

  /// First and last row of the text; nil if there is none.
  var textRows: Range<Int>? { lines.isEmpty ? nil : barRows }

  /// From the top of the first line's capitals to the last line's depth.
  private var height: Float {
    guard let first = lines.first, let last = lines.last else { return 0 }
    return lines.dropFirst().reduce(first.size * Self.capHeight + last.size * Self.depth) {
      $0 + $1.size * $1.pitch
    }
  }

  private mutating func place(in size: PictureSize, margin: Int, atBottom: Bool) {
    guard let first = lines.first, let last = lines.last else { return }
    let top =
      atBottom ? Float(size.height - margin) - height : (Float(size.height) - height) / 2
    var baseline = top + first.size * Self.capHeight
    for index in lines.indices {
      if index > 0 { baseline += lines[index].size * lines[index].pitch }
      lines[index].baseline = Int(baseline.rounded())
    }
    barRows = max(Int(top), 0)..<max(Int(baseline + last.size * Self.depth), Int(top) + 1, 1)
  }

  /// What may be said, from all to the least; small pictures get less of it.
  private static func contents(of slate: OfflineSlate) -> [[Part]] {
    let wording = SlateWording(
      slate.state, since: UTCMinute(unixNanoseconds: slate.sinceUnixNanoseconds),
      language: slate.language)
    let name = SlateTypesetter.plain(slate.cameraName ?? "")
    let names: [Part] = name.isEmpty ? [] : [.name(name)]
    let core: [Part] = [.headline(wording.headline), .since(wording.since)]
    let sentences = wording.sentences.enumerated().map { Part.sentence($1, isFirst: $0 == 0) }
    return [
      names + core + sentences, names + core + sentences.prefix(1), names + core, core,
      [.headline(wording.headline)],
    ]
  }
}

/// One part of what a slate says.
private enum Part {
  case name(String)
  case headline(String)
  case since(String)
  case sentence(String, isFirst: Bool)

  /// The part's lines; sizes are parts of `unit`, but stay readable in a small picture.
  func lines(unit: Float, setter: SlateTypesetter) -> [SlateLayout.Line] {
    switch self {
    case .name(let text):
      let size = max(unit / 21, 9)
      return [
        SlateLayout.Line(
          text: setter.cut(text, .regular, size: size), weight: .regular, size: size, ink: .name,
          pitch: 1.4)
      ]
    case .headline(let text):
      return [line(text, .bold, size: max(unit / 10, 13), ink: .headline, pitch: 1.15, setter)]
    case .since(let text):
      return [line(text, .regular, size: max(unit / 17, 10), ink: .since, pitch: 1.45, setter)]
    case .sentence(let text, let isFirst):
      let size = max(unit / 21, 9)
      return setter.wrapped(text, .regular, size: size).enumerated().map { index, text in
        SlateLayout.Line(
          text: setter.cut(text, .regular, size: size), weight: .regular, size: size,
          ink: .sentence, pitch: isFirst && index == 0 ? 2 : 1.4)
      }
    }
  }

  /// A line that is made smaller before it is cut.
  private func line(
    _ text: String, _ weight: SlateFont.Weight, size: Float, ink: SlateInk, pitch: Float,
    _ setter: SlateTypesetter
  ) -> SlateLayout.Line {
    let size = setter.shrunk(text, weight, size: size, least: 0.55)
    return SlateLayout.Line(
      text: setter.cut(text, weight, size: size), weight: weight, size: size, ink: ink,
      pitch: pitch)
  }
}

/// Rounded down to an even number of pixels.
private func even(_ pixels: Float) -> Int {
  Int(pixels / 2) * 2
}
