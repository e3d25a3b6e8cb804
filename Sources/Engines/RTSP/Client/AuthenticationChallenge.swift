/// One way to prove who one is, as a server offers it with a 401.
///
/// Source: RFC 2326 §12.44, RFC 7235 §2.1 and §4.1.
public struct AuthenticationChallenge: Sendable, Hashable {
  /// As the server spells it, for example `Basic`.
  public var scheme: String
  /// By their names in lower case, without quotation marks; of two with one name the later counts.
  public var parameters: [String: String]

  public init(scheme: String, parameters: [String: String] = [:]) {
    self.scheme = scheme
    self.parameters = parameters
  }

  public var realm: String? { parameters["realm"] }

  /// The challenges in all `WWW-Authenticate` headers of an answer, in order.
  ///
  /// Servers send one header per challenge or all in one, where a comma separates parameters as
  /// well as challenges: a word that is not followed by `=` is a scheme. What fits neither is
  /// skipped.
  public static func parse(_ values: [String]) -> [AuthenticationChallenge] {
    values.flatMap { value in
      var challenges: [AuthenticationChallenge] = []
      for item in items(of: value) {
        var rest = item[...]
        let word = rest.prefix { $0 != " " && $0 != "\t" && $0 != "=" }
        let afterWord = rest[word.endIndex...].drop { $0 == " " || $0 == "\t" }
        if !word.isEmpty, word.utf8.allSatisfy(\.isTokenCharacter), !afterWord.hasPrefix("=") {
          challenges.append(AuthenticationChallenge(scheme: String(word)))
          rest = afterWord
        }
        if let (name, value) = parameter(in: rest), let last = challenges.indices.last {
          challenges[last].parameters[name] = value
        }
      }
      return challenges
    }
  }

  /// Splits at commas outside of quotes.
  private static func items(of value: String) -> [String] {
    var isQuoted = false
    var isEscaped = false
    return value.split { character in
      if isEscaped {
        isEscaped = false
      } else if character == "\\" {
        isEscaped = isQuoted
      } else if character == "\"" {
        isQuoted.toggle()
      }
      return character == "," && !isQuoted
    }.map { $0.trimmed }.filter { !$0.isEmpty }
  }

  /// `name=value` or `name="value"`, unquoted; nil if `parameter` is neither.
  private static func parameter(in parameter: some StringProtocol) -> (String, String)? {
    let name = parameter.prefix { $0 != "=" }
    guard name.endIndex < parameter.endIndex else { return nil }
    let key = name.trimmed.lowercased()
    let value = parameter[name.endIndex...].dropFirst().trimmed
    // A token of another scheme may end in `=`, too.
    guard value.hasPrefix("\"") else { return value.isEmpty ? nil : (key, value) }
    var text = ""
    var isEscaped = false
    for character in value.dropFirst() {
      if !isEscaped, character == "\"" { break }
      if !isEscaped, character == "\\" {
        isEscaped = true
        continue
      }
      isEscaped = false
      text.append(character)
    }
    return (key, text)
  }
}
