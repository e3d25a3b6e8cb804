import Pipeline

/// Everything wrong with the configuration, for one message.
struct ConfigurationProblems: Error, CustomStringConvertible {
  var problems: [SettingsProblem]

  /// The exit code for bad configuration, `EX_CONFIG` of sysexits.h.
  static let exitCode: Int32 = 78

  var description: String {
    let heading =
      problems.count == 1
      ? "The configuration has a problem:" : "The configuration has \(problems.count) problems:"
    return ([heading] + problems.map { "  - \($0)" }).joined(separator: "\n")
  }
}
