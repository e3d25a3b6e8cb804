import HTTPTypes
import Hummingbird
import Pipeline

/// Lets an operator do what components offer: `POST /control/<section>/<action>`, the section
/// being that of the settings with slashes for dots.
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
      perform(request, peer: context.channel.remoteAddress?.ipAddress)
    }
  }

  private func perform(_ request: Request, peer: String?) -> Response {
    // Who may not do anything is not told either what there is.
    if let refusal = policy.refusal(
      peer: peer, authority: request.head.authority, headers: request.headers)
    {
      return .failure(.forbidden, refusal)
    }
    guard let action = action(at: request.uri.path) else { return Self.unknown }
    guard case .object(var members) = action.perform() else { return .json(.null) }
    members["section"] = .string(action.section)
    return .json(.object(members))
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
