import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The socket: takes requests up whole and writes bytes, whatever they are.
final class SoraServer: Sendable {
  typealias Handle = @Sendable (SoraRequest, SoraWire) -> Void

  private struct Sockets {
    var listener: (any Channel)?
    var connections: [ObjectIdentifier: any Channel] = [:]
  }

  private let sockets = Mutex(Sockets())
  private let handle: Handle
  private let tls: ServerTLS?
  /// Nobody may take the port while the server is away.
  private let reservation: PortReservation

  init(port: Int, tls: ServerTLS?, handle: @escaping Handle) throws {
    reservation = try PortReservation(port: port)
    self.tls = tls
    self.handle = handle
  }

  var port: Int { reservation.port }

  func start() async throws {
    let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { [weak self, handle, tls] channel in
        self?.remember(channel)
        return channel.eventLoop.makeCompletedFuture {
          try tls?.add(to: channel)
          let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes))
          try channel.pipeline.syncOperations.addHandlers(decoder, RequestHandler(handle))
        }
      }
      .bind(host: "127.0.0.1", port: port).get()
    sockets.withLock { $0.listener = listener }
  }

  func stop() async throws {
    let listener = sockets.withLock { sockets in
      defer { sockets.listener = nil }
      return sockets.listener
    }
    try await listener?.close()
    for connection in sockets.withLock({ Array($0.connections.values) }) {
      connection.close(promise: nil)
      try? await connection.closeFuture.get()
    }
  }

  func dropConnections() {
    for connection in sockets.withLock({ Array($0.connections.values) }) {
      connection.close(promise: nil)
    }
  }

  private func remember(_ channel: any Channel) {
    sockets.withLock { $0.connections[ObjectIdentifier(channel)] = channel }
    channel.closeFuture.whenComplete { [weak self] _ in
      self?.sockets.withLock { _ = $0.connections.removeValue(forKey: ObjectIdentifier(channel)) }
    }
  }

  deinit {
    sockets.withLock { sockets in
      sockets.listener?.close(promise: nil)
      for connection in sockets.connections.values { connection.close(promise: nil) }
    }
  }
}

/// A request with its whole body.
struct SoraRequest: Sendable {
  var method: String
  var path: String
  var headers: [SoraCall.Header]
  var body: [UInt8]
  var staysOpen: Bool
}

/// Where the answer to one request goes.
struct SoraWire: Sendable {
  let channel: any Channel
  /// Whether the connection goes on after an answer.
  let staysOpen: Bool

  func send(_ bytes: [UInt8]) {
    let isLast = !staysOpen
    channel.writeAndFlush(ByteBuffer(bytes: bytes)).whenComplete { [channel] _ in
      if isLast { channel.close(promise: nil) }
    }
  }

  func sendAndClose(_ bytes: [UInt8]) {
    channel.writeAndFlush(ByteBuffer(bytes: bytes)).whenComplete { [channel] _ in
      channel.close(promise: nil)
    }
  }

  /// One byte at a time, each in a segment of its own as far as TCP allows.
  func drip(_ bytes: [UInt8]) {
    for byte in bytes.dropLast() {
      channel.writeAndFlush(ByteBuffer(bytes: [byte]), promise: nil)
    }
    send(bytes.suffix(1))
  }

  func close() { channel.close(promise: nil) }

  func later(milliseconds: Int64, _ work: @escaping @Sendable () -> Void) {
    channel.eventLoop.scheduleTask(in: .milliseconds(milliseconds), work)
  }
}

private final class RequestHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = ByteBuffer

  private let handle: SoraServer.Handle
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []

  init(_ handle: @escaping SoraServer.Handle) { self.handle = handle }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = []
      if head.headers["expect"].contains("100-continue") {
        let bytes = ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
      }
    case .body(let bytes):
      // One byte more than may be read is enough to know that there are too many.
      let room = max(0, Swidden.bodyLimitBytes + 1 - body.count)
      body += bytes.readableBytesView.prefix(room)
    case .end:
      guard let head else { return }
      self.head = nil
      let request = SoraRequest(
        method: head.method.rawValue, path: head.uri,
        headers: head.headers.map { .init(name: $0.name, value: $0.value) }, body: body,
        staysOpen: head.isKeepAlive)
      handle(request, SoraWire(channel: context.channel, staysOpen: head.isKeepAlive))
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // Not HTTP: Cowboy answers with a status alone.
    if error is HTTPParserError {
      let bytes = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: bytes)), promise: nil)
    }
    context.close(promise: nil)
  }
}
