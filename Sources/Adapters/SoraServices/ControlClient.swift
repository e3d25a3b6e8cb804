import AsyncHTTPClient
import JSON
import Logging
import NIOCore
import NIOHTTP1
import Pipeline
import SoraControl

/// Calls the operations of one API over HTTP.
///
/// Rules are in the engine: which values may be sent, what an answer means, where a redirection
/// leads, what may be sent twice. Here are sockets and time limits.
public final class ControlClient: Sendable {
  private let endpoint: ControlEndpoint
  private let http: HTTPClient
  /// Largest answer that is read: the statistics of some hundred connections.
  static let replyLimitBytes = 8 * 1024 * 1024

  public init(endpoint: ControlEndpoint) {
    self.endpoint = endpoint
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  /// Closes the connections; no calls afterwards.
  public func shutDown() async {
    try? await http.shutdown()
  }

  /// Calls an operation with its types.
  public func send<Request: ControlRequest>(
    _ request: Request
  ) async throws(ControlError) -> Request.Reply {
    let json = try await call(Request.operation, parameters: request.parameters)
    do {
      return try Request.Reply(json: json)
    } catch {
      throw .replyUnusable(error)
    }
  }

  /// Calls an operation of the table with parameters that were checked; nil if the answer has no
  /// body.
  public func call(
    _ operation: ControlOperation, parameters: [String: JSONValue]
  ) async throws(ControlError) -> JSONValue? {
    let body: JSONValue? =
      parameters.isEmpty && operation.emptyBody == .none ? nil : .object(parameters)
    return try await call(
      target: operation.target, body: body, repetition: operation.repetition)
  }

  /// Calls any target; nil if the answer has no body.
  public func call(
    target: String, body: JSONValue?, repetition: ControlOperation.Repetition = .ifUnsent
  ) async throws(ControlError) -> JSONValue? {
    var request = HTTPClientRequest(url: endpoint.url)
    request.method = .POST
    request.headers.add(name: "x-sora-target", value: target)
    if let token = endpoint.accessToken {
      request.headers.add(name: "Authorization", value: "Bearer \(token.value)")
    }
    if let body {
      var bytes = ByteBuffer()
      body.encode(into: &bytes)
      request.headers.add(name: "Content-Type", value: "application/json")
      request.body = .bytes(bytes)
    }
    do {
      let response = try await http.execute(
        request, timeout: TimeAmount(endpoint.timeout))
      let bytes = try await response.body.collect(upTo: Self.replyLimitBytes)
      if bytes.readableBytes == 0 { return nil }
      return JSONValue(parsing: bytes)
    } catch {
      throw .connectionClosed(reason: "\(error)")
    }
  }
}
