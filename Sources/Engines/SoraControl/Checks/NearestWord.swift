/// Finds the name somebody probably meant.
enum NearestWord {
  /// Names longer than this are no slip of a finger, and take long to compare.
  private static let lengthLimit = 64

  /// The one of `words` that is nearest to `word`, if it is near enough.
  static func to(_ word: String, among words: Set<String>) -> String? {
    guard word.utf8.count <= lengthLimit else { return nil }
    let word = KebabCase.of(word)
    let nearest = words.map { (distance(word, KebabCase.of($0)), $0) }.min { $0 < $1 }
    guard let (distance, name) = nearest, distance <= max(2, word.count / 4) else { return nil }
    return name
  }

  /// Levenshtein's distance: insertions, deletions and replacements from one word to the other.
  private static func distance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var row = Array(0...right.count)
    for (lineIndex, character) in left.enumerated() {
      var diagonal = row[0]
      row[0] = lineIndex + 1
      for (index, other) in right.enumerated() {
        let replaced = diagonal + (character == other ? 0 : 1)
        diagonal = row[index + 1]
        row[index + 1] = min(replaced, row[index] + 1, row[index + 1] + 1)
      }
    }
    return row[right.count]
  }
}
