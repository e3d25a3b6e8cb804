import JSON
import NIOCore

extension ControlOperation {
  /// Everything that is wrong with the parameters of a call, in the order of the keys; keys that
  /// the operation does not have come last. Empty if they can be sent.
  ///
  /// Values of secret keys and of unknown ones are not repeated.
  public func check(_ parameters: [String: JSONValue]) -> [ControlKeyProblem] {
    var problems = ControlKey.check(parameters, keys: keys, path: "", owner: name)
    if !oneOf.isEmpty, oneOf.allSatisfy({ parameters[$0] == nil }) {
      problems.append(
        ControlKeyProblem(
          key: oneOf.joined(separator: ", "), value: nil, allowed: "given, at least one of them"))
    }
    problems += schemeKeys.flatMap { $0.check(parameters) }
    for (index, name) in distinct.enumerated() {
      guard let value = parameters[name],
        let other = distinct[..<index].first(where: { parameters[$0] == value })
      else { continue }
      problems.append(
        ControlKeyProblem(
          key: name, value: value.excerpt, allowed: "another one than", other: other))
    }
    return problems
  }
}

extension ControlOperation {
  /// The key at a path of names with dots, for example `hls.video.width`; nil if there is none.
  public func key(at path: String) -> ControlKey? {
    var (keys, found) = (keys, ControlKey?.none)
    for name in path.split(separator: ".", omittingEmptySubsequences: false) {
      guard let key = keys.first(where: { $0.name == name }) else { return nil }
      found = key
      keys =
        switch key.kind {
        case .record(let inner), .records(let inner): inner
        default: []
        }
    }
    return found
  }
}

extension ControlOperation.SchemeKeys {
  /// The keys that the scheme wants and that are not given.
  fileprivate func check(_ parameters: [String: JSONValue]) -> [ControlKeyProblem] {
    let beginning = "\(scheme)://"
    guard let url = parameters[key]?.string, url.lowercased().hasPrefix(beginning) else {
      return []
    }
    var problems = wanted.filter { parameters[$0] == nil }.map {
      ControlKeyProblem(
        key: $0, value: nil, allowed: "given, as \(key) begins with \(beginning)")
    }
    if !oneOf.isEmpty, oneOf.allSatisfy({ parameters[$0] == nil }) {
      problems.append(
        ControlKeyProblem(
          key: oneOf.joined(separator: ", "), value: nil,
          allowed: "given, at least one of them, as \(key) begins with \(beginning)"))
    }
    return problems
  }
}

extension ControlKey {
  /// - Parameters:
  ///   - path: Of the object that `members` are in, with a dot at its end; empty for the outermost.
  ///   - owner: Whose keys they are, for people.
  static func check(
    _ members: [String: JSONValue], keys: [ControlKey], path: String, owner: String
  ) -> [ControlKeyProblem] {
    var problems: [ControlKeyProblem] = []
    for key in keys {
      if let value = members[key.name] {
        problems += key.check(value, path: path + key.name)
      } else if key.isRequired {
        problems.append(ControlKeyProblem(key: path + key.name, value: nil, allowed: "given"))
      }
    }
    let known = Set(keys.map(\.name))
    for name in members.keys.sorted() where !known.contains(name) {
      let allowed =
        if keys.isEmpty {
          "left out: \(owner) has no keys"
        } else if let near = NearestWord.to(name, among: known) {
          "a key of \(owner); did you mean \(near)?"
        } else {
          "a key of \(owner), which are \(keys.map(\.name).joined(separator: ", "))"
        }
      let shown = JSONValue.string(name).excerpt.dropFirst().dropLast()
      problems.append(ControlKeyProblem(key: path + shown, value: nil, allowed: allowed))
    }
    return problems
  }

  /// Everything that is wrong with a value of this key; values that may hold a secret are not
  /// repeated.
  public func check(_ value: JSONValue) -> [ControlKeyProblem] { check(value, path: name) }

