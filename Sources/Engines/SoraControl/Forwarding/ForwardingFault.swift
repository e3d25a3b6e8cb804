import JSON

extension ControlError {
  /// Whether the server does not have the operation.
  ///
  /// Source: swidden's error types; servers that are no Sora say 404, 405 or 501.
  var isUnknownOperation: Bool {
    switch self {
    case .refused(let refusal):
      switch refusal.type {
      case "MissingService", "MissingTarget", "MissingTargetModule", "MissingTargetFunction",
        "InvalidTarget", "SchemaNotFound":
        true
      default: false
      }
    case .unexpectedStatus(let status, _): status == 404 || status == 405 || status == 501
    default: false
    }
  }

  /// Whether nobody answers there.
  var isUnreachable: Bool {
    switch self {
    case .cannotConnect, .tlsFailed: true
    default: false
    }
  }

  /// Whether nobody answered this time, which says little about the server.
  var isLost: Bool {
    switch self {
    case .timedOut, .connectionClosed: true
    default: false
    }
  }

  /// Whether the time was up.
  var isTimeout: Bool { if case .timedOut = self { true } else { false } }

  /// Whether the server says no because the channel, or the connection, is not there.
  ///
  /// No document lists the words; every other refusal is one that people have to know.
  var saysNobodyIsThere: Bool {
    guard case .refused(let refusal) = self, isRefusal, !isUnknownOperation else { return false }
    let words = [refusal.type, refusal.reason?.string ?? ""].map { text in
      text.lowercased().filter { $0.isASCII && $0.isLetter }
    }
    return words.contains { word in Self.absences.contains { word.contains($0) } }
  }

  private static let absences = [
    "notfound", "notexist", "doesntexist", "nosuch", "nochannel", "noconnection",
    "unknownchannel", "unknownconnection",
  ]

  /// Whether it was never sent, and never will be, because a value breaks Sora's rules.
  var isOurs: Bool { if case .parametersUnusable = self { true } else { false } }

  /// Whether a proxy answers in place of a server that is away or overloaded.
  var isGateways: Bool {
    let status: Int
    switch self {
    case .refused(let refusal): status = refusal.status
    case .unexpectedStatus(let other, _): status = other
    default: return false
    }
    return (502...504).contains(status)
  }

  /// Whether the server says no because `key` is not given.
  func misses(_ key: String) -> Bool {
    guard case .refused(let refusal) = self, refusal.type == "InvalidJSON" else { return false }
    return refusal.reason?.names(key) ?? false
  }
}

extension JSONValue {
  /// Whether a fault of a JSON schema is about `key`: its error, its data or its path name it, or
  /// its schema lists it as required. Other parts of the schema name every key.
  fileprivate func names(_ key: String) -> Bool {
    switch self {
    case .string(let text): text.contains(key)
    case .array(let values): values.contains { $0.names(key) }
    case .object(let members):
      members.contains { name, value in
        name == "schema" ? value["required"]?.names(key) ?? false : value.names(key)
      }
    default: false
    }
  }
}
