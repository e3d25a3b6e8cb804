import JSON

/// Parameters that keep the rules of their operation, to be read by their keys.
struct CheckedParameters {
  private let members: [String: JSONValue]

  /// - Throws: All that is wrong with them.
  init(
    _ parameters: [String: JSONValue], of operation: ControlOperation
  ) throws(ControlParameterError) {
    let problems = operation.check(parameters)
    guard problems.isEmpty else { throw ControlParameterError(problems: problems) }
    members = parameters
  }

  private init(checked members: [String: JSONValue]) {
    self.members = members
  }

  /// A text; empty if the key is optional and not given.
  func text(_ name: String) -> String { members[name]?.string ?? "" }
  func optionalText(_ name: String) -> String? { members[name]?.string }
  /// A whole number; 0 if the key is optional and not given.
  func integer(_ name: String) -> Int { members[name]?.integer ?? 0 }
  func optionalInteger(_ name: String) -> Int? { members[name]?.integer }
  func optionalNumber(_ name: String) -> Double? { members[name]?.number }
  func boolean(_ name: String) -> Bool? { members[name]?.boolean }
  /// Any value; null if the key is optional and not given.
  func value(_ name: String) -> JSONValue { members[name] ?? .null }
  func object(_ name: String) -> [String: JSONValue]? { members[name]?.object }

  /// The members of an object that the check has looked into.
  func record(_ name: String) -> CheckedParameters? {
    object(name).map(CheckedParameters.init(checked:))
  }

  func records(_ name: String) -> [CheckedParameters] {
    members[name]?.array?.compactMap { $0.object.map(CheckedParameters.init(checked:)) } ?? []
  }
}

extension [String: JSONValue] {
  /// Parameters as they are sent; what is nil is left out.
  init(given members: KeyValuePairs<String, JSONValue?>) {
    self.init()
    for (name, value) in members { self[name] = value }
  }
}