  /// Everything that is wrong with a value of this key.
  private func check(_ value: JSONValue, path: String) -> [ControlKeyProblem] {
    switch (kind, value) {
    case (.record(let keys), .object(let members)):
      return Self.check(members, keys: keys, path: path + ".", owner: name)
    case (.records(let keys), .array(let values)) where !values.isEmpty:
      return values.enumerated().flatMap { index, value -> [ControlKeyProblem] in
        let path = "\(path)[\(index)]"
        guard case .object(let members) = value else {
          return [ControlKeyProblem(key: path, value: shown(value), allowed: "an object")]
        }
        return Self.check(members, keys: keys, path: path + ".", owner: name)
      }
    default:
      guard !kind.allows(value) else { return [] }
      return [ControlKeyProblem(key: path, value: shown(value), allowed: kind.rule)]
    }
  }

  /// What an error may say of a value: nothing of a secret, nor of a URL that may hold one.
  private func shown(_ value: JSONValue) -> String? {
    if isSecret { return nil }
    if case .url = kind, value.string?.contains(where: { "@?#".contains($0) }) ?? false {
      return nil
    }
    return value.excerpt
  }
}

extension ControlKey.Kind {
  /// What is allowed, the end of a sentence that begins with "must be".
  public var rule: String {
    switch self {
    case .text(let bytes), .lines(let bytes):
      let size = "\(bytes.lowerBound) to \(bytes.upperBound) bytes of UTF-8"
      if case .lines = self { return "text of \(size)" }
      return "text of \(size) without control characters"
    case .choice(let values): return values.joined(separator: " or ")
    case .integer(let range):
      return "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range):
      return "a number from \(JSONValue(range.lowerBound).excerpt)"
        + " to \(JSONValue(range.upperBound).excerpt)"
    case .boolean: return "true or false"
    case .ipAddress: return "an IPv4 or IPv6 address"
    case .url(let schemes, let mayBeEmpty):
      return "a URL that begins with \(schemes.map { $0 + "://" }.joined(separator: " or "))"
        + (mayBeEmpty ? ", or empty" : "")
    case .object: return "an object"
    case .any: return "any JSON value"
    case .record(let keys): return "an object of \(keys.map(\.name).joined(separator: ", "))"
    case .records(let keys):
      return "a list of at least one object of \(keys.map(\.name).joined(separator: ", "))"
    }
  }

  /// Whether a value may be sent; members of records are not looked at.
  func allows(_ value: JSONValue) -> Bool {
    switch (self, value) {
    case (.text(let bytes), .string(let text)):
      bytes.contains(text.utf8.count) && !text.unicodeScalars.contains(where: \.isControl)
    case (.lines(let bytes), .string(let text)):
      bytes.contains(text.utf8.count) && !text.utf8.contains(0)
    case (.choice(let values), .string(let text)): values.contains(text)
    case (.integer(let range), .integer(let number)): range.contains(number)
    case (.number(let range), .integer(let number)): range.contains(Double(number))
    case (.number(let range), .number(let number)): range.contains(number)
    case (.boolean, .boolean), (.object, .object), (.any, _), (.record, .object): true
    case (.ipAddress, .string(let text)): IPAddressText.isAddress(text)
    case (.url(let schemes, let mayBeEmpty), .string(let text)):
      text.isEmpty ? mayBeEmpty : URLText.isURL(text, schemes: schemes)
    default: false
    }
  }
}

extension Unicode.Scalar {
  /// Whether it is one of the control characters of ASCII or of Latin 1.
  var isControl: Bool { value < 0x20 || 0x7F...0x9F ~= value }
}

extension JSONValue {
  /// The value as JSON, cut for an error text.
  var excerpt: String {
    let limit = 60
    // Long texts and lists are not written out only to be cut.
    switch self {
    case .string(let text) where text.utf8.count > limit:
      return JSONValue.string(String(text.prefix(limit))).excerptOfShort + "…"
    case .array(let values) where values.count > limit: return "a list"
    case .object(let members) where members.count > limit: return "an object"
    default:
      let text = excerptOfShort
      return text.count > limit ? text.prefix(limit) + "…" : text
    }
  }

  private var excerptOfShort: String {
    var buffer = ByteBuffer()
    encode(into: &buffer)
    // JSON leaves DEL and the control characters of Latin 1 as they are; a terminal does not.
    return String(buffer: buffer).unicodeScalars.reduce(into: "") { text, scalar in
      if scalar.isControl {
        text += "\\u00" + String(scalar.value, radix: 16)
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
  }
}
