import JSON

/// How Sora says no.
///
/// Source: swidden: `{"error_type": …, "error_reason": …}`, for faults of the HTTP request itself
/// `{"type": …}`.
public struct ControlRefusal: Sendable, Hashable {
  /// HTTP status, 400 for almost all.
  public var status: Int
  /// For example `InvalidJSON`, or a word of the operation's own.
  public var type: String
  /// More about it, of any shape; nil if there is none.
  public var reason: JSONValue?

  public init(status: Int, type: String, reason: JSONValue? = nil) {
    self.status = status
    self.type = type
    self.reason = reason
  }
}

extension ControlRefusal: CustomStringConvertible {
  /// One line for people. The reason is as the exchange left it: clean, short, without secrets.
  public var description: String {
    if type == "InvalidJSON", let faults = faultsOfParameters {
      return "the server does not accept the parameters: \(faults) (InvalidJSON)"
    }
    let reason = reason.map { ": \(Self.shown($0))" } ?? ""
    return Self.sentences[type].map { "\($0) (\(type)\(reason))" }
      ?? "the server refuses the call: \(type)\(reason)"
  }

  /// Whether the type is one of swidden's own words: about the request, or a failure inside.
  var isOfTheRequest: Bool { Self.sentences[type] != nil }

  /// What swidden's own words mean. Words of the operations speak for themselves.
  private static let sentences = [
    "MissingService": "the server does not know this service: Sora's and ImageFlux's APIs have "
      + "different URLs",
    "InvalidTarget": "the server does not understand the name of the operation",
    "MissingTarget": "the server has no operation of this version and name; is it too old for it?",
    "MissingTargetModule": "the server does not know this operation; is it too old for it?",
    "MissingTargetFunction":
      "the server does not know this operation with these parameters; is it too old for it?",
    "SchemaNotFound": "the server does not know this operation with parameters",
    "MalformedJSON": "the server could not read the parameters as JSON",
    "InvalidJSON": "the server does not accept the parameters",
    "MissingHeaderName": "the server did not get the header x-sora-target; does something on the "
      + "way remove it?",
    "UnexpectedMethod": "the server did not get a POST; does something on the way change it?",
    "RequestTimeout": "the server did not get the whole request in time",
    "PayloadTooLarge": "the parameters are larger than the server accepts",
    "HandlerException": "the operation failed inside the server; its logs say why",
  ]

  /// The faults that a JSON schema found, in words; nil if the reason has another shape.
  ///
  /// Source: swidden `swidden_json_schema.erl`: a list of {invalid, schema, error, data, path}.
  private var faultsOfParameters: String? {
    guard let faults = reason?.array, !faults.isEmpty else { return nil }
    let shown = faults.prefix(4).compactMap { fault -> String? in
      guard let error = fault["error"] else { return nil }
      let path = Self.path(fault["path"])
      let words = error.string.flatMap { Self.faults[$0] } ?? Self.shown(error)
      if let missing = Self.missing(fault) { return (path.isEmpty ? "" : "\(path) ") + missing }
      let data = fault["data"].map { " (given: \(Self.shown($0, limit: 60)))" } ?? ""
      return (path.isEmpty ? "" : "\(path) ") + words + data
    }
    return shown.isEmpty ? nil : shown.joined(separator: "; ")
  }

  /// Which key is not given, in words; nil if the fault is another one.
  ///
  /// Source: jesse: `data` is the name of the key, in older versions the object that lacks it; the
  /// error may have the name, too.
  private static func missing(_ fault: JSONValue) -> String? {
    let word = "missing_required_property"
    var names: [String] = []
    if fault["error"]?.string == word {
      switch fault["data"] {
      case .string(let name)?: names = [name]
      case .object(let given)?:
        names = (fault["schema"]?["required"]?.array ?? []).compactMap(\.string)
          .filter { given[$0] == nil }
      default: break
      }
    } else if let error = fault["error"]?.array, error.first?.string == word {
      names = error.dropFirst().prefix(1).compactMap(\.string)
    } else {
      return nil
    }
    guard !names.isEmpty else { return "lacks a required key" }
    let shown = names.map { ControlText.cleaned($0, limit: 60) }
    return "lacks the key" + (shown.count == 1 ? " " : "s ") + shown.joined(separator: ", ")
  }

  /// The words of jesse, the schema checker that swidden uses.
  private static let faults = [
    "wrong_type": "is of the wrong type",
    "not_in_enum": "is none of the allowed values",
    "not_in_range": "is out of range",
    "no_extra_properties_allowed": "has a key that is not allowed",
    "no_match": "does not have the required form",
    "wrong_format": "does not have the required form",
    "wrong_length": "is too short or too long",
    "wrong_size": "has too few or too many items",
  ]

  private static func path(_ value: JSONValue?) -> String {
    switch value {
    case .string(let text): return text
    case .array(let parts):
      return parts.map { part in part.string ?? part.integer.map { "[\($0)]" } ?? "?" }
        .joined(separator: ".").split(separator: ".[").joined(separator: "[")
    default: return ""
    }
  }

  private static func shown(_ value: JSONValue, limit: Int = 200) -> String {
    if let text = value.string { return ControlText.cleaned(text, limit: limit) }
    return ControlText.compact(value, limit: limit)
  }
}
