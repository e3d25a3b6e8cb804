/// A `Range` header, checked and then forgotten: a live stream has only "now".
///
/// Source: RFC 2326 §3.5, §3.6, §3.7, §12.29.
enum RangeHeader {
  /// True if `value` is a range RFC 2326 knows, whatever it asks for.
  static func isValid(_ value: String) -> Bool {
    let range = value.prefix { $0 != ";" }
    let unit = range.prefix { $0 != "=" }
    guard unit.endIndex < range.endIndex else { return false }
    let limits = range.dropFirst(unit.count + 1)
    switch unit.trimmed.lowercased() {
    case "npt": return isNormalPlayTime(limits)
    case "clock": return isUTC(limits)
    case "smpte", "smpte-30-drop", "smpte-25": return isSMPTE(limits)
    default: return false
    }
  }

  private static func ends(of range: some StringProtocol) -> (String, String)? {
    let ends = range.split(separator: "-", omittingEmptySubsequences: false).map { $0.trimmed }
    guard ends.count == 2, !(ends[0].isEmpty && ends[1].isEmpty) else { return nil }
    return (ends[0], ends[1])
  }

  private static func isNormalPlayTime(_ range: some StringProtocol) -> Bool {
    guard let (first, last) = ends(of: range) else { return false }
    let isNow = first.isEqualIgnoringCase("now")
    let start = seconds(first)
    let end = seconds(last)
    guard first.isEmpty || isNow || start != nil, last.isEmpty || end != nil else { return false }
    guard let start, let end else { return true }
    return start <= end
  }

  /// `12.5` or `1:02:03.5` in seconds.
  private static func seconds(_ text: String) -> Double? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let fraction = parts.last?.split(separator: ".", omittingEmptySubsequences: false) ?? []
    guard parts.count == 1 || parts.count == 3, (1...2).contains(fraction.count),
      fraction[0].decimal(as: UInt32.self) != nil,
      fraction.count == 1 || fraction[1].utf8.allSatisfy(\.isASCIIDigit)
    else { return nil }
    var total = 0.0
    for (index, part) in parts.enumerated() {
      guard let number = Double("0" + part), index == 0 || number < 60 else { return nil }
      total = total * 60 + number
    }
    return total
  }

  /// `19961108T142300.25Z-`, the end optional.
  private static func isUTC(_ range: some StringProtocol) -> Bool {
    guard let (first, last) = ends(of: range), !first.isEmpty else { return false }
    return [first, last].allSatisfy { text in
      guard !text.isEmpty else { return true }
      let bytes = Array(text.utf8)
      guard bytes.count >= 16, bytes[8] == UInt8(ascii: "T"), bytes.last == UInt8(ascii: "Z")
      else { return false }
      let fraction = bytes[15..<(bytes.count - 1)]
      return bytes[..<8].allSatisfy(\.isASCIIDigit) && bytes[9..<15].allSatisfy(\.isASCIIDigit)
        && (fraction.isEmpty
          || fraction.first == UInt8(ascii: ".") && fraction.dropFirst().allSatisfy(\.isASCIIDigit))
    }
  }

  /// `10:07:33:05.01-`, the end optional.
  private static func isSMPTE(_ range: some StringProtocol) -> Bool {
    guard let (first, last) = ends(of: range), !first.isEmpty else { return false }
    return [first, last].allSatisfy { text in
      let parts = text.split(whereSeparator: { $0 == ":" || $0 == "." })
      return text.isEmpty
        || (3...5).contains(parts.count)
          && parts.allSatisfy { $0.utf8.count <= 2 && $0.decimal(as: UInt8.self) != nil }
    }
  }
}
