/// One way to prove who one is, as a server offers it with a 401.
///
/// Source: RFC 2326 §12.44, RFC 7235 §2.1 and §4.1.
public struct AuthenticationChallenge: Sendable, Hashable {
  /// As the server spells it, for example `Basic`.
  public var scheme: String
  public var realm: String?

  public init(scheme: String, realm: String?) {
    self.scheme = scheme
    self.realm = realm
  }

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
          challenges.append(AuthenticationChallenge(scheme: String(word), realm: nil))
          rest = afterWord
        }
        if let realm = realm(in: rest), let last = challenges.indices.last {
          challenges[last].realm = realm
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

  /// The value of `realm="value"`, unquoted; nil if `parameter` is another one.
  private static func realm(in parameter: some StringProtocol) -> String? {
    let name = parameter.prefix { $0 != "=" }
    guard name.endIndex < parameter.endIndex, name.trimmed.isEqualIgnoringCase("realm") else {
      return nil
    }
    let value = parameter[name.endIndex...].dropFirst().trimmed
    guard value.hasPrefix("\"") else { return value }
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
    return text
  }
}
