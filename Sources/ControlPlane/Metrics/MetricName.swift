/// Makes names that a scraper accepts out of whatever a metric was called.
///
/// Source: Prometheus data model, "Metric names and labels".
enum MetricName {
  /// A metric name: letters, digits, `_` and `:`, no digit in front. Dots and the like become `_`.
  static func metric(_ name: String) -> String { sanitise(name, isAllowed: { $0 == ":" }) }

  /// A label name: as a metric name, without `:`, and not with `__` in front, which is reserved.
  static func label(_ name: String) -> String {
    var result = sanitise(name, isAllowed: { _ in false })
    while result.hasPrefix("__") { result.removeFirst() }
    return result
  }

  /// `name` with `suffix`, unless it ends with it already.
  static func name(_ name: String, endingWith suffix: String) -> String {
    name.hasSuffix(suffix) ? name : name + suffix
  }

  private static func sanitise(
    _ name: String, isAllowed: (Unicode.Scalar) -> Bool
  ) -> String {
    var result = ""
    for scalar in name.unicodeScalars {
      switch scalar {
      case "a"..."z", "A"..."Z", "_": result.unicodeScalars.append(scalar)
      case "0"..."9":
        if result.isEmpty { result = "_" }
        result.unicodeScalars.append(scalar)
      case _ where isAllowed(scalar): result.unicodeScalars.append(scalar)
      default: result += "_"
      }
    }
    return result.isEmpty ? "_" : result
  }
}
