import NIOCore
import NIOPosix

/// A plain TCP client: sends text, reads what a small hand-written HTTP reader needs.
final class TestConnection {
  enum End: Error, Equatable {
    /// The camera closed the connection.
    case closed
    /// The camera reset it.
    case reset
    case malformed(String)
  }

  private enum Arrival: Sendable {
    case bytes(ByteBuffer)
    case end(End)
  }

  private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    let arrivals: AsyncStream<Arrival>.Continuation

    init(_ arrivals: AsyncStream<Arrival>.Continuation) { self.arrivals = arrivals }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      arrivals.yield(.bytes(unwrapInboundIn(data)))
    }

    func channelInactive(context: ChannelHandlerContext) {
      arrivals.yield(.end(.closed))
      arrivals.finish()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      arrivals.yield(.end(.reset))
      context.close(promise: nil)
    }
  }

  let channel: any Channel
  private var arrivals: AsyncStream<Arrival>.Iterator
  private var buffer = ByteBuffer()
  private var end: End?

  private init(channel: any Channel, arrivals: AsyncStream<Arrival>.Iterator) {
    self.channel = channel
    self.arrivals = arrivals
  }

  /// - Parameter receiveBuffer: Bytes the kernel may hold unread; 0: as it likes.
  static func open(port: Int, receiveBuffer: Int = 0) async throws -> TestConnection {
    let (stream, continuation) = AsyncStream.makeStream(of: Arrival.self)
    var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Collector(continuation))
        }
      }
    if receiveBuffer > 0 {
      bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: receiveBuffer)
    }
    let channel = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
    return TestConnection(channel: channel, arrivals: stream.makeAsyncIterator())
  }

  func send(_ text: String) {
    channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
  }

  func setReading(_ isReading: Bool) async throws {
    try await channel.setOption(.autoRead, value: isReading).get()
  }

  func close() async {
    try? await channel.close().get()
  }

  // MARK: - Reading

  private func more() async throws {
    if let end { throw end }
    switch await arrivals.next() {
    case .bytes(var bytes): buffer.writeBuffer(&bytes)
    case .end(let reason):
      end = reason
      throw reason
    case nil: throw End.closed
    }
  }

  func read(_ count: Int) async throws -> ByteBuffer {
    while buffer.readableBytes < count { try await more() }
    buffer.discardReadBytes()
    return buffer.readSlice(length: count) ?? ByteBuffer()
  }

  /// Everything up to the next CRLF, without it.
  func readLine() async throws -> String {
    while true {
      let view = buffer.readableBytesView
      if let lineFeed = view.firstIndex(of: 0x0A) {
        let length = lineFeed - view.startIndex
        guard let line = buffer.readString(length: length), line.utf8.last == 0x0D else {
          throw End.malformed("line without CR")
        }
        buffer.moveReaderIndex(forwardBy: 1)
        return String(line.utf8.dropLast()) ?? ""
      }
      try await more()
    }
  }

  /// What still comes, and how it ends.
  func readToEnd() async -> (bytes: ByteBuffer, end: End) {
    do {
      while true { try await more() }
    } catch {
      defer { buffer.clear() }
      return (buffer, error as? End ?? .closed)
    }
  }

  // MARK: - HTTP

  struct Response {
    var statusLine: String
    /// Name and value as they came.
    var headers: [[String]]
    var body = ByteBuffer()

    var status: Int { Int(statusLine.split(separator: " ").dropFirst().first ?? "") ?? 0 }
    var text: String { String(buffer: body) }

    func header(_ name: String) -> String? { headers.first { $0[0] == name }?[1] }
  }

  /// Status line and headers.
  func readHead() async throws -> Response {
    var response = Response(statusLine: try await readLine(), headers: [])
    while true {
      let line = try await readLine()
      guard !line.isEmpty else { return response }
      guard let colon = line.firstIndex(of: ":") else { throw End.malformed(line) }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      response.headers.append([String(line[..<colon]), String(value)])
    }
  }

  /// A response with Content-Length.
  func readResponse() async throws -> Response {
    var response = try await readHead()
    guard let length = response.header("Content-Length").flatMap({ Int($0) }) else {
      throw End.malformed("no Content-Length")
    }
    response.body = try await read(length)
    return response
  }

  /// The next chunk of a chunked body; nil for the last, empty one.
  func readChunk() async throws -> ByteBuffer? {
    let line = try await readLine()
    guard let size = Int(line, radix: 16) else { throw End.malformed(line) }
    let chunk = try await read(size)
    guard try await readLine().isEmpty else { throw End.malformed("chunk without end") }
    return size == 0 ? nil : chunk
  }

  func get(_ path: String, method: String = "GET") async throws -> Response {
    send("\(method) \(path) HTTP/1.1\r\nHost: camera\r\n\r\n")
    return try await readResponse()
  }

  /// Posts an API call and gives the answer's body.
  func call(
    _ method: String, _ parameters: String = "[]", id: Int = 1, version: String = "1.0"
  ) async throws -> String {
    sendCall(method, parameters, id: id, version: version)
    return try await readResponse().text
  }

  func sendCall(
    _ method: String, _ parameters: String = "[]", id: Int = 1, version: String = "1.0"
  ) {
    post(
      "{\"method\":\"\(method)\",\"params\":\(parameters),\"id\":\(id),"
        + "\"version\":\"\(version)\"}")
  }

  func post(_ body: String, path: String = "/sony/camera") {
    send(
      "POST \(path) HTTP/1.1\r\nHost: camera\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
  }

  /// Asks for the stream and reads the head of the response.
  func openLiveview(_ path: String = "/liveview/liveviewstream") async throws -> Response {
    send("GET \(path) HTTP/1.1\r\nHost: camera\r\n\r\n")
    return try await readHead()
  }
}
