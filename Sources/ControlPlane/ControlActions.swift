import HTTPTypes
import Hummingbird
import NIOCore
import Pipeline

/// Lets an operator do what components offer: `POST /control/<section>/<action>`, the section
/// being that of the settings with slashes for dots.
///
/// An action that asks somebody else takes its parameters from the body, as JSON. It is given up
/// when the client goes.
struct ControlActions: Sendable {
  let board: ControlBoard
  let policy: ActionPolicy

  private static let root = "/control"

  /// Whether `path` may name an action.
  static func isBelow(_ path: String) -> Bool { path.hasPrefix(root + "/") }

  func addRoutes(to router: Router<ControlContext>) {
    router.get(RouterPath(Self.root)) { _, _ in Response.json(list()) }
    router.get(RouterPath(Self.root + "/**")) { request, _ in
      guard action(at: request.uri.path) != nil else { return Self.unknown }
      return .failure(.methodNotAllowed, "POST does it", headers: [.allow: "POST"])
    }
    router.post(RouterPath(Self.root + "/**")) { request, context in
      try await perform(request, peer: context.channel.remoteAddress?.ipAddress)
    }
  }

  private func perform(_ request: Request, peer: String?) async throws -> Response {
    // Who may not do anything is not told either what there is.
    if let refusal = policy.refusal(
      peer: peer, authority: request.head.authority, headers: request.headers)
    {
      return .failure(.forbidden, refusal)
    }
    guard let action = action(at: request.uri.path) else { return Self.unknown }
    switch action.work {
    case .atOnce(let perform): return Self.reply(.done(perform()), to: action)
    case .asking(let ask):
      guard Self.isJSONOrNothing(request) else {
        return .failure(
          .unsupportedMediaType, "parameters are JSON, with Content-Type: application/json")
      }
      return try await Self.ask(ask, of: action, request)
    }
  }

  /// Reads the parameters and waits for the answer; throws `CancellationError` when the client
  /// goes before it comes.
  private static func ask(
    _ ask: @Sendable (ByteBuffer) async -> ControlOutcome, of action: ControlBoard.Action,
    _ request: Request
  ) async throws -> Response {
    let outcome = try await request.body.consumeWithCancellationOnInboundClose { body in
      await ask(try await body.collect(upTo: ControlBoard.maxParameterBytes))
    }
    var response = reply(outcome, to: action)
    // Watching for the client's end takes the connection: it cannot carry another request.
    response.headers[.connection] = "close"
    return response
  }

  private static func reply(
    _ outcome: ControlOutcome, to action: ControlBoard.Action
  ) -> Response {
    guard case .object(var members) = outcome.value else {
      return .json(outcome.value, status: status(of: outcome))
    }
    members["section"] = .string(action.section)
    return .json(.object(members), status: status(of: outcome))
  }

  /// What an outcome is called in HTTP. A refusal of the other side is not 400, so that a script
  /// can tell it from parameters that were never sent.
  private static func status(of outcome: ControlOutcome) -> HTTPResponse.Status {
    switch outcome {
    case .done: .ok
    case .unusableParameters: .badRequest
    case .refused: .unprocessableContent
    case .unavailable: .serviceUnavailable
    case .unreachable: .badGateway
    case .timedOut: .gatewayTimeout
    }
  }

  private static func isJSONOrNothing(_ request: Request) -> Bool {
    request.headers[.contentLength].map { Int($0) == 0 } ?? true
      || ActionPolicy.isJSON(request.headers[.contentType])
  }

  private func action(at path: String) -> ControlBoard.Action? {
    var names = path.dropFirst(Self.root.count + 1).split(
      separator: "/", omittingEmptySubsequences: false)
    guard let action = names.popLast(), !names.isEmpty else { return nil }
    return board.action(String(action), of: names.joined(separator: "."))
  }

  private static var unknown: Response {
    .failure(.notFound, "nothing of that name can be changed; /control lists what can")
  }

  private func list() -> StatusValue {
    let paths = board.actions.map { action in
      let section = action.section.split(separator: ".").joined(separator: "/")
      return StatusValue.string("\(Self.root)/\(section)/\(action.name)")
    }
    return .object(["actions": .array(paths)])
  }
}
