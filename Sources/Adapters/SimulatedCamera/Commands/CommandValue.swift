/// What may stand behind a command's name.
public enum ValueForm: Sendable, Equatable {
  case none
  /// A number within a range; without a default it must be given.
  case number(ClosedRange<Double>, unit: String, default: Double?)
  /// One of these words; without a default it must be given.
  case word([String], default: String?)
  /// Which API calls, and a number if `range` is not nil: `[METHOD=][NUMBER][*COUNT]`.
  case calls(number: ClosedRange<Double>?, unit: String, default: Double?)
  /// Any text; `meaning` says which. Without a default it must be given.
  case text(meaning: String, default: String?)

  /// The form as a person reads it; empty for none.
  public var summary: String {
    switch self {
    case .none: ""
    case .number(let range, let unit, let preset):
      "\(Self.shortest(range.lowerBound))…\(Self.shortest(range.upperBound))"
        + (unit.isEmpty ? "" : " \(unit)")
        + (preset.map { ", default \(Self.shortest($0))" } ?? "")
    case .word(let words, let preset):
      words.joined(separator: "|") + (preset.map { ", default \($0)" } ?? "")
    case .calls(nil, _, _): "[METHOD][*COUNT]"
    case .calls(.some, let unit, nil): "[METHOD=]\(unit)[*COUNT]"
    case .calls(.some, let unit, .some(let preset)):
      "[METHOD=][\(unit)][*COUNT], default \(Self.shortest(preset))"
    case .text(let meaning, let preset):
      meaning + (preset.map { ", default \($0)" } ?? "")
    }
  }

  /// A number without a needless fraction.
  static func shortest(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? String(number)
  }

  /// Reads what was given.
  ///
  /// - Parameter text: nil or empty: nothing was given.
  func value(from text: String?, of name: String) throws(CommandError) -> CommandValue {
    let given = text.flatMap { $0.isEmpty ? nil : $0 }
    switch self {
    case .none:
      guard let given else { return CommandValue() }
      throw .valueNotWanted(command: name, given: given)
    case .number(let range, _, let preset):
      guard let given else {
        guard let preset else { throw .valueMissing(command: name, form: summary) }
        return CommandValue(number: preset)
      }
      guard let number = Double(given), range.contains(number) else {
        throw .valueWrong(command: name, given: given, form: summary)
      }
      return CommandValue(number: number)
    case .word(let words, let preset):
      guard let word = given ?? preset else { throw .valueMissing(command: name, form: summary) }
      guard words.contains(word) else {
        throw .valueWrong(command: name, given: word, form: summary)
      }
      return CommandValue(text: word)
    case .calls(let range, _, let preset):
      return try calls(from: given ?? "", of: name, within: range, default: preset)
    case .text(_, let preset):
      guard let text = given ?? preset else { throw .valueMissing(command: name, form: summary) }
      return CommandValue(text: text)
    }
  }
}

extension ValueForm {
  private static let largestCount = 1000

  /// Reads `[METHOD=][NUMBER][*COUNT]`; a method alone needs no `=`.
  private func calls(
    from given: String, of name: String, within range: ClosedRange<Double>?, default preset: Double?
  ) throws(CommandError) -> CommandValue {
    let wrong = CommandError.valueWrong(command: name, given: given, form: summary)
    var value = CommandValue()
    var rest = Substring(given)
    if let star = rest.lastIndex(of: "*") {
      guard let count = Int(rest[rest.index(after: star)...]), (1...Self.largestCount) ~= count
      else { throw wrong }
      value.repetitions = count
      rest = rest[..<star]
    }
    let parts = rest.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let hasMethod = parts.count > 1 || rest.first?.isLetter == true
    if hasMethod {
      value.text = String(parts[0])
      guard !value.text.isEmpty, value.text.allSatisfy(\.isLetter) else { throw wrong }
    }
    let numberText = parts.count > 1 ? parts[1] : hasMethod ? "" : rest
    guard !numberText.isEmpty else {
      guard range == nil || preset != nil else { throw .valueMissing(command: name, form: summary) }
      value.number = preset ?? 0
      return value
    }
    guard let number = Double(numberText), range?.contains(number) == true else { throw wrong }
    value.number = number
    return value
  }
}

/// The value of a command, read by its form.
struct CommandValue: Sendable, Equatable {
  var number = 0.0
  /// A text, a word, or the API method; empty: all methods.
  var text = ""
  /// Of how many calls; nil: of all until further notice.
  var repetitions: Int?

  /// The number as a count.
  var count: Int { Int(number) }
  /// The number as seconds.
  var seconds: Duration { .seconds(number) }
  /// The number as milliseconds.
  var milliseconds: Duration { .milliseconds(Int(number)) }
}

/// Why a command was not carried out.
public enum CommandError: Error, Sendable, Equatable, CustomStringConvertible {
  case unknownCommand(String, nearest: String?)
  case valueNotWanted(command: String, given: String)
  case valueMissing(command: String, form: String)
  case valueWrong(command: String, given: String, form: String)
  /// The value was fine and it did not work.
  case failed(command: String, reason: String)

  public var description: String {
    switch self {
    case .unknownCommand(let name, let nearest):
      "no command is called \"\(name)\"" + (nearest.map { "; did you mean \"\($0)\"?" } ?? "")
    case .valueNotWanted(let command, let given):
      "\(command) takes no value, but \"\(given)\" was given"
    case .valueMissing(let command, let form): "\(command) needs a value: \(form)"
    case .valueWrong(let command, let given, let form):
      "\(command): \"\(given)\" is not possible; allowed: \(form)"
    case .failed(let command, let reason): "\(command) did not work: \(reason)"
    }
  }
}
