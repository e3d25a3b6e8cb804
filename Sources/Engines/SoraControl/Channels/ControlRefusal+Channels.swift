import JSON

extension ControlRefusal {
  /// Whether the API most likely says that there is no such channel, and not that it does not want
  /// to delete it, or cannot.
  ///
  /// How ImageFlux says so is not documented: a status of 404, or words like `CHANNEL-NOT-FOUND`,
  /// `no such channel`, `UnknownChannel`, however they are written. A server that does not know the
  /// operation says nothing about the channel.
  public var saysNoSuchChannel: Bool {
    guard (400..<500).contains(status), status != 408, status != 429, !isOfTheRequest else {
      return false
    }
    return status == 404 || Self.saysMissing(type) || reason.map(Self.saysMissing) ?? false
  }

  private static func saysMissing(_ value: JSONValue) -> Bool {
    switch value {
    case .string(let text): saysMissing(text)
    case .array(let values): values.contains(where: saysMissing)
    case .object(let members): members.values.contains(where: saysMissing)
    default: false
    }
  }

  private static func saysMissing(_ text: String) -> Bool {
    // `NOT-FOUND`, `not_found`, `NotFound`, `not found`.
    let letters = String(text.lowercased().filter { $0.isLetter })
    guard missing.contains(where: letters.contains), !letters.contains("unknownerror") else {
      return false
    }
    return letters.contains("channel") || !otherThings.contains(where: letters.contains)
  }

  private static let missing = [
    "notfound", "nosuch", "unknown", "doesnotexist", "doesntexist", "notexist",
  ]
  private static let otherThings = [
    "operation", "target", "service", "method", "function", "token", "account", "user", "error",
    "reason", "version", "header",
  ]
}
