import HTTPTypes
import Hummingbird
import Pipeline

/// Stands before every route: refuses what no page of the control plane is for, and gives every
/// reply the same manners.
///
/// Only reading is possible (GET, HEAD), below `/control` doing (POST), where `ActionPolicy` sees to
/// it that no web page elsewhere can change anything by sending a visitor's browser here; see
/// `HostPolicy` for why it cannot read anything either.
struct RequestGuard: RouterMiddleware {
  typealias Context = ControlContext

  let hosts: HostPolicy
  /// Largest body of a request to a page, which is read and ignored. A client that announces more,
  /// or does not say how much, is told off and its connection closed; so is one with parameters
  /// that are more than an action takes or of unknown length.
  static let maxIgnoredBytes = 4096

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    var response = try await answer(request, context, next)
    response.headers[.xContentTypeOptions] = "nosniff"
    // A reply to HEAD has the headers of the one to GET and no body; refusals come here too.
    return request.method == .head ? response.createHeadResponse() : response
  }

  private func answer(
    _ request: Request, _ context: Context, _ next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard hosts.allows(request.head.authority) else {
      return .failure(
        .misdirectedRequest,
        "not served under this host name; use the IP address or add it to control.allowedHosts")
    }
    let isAction = ControlActions.isBelow(request.uri.path)
    let maxBytes = isAction ? ControlBoard.maxParameterBytes : Self.maxIgnoredBytes
    if isAction, request.headers[.transferEncoding] != nil {
      return Self.refuseBody(
        context, .lengthRequired, "parameters need a Content-Length; they cannot come in chunks")
    }
    guard Self.hasAcceptableBody(request, maxBytes: maxBytes) else {
      return Self.refuseBody(
        context, .contentTooLarge,
        isAction ? "no action takes more than \(maxBytes) bytes" : "no page takes a body")
    }
    switch request.method {
    case .get, .head: break
    case .post where isAction: break
    case _ where isAction:
      return .failure(.methodNotAllowed, "POST does it", headers: [.allow: "POST"])
    default:
      return .failure(
        .methodNotAllowed, "only GET and HEAD are served", headers: [.allow: "GET, HEAD"])
    }
    do {
      return try await next(request, context)
    } catch let error as HTTPError where error.status == .notFound {
      return .failure(.notFound, "no such page; / lists them")
    }
  }

  private static func hasAcceptableBody(_ request: Request, maxBytes: Int) -> Bool {
    if request.headers[.transferEncoding] != nil { return false }
    guard let length = request.headers[.contentLength] else { return true }
    return Int(length).map { (0...maxBytes).contains($0) } ?? false
  }

  /// Replies and closes: the server would otherwise read the rest of the body, however long.
  private static func refuseBody(
    _ context: Context, _ status: HTTPResponse.Status, _ reason: String
  ) -> Response {
    let channel = context.channel
    var response = Response.failure(status, reason, headers: [.connection: "close"])
    let body = response.body
    response.body = ResponseBody(contentLength: body.contentLength) { writer in
      try await body.write(writer)
      channel.close(promise: nil)
    }
    return response
  }
}
