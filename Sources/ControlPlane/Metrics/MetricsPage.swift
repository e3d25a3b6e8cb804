/// Writes metric families in the text format scrapers read.
///
/// Families are sorted by name and series by label, so that two pages can be compared line by
/// line.
///
/// Source: Prometheus "Exposition formats", text format 0.0.4.
enum MetricsPage {
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  /// The whole page. Of families with the same name only the first is kept: a name may appear
  /// once, and a scraper refuses the page otherwise.
  static func text(of families: [MetricFamily]) -> String {
    var seen: Set<String> = []
    let unique = families.filter { seen.insert($0.name).inserted }
    var page = ""
    for family in unique.sorted(by: { $0.name < $1.name }) { append(family, to: &page) }
    return page
  }

  private static func append(_ family: MetricFamily, to page: inout String) {
    guard !family.samples.isEmpty else { return }
    if let help = family.help { page += "# HELP \(family.name) \(escapeHelp(help))\n" }
    page += "# TYPE \(family.name) \(family.kind.rawValue)\n"
    let samples = family.samples.sorted {
      $0.labels == $1.labels ? $0.suffix < $1.suffix : $0.labels < $1.labels
    }
    for sample in samples {
      page += family.name + sample.suffix + text(of: sample.labels)
      page += " \(text(of: sample.value))\n"
    }
  }

  private static func text(of labels: MetricLabels) -> String {
    if labels.pairs.isEmpty { return "" }
    let pairs = labels.pairs.map { "\($0.name)=\"\(escapeValue($0.value))\"" }
    return "{" + pairs.joined(separator: ",") + "}"
  }

  /// Whole numbers without a fraction, as far as a double holds them exactly.
  private static func text(of value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if value == value.rounded(), abs(value) < 9_007_199_254_740_992 { return "\(Int64(value))" }
    return "\(value)"
  }

  private static func escapeValue(_ value: String) -> String {
    escape(value) { $0 == "\"" }
  }

  private static func escapeHelp(_ help: String) -> String {
    escape(help) { _ in false }
  }

  private static func escape(
    _ text: String, alsoWhere isSpecial: (Unicode.Scalar) -> Bool
  ) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case _ where isSpecial(scalar): result += "\\\(scalar)"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
