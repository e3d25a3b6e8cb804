import JSON

/// The members of an object in a reply, taken out one by one; what is left is kept as it came.
///
/// A member that may be missing may also be null, and then stays among the rest.
struct ReplyMembers {
  private(set) var rest: [String: JSONValue]
  /// Where the object is, for errors.
  private let path: String

  /// - Throws: `ControlReplyError` if `json` is no object.
  init(_ json: JSONValue?, at path: String = "") throws(ControlReplyError) {
    guard let members = json?.object else {
      throw ControlReplyError(path: path, expected: "an object")
    }
    rest = members
    self.path = path
  }

  /// As `init`, but a reply without a body has no members.
  init(mayBeEmpty json: JSONValue?) throws(ControlReplyError) {
    try self.init(json ?? [:])
  }

  private mutating func optional<Value>(
    _ name: String, _ expected: String, _ read: (JSONValue) -> Value?
  ) throws(ControlReplyError) -> Value? {
    guard let value = rest[name], value != .null else { return nil }
    guard let result = read(value) else { throw error(name, expected) }
    rest[name] = nil
    return result
  }

  private func error(_ name: String, _ expected: String) -> ControlReplyError {
    ControlReplyError(path: path.isEmpty ? name : "\(path).\(name)", expected: expected)
  }

  mutating func optionalText(_ name: String) throws(ControlReplyError) -> String? {
    try optional(name, "a text", \.string)
  }

  mutating func text(_ name: String) throws(ControlReplyError) -> String {
    guard let text = try optionalText(name) else { throw error(name, "a text") }
    return text
  }

  mutating func optionalInteger(_ name: String) throws(ControlReplyError) -> Int? {
    try optional(name, "a whole number", \.integer)
  }

  mutating func optionalNumber(_ name: String) throws(ControlReplyError) -> Double? {
    try optional(name, "a number", \.number)
  }

  mutating func optionalBoolean(_ name: String) throws(ControlReplyError) -> Bool? {
    try optional(name, "true or false", \.boolean)
  }

  /// Any value, null too; nil only if there is none.
  mutating func value(_ name: String) -> JSONValue? {
    rest.removeValue(forKey: name)
  }

  /// A list, read element by element; nil if there is none.
  mutating func optionalList<Element>(
    _ name: String,
    of read: (JSONValue, String) throws(ControlReplyError) -> Element
  ) throws(ControlReplyError) -> [Element]? {
    guard let values = try optional(name, "a list", \.array) else { return nil }
    return try ReplyList.read(values, at: path.isEmpty ? name : "\(path).\(name)", of: read)
  }

  mutating func list<Element>(
    _ name: String,
    of read: (JSONValue, String) throws(ControlReplyError) -> Element
  ) throws(ControlReplyError) -> [Element] {
    guard let list = try optionalList(name, of: read) else { throw error(name, "a list") }
    return list
  }
}

/// Lists in replies.
enum ReplyList {
  /// - Parameter read: Takes an element and where it is.
  static func read<Element>(
    _ values: [JSONValue], at path: String = "",
    of read: (JSONValue, String) throws(ControlReplyError) -> Element
  ) throws(ControlReplyError) -> [Element] {
    var elements: [Element] = []
    elements.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      elements.append(try read(value, "\(path)[\(index)]"))
    }
    return elements
  }

  /// - Parameter json: The whole reply, which must be a list.
  static func read<Element>(
    _ json: JSONValue?,
    of read: (JSONValue, String) throws(ControlReplyError) -> Element
  ) throws(ControlReplyError) -> [Element] {
    guard let values = json?.array else {
      throw ControlReplyError(path: "", expected: "a list")
    }
    return try Self.read(values, of: read)
  }
}

extension [String: JSONValue] {
  /// The members of a reply again; what is nil is left out.
  func with(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
    var result = self
    for (name, value) in members where value != nil { result[name] = value }
    return .object(result)
  }
}
