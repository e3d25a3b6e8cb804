import AsyncHTTPClient
import JSON
import NIOCore
import NIOHTTP1
import Pipeline
import SoraControl
import Synchronization

/// Calls the operations of one API over HTTP.
///
/// Rules are in the engine: which values may be sent, what an answer means, where a redirection
/// leads, what may be sent twice. Here are sockets and the time limit.
///
/// Each request has a connection of its own. Calls are seconds apart; a connection kept for the
/// next one would save a millisecond, and now and then die under it.
public final class ControlClient: Sendable {
  private let endpoint: ControlEndpoint
  private let http: HTTPClient
  private let connectTimeout: Duration
  private let connections = ConnectionCount()
  /// Whoever does not answer the first packet of a connection for so long is not there.
  private static let connectTimeoutLimit = Duration.seconds(5)

  public init(endpoint: ControlEndpoint) {
    self.endpoint = endpoint
    // Shorter than the limit of the call, so that the message says which of both it was.
    connectTimeout = min(Self.connectTimeoutLimit, endpoint.timeout * 4 / 5)
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: endpoint.trustAnchors.configuration, redirectConfiguration: .disallow,
      timeout: .init(connect: TimeAmount(connectTimeout)))
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.maximumUsesPerConnection = 1
    configuration.httpVersion = .http1Only
    configuration.http1_1ConnectionDebugInitializer = { [connections] channel in
      connections.total.withLock { $0 += 1 }
      return channel.eventLoop.makeSucceededVoidFuture()
    }
    http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  /// Closes the connections; no calls afterwards. Must be called once.
  ///
  /// Waits for nothing: a connection that is being made cannot be called off, and would hold the
  /// program's end for seconds.
  public func shutDown() {
    Task.detached { [http] in try? await http.shutdown() }
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

  /// Calls an operation of the table; nil if the answer has no body.
  ///
  /// - Throws: `parametersUnusable` with all problems, before anything is sent.
  public func call(
    _ operation: ControlOperation, parameters: [String: JSONValue]
  ) async throws(ControlError) -> JSONValue? {
    let problems = operation.check(parameters)
    guard problems.isEmpty else {
      throw .parametersUnusable(ControlParameterError(problems: problems))
    }
    let body: JSONValue? =
      parameters.isEmpty && operation.emptyBody == .none ? nil : .object(parameters)
    return try await call(
      target: operation.target, body: body, repetition: operation.repetition,
      secrets: operation.secrets(in: parameters))
  }

  /// Calls an operation whose type is known when the program runs, and checks the answer as `send`
  /// does; nil if the answer has no body and need not have one.
  public func checkedCall(
    _ request: any ControlRequest.Type, parameters: [String: JSONValue]
  ) async throws(ControlError) -> JSONValue? {
    let json = try await call(request.operation, parameters: parameters)
    do {
      try request.checkReply(json)
    } catch {
      throw .replyUnusable(error)
    }
    return json
  }

  /// Calls any target; nil if the answer has no body.
  ///
  /// - Parameter secrets: Texts that no error may show.
  public func call(
    target: String, body: JSONValue?, repetition: ControlOperation.Repetition = .ifUnsent,
    secrets: [String] = []
  ) async throws(ControlError) -> JSONValue? {
    let exchange = try ControlExchange(
      url: endpoint.url, target: target, body: body, accessToken: endpoint.accessToken?.value,
      userAgent: endpoint.userAgent, repetition: repetition, secrets: secrets)
    let deadline = ContinuousClock.now + endpoint.timeout
    let result = await withTaskGroup(of: End.self) { group in
      group.addTask { await self.run(exchange, until: deadline) }
      group.addTask {
        do { try await Task.sleep(until: deadline, clock: .continuous) } catch { return .inTime }
        return .timeIsUp
      }
      var isTimeUp = false
      for await end in group {
        switch end {
        case .inTime: continue
        case .timeIsUp: isTimeUp = true
        case .done(let result):
          group.cancelAll()
          return result
        case .interrupted(let error):
          group.cancelAll()
          return .failure(isTimeUp ? error : .cancelled)
        }
        group.cancelAll()
      }
      return .failure(.cancelled)
    }
    return try result.get()
  }

  /// How the two tasks of a call end.
  private enum End: Sendable {
    case done(Result<JSONValue?, ControlError>)
    /// With what to say if the reason was the time.
    case interrupted(ControlError)
    case timeIsUp
    /// Nobody waits for the time any more.
    case inTime
  }

  /// Sends until the engine has enough.
  private func run(
    _ exchange: ControlExchange, until deadline: ContinuousClock.Instant
  ) async -> End {
    var exchange = exchange
    var isConnected = false
    while !Task.isCancelled {
      let step: ControlExchange.Step
      let before = connections.total.withLock { $0 }
      do {
        let answer = try await answer(to: exchange.request)
        step = exchange.answered(answer, remaining: deadline - .now)
      } catch {
        isConnected = connections.total.withLock { $0 } != before
        guard !Task.isCancelled,
          let failure = Self.failure(
            error, connectTimeout: connectTimeout, isConnected: isConnected,
            trustAnchors: endpoint.trustAnchors)
        else { break }
        isConnected = false
        step = exchange.failed(failure, remaining: deadline - .now)
      }
      switch step {
      case .reply(let json): return .done(.success(json))
      case .fail(let error): return .done(.failure(error))
      case .follow: continue
      case .again(let pause): try? await Task.sleep(for: pause)
      }
    }
    return .interrupted(
      exchange.timeIsUp(
        afterSeconds: endpoint.timeout / .seconds(1), isConnected: isConnected))
  }

  private func answer(
    to request: ControlExchange.Request
  ) async throws -> ControlExchange.Answer {
    var sent = HTTPClientRequest(url: request.url.text)
    sent.method = .POST
    for header in request.headers { sent.headers.add(name: header.name, value: header.value) }
    if let body = request.body { sent.body = .bytes(body) }
    let response = try await http.execute(sent, deadline: .distantFuture)
    return ControlExchange.Answer(
      status: Int(response.status.code), location: response.headers.first(name: "Location"),
      contentType: response.headers.first(name: "Content-Type"),
      contentEncoding: response.headers.first(name: "Content-Encoding"),
      body: try await Self.whole(response))
  }

  /// The body, as long as it is not too long. Leaving it unread closes the connection.
  private static func whole(_ response: HTTPClientResponse) async throws -> ByteBuffer {
    let limit = ControlExchange.replyLimitBytes
    if let length = response.headers.first(name: "Content-Length").flatMap(Int.init),
      length > limit
    {
      throw ReplyTooLarge()
    }
    var body = ByteBuffer()
    for try await var part in response.body {
      guard body.readableBytes + part.readableBytes <= limit else { throw ReplyTooLarge() }
      body.writeBuffer(&part)
    }
    return body
  }
}

/// How many connections of a client came about, TLS included. Before that nothing of a call is
/// sent. Calls side by side count for each other: then one too many is taken for sent.
private final class ConnectionCount: Sendable {
  let total = Mutex(0)
}
