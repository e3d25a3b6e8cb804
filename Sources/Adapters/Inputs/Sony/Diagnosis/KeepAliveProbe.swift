import NIOCore
import NIOHTTP1
import SonyCamera

/// Whether a camera keeps its API connection open for a second call.
struct KeepAliveFinding: Sendable, Hashable {
  /// Calls that were answered on one connection, 0…2.
  var answerCount = 0
  /// Header fields of the first answer.
  var fields: [HeaderField] = []
}

/// One header field as received.
struct HeaderField: Sendable, Hashable {
  var name: String
  var value: String

  /// Fields and characters that are kept.
  private static let countLimit = 16
  private static let textLimit = 200

  static func list(_ headers: HTTPHeaders) -> [HeaderField] {
    headers.prefix(countLimit).map {
      HeaderField(
        name: String($0.name.prefix(textLimit)), value: String($0.value.prefix(textLimit)))
    }
  }

  var description: String { "\(name): \(value)" }
}

/// Sends `getVersions` twice on one connection, the second after the first is answered.
struct KeepAliveProbe: Sendable {
  var connector: CameraConnector
  var endpoint: CameraURL
  var connectLimit = Duration.seconds(3)
  /// For both calls together.
  var timeLimit = Duration.seconds(10)
  /// Between the first answer and the second call; cameras hang on calls that follow each other
  /// too quickly. Before the first call, pausing is the caller's business.
  var spacing = DiagnosisCalls.spacing

  func run() async -> KeepAliveFinding {
    let (findings, continuation) = AsyncStream.makeStream(of: KeepAliveFinding.self)
    let connection = ConnectionHandle()
    let (endpoint, spacing) = (endpoint, spacing)
    let connected = connector.connect(
      to: endpoint, within: min(connectLimit, timeLimit), handle: connection
    ) {
      KeepAliveHandler(endpoint: endpoint, spacing: spacing, findings: continuation)
    }
    connected.whenFailure { _ in continuation.finish() }
    // Closing makes the handler tell what it has.
    let deadline = connected.eventLoop.scheduleTask(in: TimeAmount(timeLimit)) {
      connection.close()
    }
    defer { deadline.cancel() }
    return await withTaskCancellationHandler {
      defer { connection.close() }
      for await finding in findings { return finding }
      return KeepAliveFinding()
    } onCancel: {
      connection.close()
    }
  }
}

private final class KeepAliveHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  private let endpoint: CameraURL
  private let spacing: Duration
  private let findings: AsyncStream<KeepAliveFinding>.Continuation
  private var finding = KeepAliveFinding()
  private var secondCall: Scheduled<Void>?

  init(
    endpoint: CameraURL, spacing: Duration,
    findings: AsyncStream<KeepAliveFinding>.Continuation
  ) {
    self.endpoint = endpoint
    self.spacing = spacing
    self.findings = findings
  }

  func channelActive(context: ChannelHandlerContext) {
    ask(context)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      if finding.fields.isEmpty { finding.fields = HeaderField.list(head.headers) }
    case .body:
      break
    case .end:
      finding.answerCount += 1
      guard finding.answerCount == 1 else { return context.close(promise: nil) }
      secondCall = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(spacing)) {
        self.ask(context)
      }
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    secondCall?.cancel()
    findings.yield(finding)
    findings.finish()
  }

  private func ask(_ context: ChannelHandlerContext) {
    let body = CameraCall.getVersions.body(identifier: finding.answerCount + 1)
    let head = HTTPRequestHead(
      version: .http1_1, method: .POST, uri: endpoint.path,
      headers: [
        "Host": endpoint.hostField, "Content-Type": "application/json",
        "Content-Length": String(body.readableBytes),
      ])
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }
}
