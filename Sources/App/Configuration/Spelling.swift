/// Finds the word somebody probably meant.
enum Spelling {
  /// The known word nearest to `word`, if it is near enough to be a slip of the finger.
  static func closest(to word: String, among known: Set<String>) -> String? {
    let lowered = word.lowercased()
    let best = known.map { ($0, distance(lowered, $0.lowercased())) }
      .min { ($0.1, $0.0) < ($1.1, $1.0) }
    guard let (candidate, distance) = best, distance <= max(2, word.count / 4) else { return nil }
    return candidate
  }

  /// Levenshtein's distance: insertions, deletions and replacements from one word to the other.
  static func distance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var row = Array(0...right.count)
    for (lineIndex, leftCharacter) in left.enumerated() {
      var diagonal = row[0]
      row[0] = lineIndex + 1
      for (index, rightCharacter) in right.enumerated() {
        let replaced = diagonal + (leftCharacter == rightCharacter ? 0 : 1)
        diagonal = row[index + 1]
        row[index + 1] = min(replaced, row[index] + 1, row[index + 1] + 1)
      }
    }
    return row[right.count]
  }
}
