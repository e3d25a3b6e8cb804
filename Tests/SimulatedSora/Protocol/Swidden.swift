import JSON
import NIOCore

/// The protocol below the operations: what a request must look like.
///
/// Source: shiguredo/swidden, `src/swidden_api_handler.erl` and `src/swidden_json_schema.erl`.
enum Swidden {
  /// An operation, and how it is to be run.
  enum Decision: Sendable {
    case run(@Sendable (inout SoraState) throws -> JSONValue?)
    /// Status and body of an error; its type besides, for the journal.
    case refuse(status: Int, type: String, body: JSONValue)
  }

  /// Largest body that is read.
  static let bodyLimitBytes = 8_000_000

  static func decide(
    method: String, target: String?, body: [UInt8], services: [String],
    operations: [String: SoraOperation]
  ) -> Decision {
    guard method == "POST" else { return refusal("UnexpectedMethod", key: "type") }
    guard let target else { return refusal("MissingHeaderName", key: "type") }
    guard let parts = Target(target) else { return refusal("MissingService") }
    guard services.contains(parts.service) else { return refusal("InvalidTarget") }
    guard body.count <= bodyLimitBytes else { return refusal("PayloadTooLarge", status: 413) }
    let operation = operations[target]
    if body.isEmpty {
      guard let operation else { return refusal("MissingTarget") }
      guard let bare = operation.bare else {
        return refusal("MissingTargetFunction", reason: parts.json)
      }
      return .run(bare)
    }
    // The text is read before the operation is looked for.
    guard let json = JSONValue(parsing: ByteBuffer(bytes: body)) else {
      return refusal("MalformedJSON")
    }
    guard let withBody = operation?.withBody else {
      return refusal("SchemaNotFound", reason: parts.json)
    }
    if let violation = JSONSchema.object(withBody.members).violation(of: json) {
      return refusal("InvalidJSON", reason: [violation.json])
    }
    let parameters = SoraOperation.Parameters(json: json)
    let run = withBody.run
    return .run { state in try run(parameters, &state) }
  }

  /// Faults of the HTTP request are named under `type`, all others under `error_type`.
  static func refusal(
    _ type: String, status: Int = 400, key: String = "error_type", reason: JSONValue? = nil
  ) -> Decision {
    var members: [String: JSONValue] = [key: .string(type)]
    members["error_reason"] = reason
    return .refuse(status: status, type: type, body: .object(members))
  }

  /// `Service_YYYYMMDD.Operation`
  private struct Target {
    var service: String
    var version: String
    var operation: String

    init?(_ text: String) {
      guard let match = text.wholeMatch(of: /([a-zA-Z]+)_([0-9]{8})\.([a-zA-Z]+)/)
      else { return nil }
      (service, version, operation) = (
        String(match.output.1), String(match.output.2), String(match.output.3)
      )
    }

    var json: JSONValue {
      ["service": .string(service), "version": .string(version), "operation": .string(operation)]
    }
  }
}
