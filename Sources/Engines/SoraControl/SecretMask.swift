/// Finds secrets in text from outside, also where they were escaped, cut or taken apart.
///
/// Of a long secret every run of ``runLength`` characters is hidden: a server that repeats the
/// first line of a key, or the half of it, shows too much already. Escapes of JSON are looked
/// through twice, for a text within a text.
struct SecretMask {
  /// So many characters of a secret are no chance.
  private static let runLength = 16
  /// Anything shorter is in too many words.
  private static let shortest = 4
  private static let escapeDepth = 2

  /// What is looked for, by length; the hashes of texts of that length.
  private let hashes: [Int: Set<UInt64>]

  init(_ secrets: [String]) {
    var hashes: [Int: Set<UInt64>] = [:]
    for secret in secrets where secret.utf8.count >= Self.shortest {
      let scalars = secret.unicodeScalars.map(\.value)
      let length = min(scalars.count, Self.runLength)
      for start in 0...(scalars.count - length) {
        hashes[length, default: []].insert(Self.hash(scalars[start..<start + length]))
      }
    }
    self.hashes = hashes
  }

  /// The text with everything of the secrets replaced.
  func hiding(in text: some StringProtocol) -> String {
    if hashes.isEmpty { return String(text) }
    let scalars = Array(text.unicodeScalars)
    var letters = scalars.indices.map { Letter(value: scalars[$0].value, range: $0..<$0 + 1) }
    var isHidden = [Bool](repeating: false, count: scalars.count)
    mark(letters, &isHidden)
    for _ in 0..<Self.escapeDepth {
      let unescaped = Self.unescaped(letters)
      guard unescaped.count < letters.count else { break }
      letters = unescaped
      mark(letters, &isHidden)
    }
    var result = ""
    for (index, scalar) in scalars.enumerated() {
      if !isHidden[index] {
        result.unicodeScalars.append(scalar)
      } else if index == 0 || !isHidden[index - 1] {
        result += "<secret>"
      }
    }
    return result
  }

  /// A character as it is meant, and where it stands in the text.
  private struct Letter {
    var value: UInt32
    var range: Range<Int>
  }

  private func mark(_ letters: [Letter], _ isHidden: inout [Bool]) {
    let values = letters.map(\.value)
    for (length, hashes) in hashes where values.count >= length {
      for start in 0...(values.count - length)
      where hashes.contains(Self.hash(values[start..<start + length])) {
        let end = letters[start + length - 1].range.upperBound
        for index in letters[start].range.lowerBound..<end { isHidden[index] = true }
      }
    }
  }

  /// FNV-1a over characters. Two texts with one hash would hide what is no secret.
  private static func hash(_ values: ArraySlice<UInt32>) -> UInt64 {
    values.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  // MARK: Escapes

  /// Source: RFC 8259 §7.
  private static func unescaped(_ letters: [Letter]) -> [Letter] {
    var result: [Letter] = []
    result.reserveCapacity(letters.count)
    var index = 0
    while index < letters.count {
      let (value, count) = meaning(letters[index...])
      result.append(
        Letter(
          value: value,
          range: letters[index].range.lowerBound..<letters[index + count - 1].range.upperBound))
      index += count
    }
    return result
  }

  /// What is meant at the beginning, and by how many letters.
  private static func meaning(_ letters: ArraySlice<Letter>) -> (value: UInt32, count: Int) {
    let start = letters.startIndex
    guard letters[start].value == 0x5C, letters.count > 1 else { return (letters[start].value, 1) }
    switch letters[start + 1].value {
    case 0x22, 0x2F, 0x5C: return (letters[start + 1].value, 2)
    case 0x62: return (0x08, 2)
    case 0x66: return (0x0C, 2)
    case 0x6E: return (0x0A, 2)
    case 0x72: return (0x0D, 2)
    case 0x74: return (0x09, 2)
    case 0x75:
      guard let unit = unit(letters) else { return (0x5C, 1) }
      guard 0xD800...0xDBFF ~= unit, let low = self.unit(letters.dropFirst(6)),
        0xDC00...0xDFFF ~= low
      else { return (unit, 6) }
      return (0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00), 12)
    default: return (0x5C, 1)
    }
  }

  /// The UTF-16 code unit of `\uXXXX` at the beginning.
  private static func unit(_ letters: ArraySlice<Letter>) -> UInt32? {
    let text = letters.prefix(6).map(\.value)
    guard text.count == 6, text[0] == 0x5C, text[1] == 0x75 else { return nil }
    var unit: UInt32 = 0
    for value in text[2...] {
      guard let scalar = Unicode.Scalar(value), let digit = Character(scalar).hexDigitValue,
        scalar.isASCII
      else { return nil }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }
}
