import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A TCP server that answers requests byte for byte as a test says, right or wrong.
public final class RawServer: Sendable {
  /// What happens on a connection after a whole request came.
  public enum Action: Sendable {
    case send([UInt8])
    /// The same bytes, one at a time.
    case drip([UInt8])
    /// Blanks without end, until the other side has enough.
    case flood
    case close
    /// Closes with a reset instead of a farewell.
    case reset

    public static func send(_ text: String) -> Action { .send(Array(text.utf8)) }
    public static func drip(_ text: String) -> Action { .drip(Array(text.utf8)) }
  }

  private let channel: any Channel
  private let book: Book
  private let scheme: String

  /// - Parameters:
  ///   - scripts: One for each connection in order; the last one for all that follow. A
  ///     connection stays open after its script unless that closes it.
  ///   - atOnce: Plays without waiting for a request.
  ///   - tls: nil for plain HTTP.
  public init(
    _ scripts: [[Action]], atOnce: Bool = false, tls: ServerTLS? = nil
  ) async throws {
    let book = Book(scripts: scripts, isHasty: atOnce)
    self.book = book
    scheme = tls == nil ? "http" : "https"
    channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try tls?.add(to: channel)
          try channel.pipeline.syncOperations.addHandler(RawConnection(book: book))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  /// The same script for every connection.
  public convenience init(_ script: Action...) async throws {
    try await self.init([script])
  }

  public var port: Int { channel.localAddress?.port ?? 0 }
  public var url: String { "\(scheme)://127.0.0.1:\(port)/" }

  /// Whole requests, as they came.
  public var requests: [String] { book.state.withLock { $0.requests } }

  /// Waits until so many connections were ended, by whomever.
  public func ended(_ count: Int) async {
    for await ended in book.ends where ended >= count { return }
  }

  public func stop() async {
    try? await channel.close()
  }

  /// A reply with a body of JSON and a right length.
  public static func reply(
    _ status: String, _ body: String, type: String? = "application/json", headers: String = ""
  ) -> Action {
    let type = type.map { "content-type: \($0)\r\n" } ?? ""
    return .send(
      "HTTP/1.1 \(status)\r\ncontent-length: \(body.utf8.count)\r\n\(type)server: Cowboy\r\n"
        + "\(headers)\r\n\(body)")
  }
}

/// What the connections share.
private final class Book: Sendable {
  struct State {
    var connectionCount = 0
    var endCount = 0
    var requests: [String] = []
  }

  let state = Mutex(State())
  let scripts: [[RawServer.Action]]
  let isHasty: Bool
  /// The number of ended connections, each time it grows.
  let ends: AsyncStream<Int>
  private let told: AsyncStream<Int>.Continuation

  init(scripts: [[RawServer.Action]], isHasty: Bool) {
    self.scripts = scripts
    self.isHasty = isHasty
    (ends, told) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
  }

  func nextScript() -> [RawServer.Action] {
    state.withLock { state in
      defer { state.connectionCount += 1 }
      return scripts[min(state.connectionCount, scripts.count - 1)]
    }
  }

  func ended() {
    told.yield(
      state.withLock { state in
        state.endCount += 1
        return state.endCount
      })
  }
}

/// One connection: reads a request, then plays its script.
private final class RawConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let book: Book
  private var received = ByteBuffer()
  private var script: [RawServer.Action]
  private var isPlaying = false

  init(book: Book) {
    self.book = book
    script = book.nextScript()
  }

  func channelActive(context: ChannelHandlerContext) {
    context.fireChannelActive()
    guard book.isHasty else { return }
    isPlaying = true
    play(context.channel)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    received.writeBuffer(&bytes)
    guard !isPlaying, let request = wholeRequest() else { return }
    book.state.withLock { $0.requests.append(request) }
    isPlaying = true
    play(context.channel)
  }

  func channelInactive(context: ChannelHandlerContext) {
    book.ended()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func wholeRequest() -> String? {
    let text = String(decoding: received.readableBytesView, as: UTF8.self)
    guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
    let lines = text[..<end.lowerBound].lowercased().split(separator: "\r\n")
    let length = lines.first { $0.hasPrefix("content-length:") }
      .flatMap { Int($0.drop { $0 != ":" }.dropFirst().drop { $0 == " " }) }
    return text[end.upperBound...].utf8.count >= length ?? 0 ? text : nil
  }

  private func play(_ channel: any Channel) {
    guard !script.isEmpty else { return }
    switch script.removeFirst() {
    case .send(let bytes):
      send(bytes, channel) { $0.play(channel) }
    case .drip(let bytes):
      drip(bytes[...], channel)
    case .flood:
      flood(channel)
    case .close:
      channel.close(promise: nil)
    case .reset:
      (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        .whenComplete { _ in channel.close(promise: nil) }
    }
  }

  private func send(
    _ bytes: [UInt8], _ channel: any Channel,
    then next: @escaping @Sendable (RawConnection) -> Void
  ) {
    let this = NIOLoopBound(self, eventLoop: channel.eventLoop)
    channel.writeAndFlush(ByteBuffer(bytes: bytes)).whenSuccess { next(this.value) }
  }

  private func drip(_ bytes: ArraySlice<UInt8>, _ channel: any Channel) {
    guard let first = bytes.first else { return play(channel) }
    send([first], channel) { $0.drip(bytes.dropFirst(), channel) }
  }

  private func flood(_ channel: any Channel) {
    send([UInt8](repeating: 0x20, count: 64 * 1024), channel) { $0.flood(channel) }
  }
}
