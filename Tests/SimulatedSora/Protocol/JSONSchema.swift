import JSON

/// What a value must be: the part of JSON Schema that operations need.
///
/// Source: swidden checks bodies with jesse, which reports the first thing that is wrong.
indirect enum JSONSchema: Sendable {
  /// Text of so many bytes; jesse counts characters, Sora's documents bytes.
  case string(ClosedRange<Int>)
  case choice([String])
  case integer(ClosedRange<Int>)
  /// Greater than `above`, if there is one, and less than `below`.
  case number(above: Double? = nil, below: Double? = nil)
  case boolean
  case any
  case array(of: JSONSchema)
  /// Members and no others.
  case object([Member])
  /// An object with any members.
  case anyObject

  struct Member: Sendable {
    var name: String
    var schema: JSONSchema
    var isRequired: Bool

    static func required(_ name: String, _ schema: JSONSchema) -> Member {
      Member(name: name, schema: schema, isRequired: true)
    }

    static func optional(_ name: String, _ schema: JSONSchema) -> Member {
      Member(name: name, schema: schema, isRequired: false)
    }
  }

  /// Any text that is not empty, 255 bytes at most.
  static let identifier = string(1...255)

  /// What is wrong, in jesse's words.
  struct Violation: Sendable {
    var error: String
    var schema: JSONSchema
    var data: JSONValue
    var path: [String]

    var json: JSONValue {
      [
        "invalid": "data", "error": .string(error), "schema": schema.json, "data": data,
        "path": .array(path.map(JSONValue.string)),
      ]
    }
  }

  /// The first thing that is wrong with `value`; nil if all is well.
  func violation(of value: JSONValue, path: [String] = []) -> Violation? {
    func wrong(_ error: String) -> Violation {
      Violation(error: error, schema: self, data: value, path: path)
    }
    switch (self, value) {
    case (.any, _), (.boolean, .boolean), (.anyObject, .object):
      return nil
    case (.number(let above, let below), .integer), (.number(let above, let below), .number):
      guard let number = value.number else { return wrong("wrong_type") }
      let fits = above.map { number > $0 } ?? true && below.map { number < $0 } ?? true
      return fits ? nil : wrong("not_in_range")
    case (.string(let bytes), .string(let text)):
      return bytes.contains(text.utf8.count) ? nil : wrong("wrong_length")
    case (.choice(let choices), .string(let text)):
      return choices.contains(text) ? nil : wrong("not_in_enum")
    case (.integer(let range), .integer(let number)):
      return range.contains(number) ? nil : wrong("not_in_range")
    case (.array(let schema), .array(let values)):
      for (index, value) in values.enumerated() {
        if let found = schema.violation(of: value, path: path + ["\(index)"]) { return found }
      }
      return nil
    case (.object(let members), .object(let values)):
      let known = Set(members.map(\.name))
      if values.keys.contains(where: { !known.contains($0) }) {
        return wrong("no_extra_properties_allowed")
      }
      for member in members {
        guard let value = values[member.name] else { continue }
        if let found = member.schema.violation(of: value, path: path + [member.name]) {
          return found
        }
      }
      let isComplete = members.allSatisfy { !$0.isRequired || values[$0.name] != nil }
      return isComplete ? nil : wrong("missing_required_property")
    default:
      return wrong("wrong_type")
    }
  }

  /// The schema itself, as error reports quote it.
  var json: JSONValue {
    switch self {
    case .string(let bytes):
      [
        "type": "string", "minLength": .integer(bytes.lowerBound),
        "maxLength": .integer(bytes.upperBound),
      ]
    case .choice(let choices):
      ["type": "string", "enum": .array(choices.map(JSONValue.string))]
    case .integer(let range):
      [
        "type": "integer", "minimum": .integer(range.lowerBound),
        "maximum": .integer(range.upperBound),
      ]
    case .number(let above, let below):
      .object(
        [
          "type": "number", "minimum": above.map(JSONValue.number),
          "exclusiveMinimum": above.map { _ in true }, "maximum": below.map(JSONValue.number),
          "exclusiveMaximum": below.map { _ in true },
        ].compactMapValues { $0 })
    case .boolean: ["type": "boolean"]
    case .any: [:]
    case .array(let schema): ["type": "array", "items": schema.json]
    case .anyObject: ["type": "object"]
    case .object(let members):
      [
        "type": "object", "additionalProperties": false,
        "properties": .object(
          Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0.schema.json) })),
        "required": .array(members.filter(\.isRequired).map { .string($0.name) }),
      ]
    }
  }
}
