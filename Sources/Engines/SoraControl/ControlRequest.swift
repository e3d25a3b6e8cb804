import JSON

/// A call of one operation, typed.
public protocol ControlRequest: Sendable {
  associatedtype Reply: ControlReply
  static var operation: ControlOperation { get }
  /// Takes the parameters from JSON.
  ///
  /// - Throws: All problems with them, as `ControlOperation.check` finds them.
  init(parameters: [String: JSONValue]) throws(ControlParameterError)
  /// The parameters as they are sent; keys that are not given are left out.
  var parameters: [String: JSONValue] { get }
}

extension ControlRequest {
  /// Whether an answer has what the documents promise.
  ///
  /// - Throws: What it is missing.
  public static func checkReply(_ json: JSONValue?) throws(ControlReplyError) {
    do {
      _ = try Reply(json: json)
    } catch {
      guard json == nil, error.path.isEmpty else { throw error }
      throw ControlReplyError(path: "", expected: "\(error.expected), but empty")
    }
  }
}

/// What an operation answers, typed.
public protocol ControlReply: Sendable {
  /// - Parameter json: The body; nil if it is empty, which Sora does for some operations.
  /// - Throws: If a part that the documents promise is missing or of another kind.
  init(json: JSONValue?) throws(ControlReplyError)
  /// All of it again, members that the documents do not know included; nil for an empty body.
  var json: JSONValue? { get }
}

/// Parameters that cannot be sent.
public struct ControlParameterError: Error, Sendable, Hashable, CustomStringConvertible {
  public var problems: [ControlKeyProblem]

  public init(problems: [ControlKeyProblem]) {
    self.problems = problems
  }

  public var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// An answer that is JSON, but not what the documents promise.
public struct ControlReplyError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Where it is, for example `[0].connection_id`; empty for the whole.
  public var path: String
  /// What is expected there: `a text`.
  public var expected: String

  public init(path: String, expected: String) {
    self.path = path
    self.expected = expected
  }

  public var description: String {
    "\(path.isEmpty ? "the reply" : path) is not \(expected)"
  }
}
