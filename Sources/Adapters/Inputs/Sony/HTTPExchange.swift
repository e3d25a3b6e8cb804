import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import SonyCamera

/// A whole answer.
struct HTTPAnswer: Sendable {
  var status: Int
  var body: ByteBuffer
}

/// Why there is none.
enum HTTPExchangeFault: Error, Sendable, Hashable {
  /// Nobody there: no acceptance in time, no route, no interface.
  case unreachable
  /// The host is there, but nothing listens at this port.
  case refused
  /// The connection broke before the answer was complete.
  case closed
  /// Connected, but the answer was not complete in time.
  case timedOut
  case tooLong(limit: Int, actual: Int)
  /// What came was no HTTP, or its headers had no end.
  case unreadable
  case cancelled
}

/// One request and its answer on a connection of its own.
struct HTTPExchange: Sendable {
  var connector: CameraConnector
  var method: HTTPMethod
  var url: CameraURL
  /// What is sent, with its media type; nil for a request without body.
  var content: (type: String, body: ByteBuffer)?
  /// Bytes of the answer's body.
  var maximumByteCount: Int
  var connectLimit: Duration
  /// For everything, however busily bytes trickle in.
  var timeLimit: Duration

  /// Connects, asks, reads the answer and closes.
  ///
  /// The socket is closed before this returns, whatever happens; when the task is cancelled, at
  /// once.
  func run() async -> Result<HTTPAnswer, HTTPExchangeFault> {
    // The socket may be faster than the cancellation's handler below.
    guard !Task.isCancelled else { return .failure(.cancelled) }
    let (outcomes, outcome) = AsyncStream.makeStream(
      of: Result<HTTPAnswer, HTTPExchangeFault>.self, bufferingPolicy: .bufferingOldest(1))
    let connection = ConnectionHandle()
    let (head, body, maximumByteCount) = (head, content?.body, maximumByteCount)
    let connected = connector.connect(
      to: url, within: min(connectLimit, timeLimit), handle: connection,
      configure: Self.watchingTheLink
    ) {
      HTTPExchangeHandler(
        head: head, body: body, maximumByteCount: maximumByteCount, outcome: outcome)
    }
    connected.whenFailure { outcome.yield(.failure(HTTPExchangeFault(connecting: $0))) }
    let deadline = connected.eventLoop.scheduleTask(in: TimeAmount(timeLimit)) {
      outcome.yield(.failure(.timedOut))
    }
    defer { deadline.cancel() }
    return await withTaskCancellationHandler {
      defer { connection.close() }
      for await outcome in outcomes { return outcome }
      return .failure(.cancelled)
    } onCancel: {
      connection.close()
    }
  }

  private var head: HTTPRequestHead {
    var headers: HTTPHeaders = ["Host": url.hostField, "Connection": "close"]
    if let content {
      headers.add(name: "Content-Type", value: content.type)
      headers.add(name: "Content-Length", value: String(content.body.readableBytes))
    }
    return HTTPRequestHead(version: .http1_1, method: method, uri: url.path, headers: headers)
  }

  /// Notices a peer that is gone within some seconds, although nothing is to be sent: a long poll
  /// would hang on to a camera that was switched off. A camera that is only busy answers these
  /// probes all the same, because its kernel does.
  private static func watchingTheLink(_ bootstrap: ClientBootstrap) -> ClientBootstrap {
    bootstrap
      .channelOption(.socketOption(.so_keepalive), value: 1)
      .channelOption(.tcpOption(NIOBSDSocket.Option(rawValue: TCP_KEEPIDLE)), value: 3)
      .channelOption(.tcpOption(NIOBSDSocket.Option(rawValue: TCP_KEEPINTVL)), value: 1)
      .channelOption(.tcpOption(NIOBSDSocket.Option(rawValue: TCP_KEEPCNT)), value: 2)
      .channelOption(.tcpOption(NIOBSDSocket.Option(rawValue: TCP_USER_TIMEOUT)), value: 4000)
  }
}

extension HTTPExchangeFault {
  /// What a failed attempt to connect says about the host.
  fileprivate init(connecting error: any Error) {
    func isRefusal(_ error: any Error) -> Bool {
      let code = (error as? IOError)?.errnoCode
      return code == ECONNREFUSED || code == ECONNRESET
    }
    let attempts = (error as? NIOConnectionError)?.connectionErrors.map(\.error) ?? [error]
    self = attempts.contains(where: isRefusal) ? .refused : .unreachable
  }
}

/// Sends the request when connected, and collects the answer.
private final class HTTPExchangeHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  private let head: HTTPRequestHead
  private let body: ByteBuffer?
  private let maximumByteCount: Int
  private let outcome: AsyncStream<Result<HTTPAnswer, HTTPExchangeFault>>.Continuation
  private var answer: HTTPAnswer?

  init(
    head: HTTPRequestHead, body: ByteBuffer?, maximumByteCount: Int,
    outcome: AsyncStream<Result<HTTPAnswer, HTTPExchangeFault>>.Continuation
  ) {
    self.head = head
    self.body = body
    self.maximumByteCount = maximumByteCount
    self.outcome = outcome
  }

  func channelActive(context: ChannelHandlerContext) {
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if let body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      answer = HTTPAnswer(status: Int(head.status.code), body: ByteBuffer())
    case .body(var part):
      let total = (answer?.body.readableBytes ?? 0) + part.readableBytes
      if total > maximumByteCount {
        end(.failure(.tooLong(limit: maximumByteCount, actual: total)), context)
      } else {
        answer?.body.writeBuffer(&part)
      }
    case .end:
      end(answer.map { .success($0) } ?? .failure(.unreadable), context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    let isTruncation = error as? HTTPParserError == .invalidEOFState
    let isBroken = error is IOError || error is ChannelError || isTruncation
    end(.failure(isBroken ? .closed : .unreadable), context)
  }

  func channelInactive(context: ChannelHandlerContext) {
    end(.failure(.closed), context)
  }

  /// Only the first outcome counts.
  private func end(
    _ result: Result<HTTPAnswer, HTTPExchangeFault>, _ context: ChannelHandlerContext
  ) {
    outcome.yield(result)
    context.close(promise: nil)
  }
}
