import JSON
import NIOCore
import Pipeline
import SoraControl

/// Offers the operations of an API on the control plane: `POST /control/<section>/<operation>`,
/// the parameters as JSON in the body.
///
/// What came of it is `{"operation": …, "reply": …}` with the API's reply as it came, or
/// `{"error": …}` with the API's own `type` and `reason` if it had any.
struct OperationOffers: Sendable {
  let service: ControlOperation.Service
  let endpoint: ControlEndpoint
  /// Adds what the section knows and the caller left out.
  var complete: @Sendable (ControlOperation, inout [String: JSONValue]) -> Void = { _, _ in }
  /// Told of every call that was carried out, or may have been though no answer came.
  var mayHaveHappened: @Sendable (ControlOperation, [String: JSONValue]) -> Void = { _, _ in }

  /// - Parameter section: Of the settings, for example `sora`.
  func offer(to telemetry: ComponentTelemetry, of section: String) {
    for request in ControlOperations.callable(at: service) {
      let operation = request.operation
      telemetry.offerControl(operation.commandName, of: section) { body in
        await perform(operation, body)
      }
    }
  }

  func perform(_ operation: ControlOperation, _ body: ByteBuffer) async -> ControlOutcome {
    var parameters: [String: JSONValue] = [:]
    if body.readableBytes > 0 {
      guard case .object(let members)? = JSONValue(parsing: body) else {
        return .unusableParameters(.object(["error": .string("the body is not a JSON object")]))
      }
      parameters = members
    }
    complete(operation, &parameters)
    // Calls are rare; a client of their own leaves nothing to be ended with the bridge.
    let client = ControlClient(endpoint: endpoint)
    let outcome: ControlOutcome
    do throws(ControlError) {
      let reply = try await client.call(operation, parameters: parameters)
      mayHaveHappened(operation, parameters)
      outcome = .done(
        .object([
          "operation": .string(operation.name),
          "reply": reply.map { StatusValue($0) } ?? .null,
        ]))
    } catch {
      if error.mayHaveHappened { mayHaveHappened(operation, parameters) }
      outcome = Self.outcome(error)
    }
    client.shutDown()
    return outcome
  }

  static func outcome(_ error: ControlError) -> ControlOutcome {
    var members: [String: StatusValue] = ["error": .string("\(error)")]
    if case .refused(let refusal) = error {
      members["type"] = .string(refusal.type)
      members["status"] = .int(refusal.status)
      members["reason"] = refusal.reason.map { StatusValue($0) }
    }
    let value = StatusValue.object(members)
    return switch error {
    case .parametersUnusable: .unusableParameters(value)
    case .refused, .accessDenied: .refused(value)
    case .urlUnusable, .accessTokenUnusable: .unavailable(value)
    case .timedOut, .cancelled: .timedOut(value)
    default: .unreachable(value)
    }
  }
}

extension StatusValue {
  /// Any JSON value as the status page shows it.
  init(_ json: JSONValue) {
    self =
      switch json {
      case .null: .null
      case .boolean(let value): .bool(value)
      case .integer(let value): .int(value)
      case .string(let value): .string(value)
      case .array(let values): .array(values.map { StatusValue($0) })
      case .object(let members): .object(members.mapValues { StatusValue($0) })
      default: json.number.map { $0.isFinite ? .double($0) : .null } ?? .null
      }
  }
}
