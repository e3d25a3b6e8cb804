import JSON

extension ControlOperation {
  /// Texts among the parameters that must not be shown, also where the server repeats them.
  public func secrets(in parameters: [String: JSONValue]) -> [String] {
    Self.secrets(of: keys, in: parameters)
  }

  private static func secrets(of keys: [ControlKey], in members: [String: JSONValue]) -> [String] {
    keys.flatMap { key -> [String] in
      guard let value = members[key.name] else { return [] }
      if key.isSecret { return texts(in: value) }
      switch (key.kind, value) {
      case (.record(let inner), .object(let members)):
        return secrets(of: inner, in: members)
      case (.records(let inner), .array(let values)):
        return values.flatMap { value -> [String] in
          if case .object(let members) = value { secrets(of: inner, in: members) } else { [] }
        }
      default:
        return []
      }
    }
  }

  private static func texts(in value: JSONValue) -> [String] {
    switch value {
    case .string(let text): [text]
    case .array(let values): values.flatMap(texts)
    case .object(let members): members.values.flatMap(texts)
    case .null, .boolean, .integer, .number, .exact: []
    }
  }
}
