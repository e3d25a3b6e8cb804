import Configuration
import Logging
import Media
import NIOCore
import NIOPosix
import NIOSSL
import RTP
import Synchronization
import Testing

@testable import Outputs
@testable import Pipeline

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A running RTSP server with nothing in front of the hub: the test publishes access units.
final class RTSPScene: Sendable {
  let hub: StreamHub
  let slot: FrameSlot
  let output: RTSPOutput
  let board: StatusBoard
  /// Of the listener without TLS, or the only one.
  let port: Int
  /// Of the listener with TLS, if there are two.
  let securePort: Int?
  private let serving: Task<Void, any Error>
  private let serial = Mutex<UInt64>(0)

  /// - Parameters:
  ///   - values: Keys of section `outputs.rtsp`.
  ///   - rules: What viewers get while there is no camera.
  ///   - cameraClock: Times the camera's absence.
  init(
    _ values: [AbsoluteConfigKey: ConfigValue] = [:], hasFormat: Bool = true,
    rules: OfflinePlan.Rules = OfflinePlan.Rules(), cameraClock: MediaClock = .system
  ) async throws {
    var values: [AbsoluteConfigKey: ConfigValue] = values
    if values["listenAddress"] == nil { values["listenAddress"] = "127.0.0.1" }
    if values["listenPort"] == nil { values["listenPort"] = 0 }
    let source = SettingsSource(name: "test", provider: InMemoryProvider(values: values))
    let reader = SettingsReader(sources: [source], ledger: SettingsLedger())
    let clock = MediaClock.system
    slot = FrameSlot(clock: cameraClock, preparedSize: .alpha6000Liveview, rules: rules)
    hub = StreamHub(slot: slot, clock: clock)
    if hasFormat { hub.setFormat(makeFormat(0x1E)) }
    board = StatusBoard(clock: clock)
    let telemetry = ComponentTelemetry(
      name: "rtsp", board: board, clock: clock,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let output = RTSPOutput(
      settings: reader, stream: StreamHandle(hub: hub, slot: slot, clock: clock),
      telemetry: telemetry)
    self.output = output
    #expect(reader.ledger.problems.isEmpty)
    let (ports, listening) = AsyncStream.makeStream(of: Int.self)
    serving = Task {
      defer { listening.finish() }
      try await output.serve { listening.yield($0.port ?? 0) }
    }
    var iterator = ports.makeAsyncIterator()
    port = await iterator.next() ?? 0
    let hasTwo = values["tls.enabled"] != nil && values["plainEnabled"] == nil
    securePort = hasTwo ? await iterator.next() : nil
    try #require(port > 0)
  }

  /// Ends the server as a signal would; returns when it has ended.
  func stop() async throws {
    serving.cancel()
    try await serving.value
  }

  var url: String { "rtsp://127.0.0.1:\(port)/live/stream" }

  func connect(receiveBuffer: Int32? = nil) async throws -> RTSPTestClient {
    try await RTSPTestClient(port: port, url: url, receiveBuffer: receiveBuffer)
  }

  /// Publishes one picture; its slice has `size` bytes, the last one counts pictures.
  ///
  /// - Parameter delay: When it is taken, counted from now.
  @discardableResult
  func publish(isIDR: Bool, size: Int = 300, takenIn delay: Duration = .zero) async -> AccessUnit {
    let number = serial.withLock { serial in
      serial += 1
      return serial
    }
    var slice = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: size)
    slice[0] = isIDR ? 0x65 : 0x41
    let accessUnit = AccessUnit(
      serial: number, nalUnits: [NALUnit(bytes: ByteBuffer(bytes: slice))],
      presentationTime: MediaClock.system.now().advanced(by: delay), isIDR: isIDR,
      format: makeFormat(0x1E))
    await hub.publish(accessUnit)
    return accessUnit
  }

  /// Waits until the hub has as many subscribers.
  func awaitSubscribers(_ count: Int) async {
    await eventually { hub.statistics.subscriberCount == count }
  }

  /// The server's part of the status page.
  var status: [String: StatusValue] {
    guard case .object(let page) = board.snapshot(), case .object(let parts)? = page["components"],
      case .object(let server)? = parts["rtsp"]
    else { return [:] }
    return server
  }

  /// The status of the viewers, oldest first.
  var viewers: [[String: StatusValue]] {
    guard case .array(let viewers)? = status["viewers"] else { return [] }
    return viewers.compactMap { if case .object(let members) = $0 { members } else { nil } }
  }
}

/// A small RTSP client on a raw TCP connection.
final class RTSPTestClient: Sendable {
  enum Message: Sendable {
    case answer(RTSPAnswer)
    case frame(channel: UInt8, ByteBuffer)
  }

  let localPort: Int
  private let url: String
  private let channel: any Channel
  private let input: Mutex<ByteBuffer>
  private let reader: PullReader
  private let cseq = Mutex(0)

  /// - Parameters:
  ///   - isSecure: Over TLS; any certificate will do.
  ///   - host: Our own address, the usual one by default.
  init(
    port: Int, url: String, isSecure: Bool = false, receiveBuffer: Int32? = nil,
    from host: String? = nil
  ) async throws {
    self.url = url
    let reader = PullReader()
    self.reader = reader
    var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.autoRead, value: false)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if isSecure {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.certificateVerification = .none
            let handler = try NIOSSLClientHandler(
              context: NIOSSLContext(configuration: configuration), serverHostname: nil)
            try channel.pipeline.syncOperations.addHandler(handler)
          }
          try channel.pipeline.syncOperations.addHandler(PullHandler(reader))
        }
      }
    if let receiveBuffer {
      bootstrap = bootstrap.channelOption(
        .socketOption(.so_rcvbuf), value: .init(receiveBuffer))
    }
    if let host {
      bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: host, port: 0))
    }
    channel = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
    localPort = channel.localAddress?.port ?? 0
    input = Mutex(ByteBuffer())
  }

  func send(_ text: String) { send(ByteBuffer(string: text)) }

  func send(_ bytes: ByteBuffer) { channel.writeAndFlush(bytes, promise: nil) }

  /// Sends one request and returns its answer; media frames before it are dropped.
  @discardableResult
  func request(
    _ method: String, _ suffix: String = "", _ headers: String...
  ) async throws -> RTSPAnswer {
    let number = cseq.withLock { number in
      number += 1
      return number
    }
    let lines = ["\(method) \(url)\(suffix) RTSP/1.0", "CSeq: \(number)"] + headers
    send(lines.joined(separator: "\r\n") + "\r\n\r\n")
    while let message = try await next() {
      if case .answer(let answer) = message { return answer }
    }
    throw ChannelError.eof
  }

  /// DESCRIBE is left out: SETUP and PLAY over TCP; returns the answer to PLAY.
  @discardableResult
  func play(
    transport: String = "RTP/AVP/TCP;unicast;interleaved=0-1"
  ) async throws -> (session: String, setup: RTSPAnswer, play: RTSPAnswer) {
    let setup = try await request("SETUP", "/trackID=0", "Transport: \(transport)")
    try #require(setup.code == 200, "\(setup.text)")
    let session = String((setup["Session"] ?? "").prefix { $0 != ";" })
    let play = try await request("PLAY", "/", "Session: \(session)", "User-Agent: test/1")
    try #require(play.code == 200, "\(play.text)")
    return (session, setup, play)
  }

  /// The next answer or frame; nil when the server has closed the connection.
  func next() async throws -> Message? {
    while true {
      if let message = input.withLock({ Self.cut(&$0) }) { return message }
      guard var bytes = await reader.next(channel) else { return nil }
      input.withLock { _ = $0.writeBuffer(&bytes) }
    }
  }

  /// The next frame on the RTP channel as packet; reports on the way are dropped.
  func packet() async throws -> RTPPacket {
    while let message = try await next() {
      if case .frame(channel: 0, let bytes) = message { return try RTPPacket(decoding: bytes) }
    }
    throw ChannelError.eof
  }

  /// All packets of the next picture.
  func picture() async throws -> [RTPPacket] {
    var packets: [RTPPacket] = []
    repeat { packets.append(try await packet()) } while packets.last?.header.marker == false
    return packets
  }

  /// The next frame on the RTCP channel.
  func report() async throws -> RTCPCompound {
    while let message = try await next() {
      if case .frame(channel: 1, let bytes) = message { return try RTCPCompound(decoding: bytes) }
    }
    throw ChannelError.eof
  }

  func close() async throws { try await channel.close() }

  /// A reset instead of an orderly end, as ffmpeg does it.
  func reset() async throws {
    let options = try #require(channel as? any SocketOptionProvider)
    try await options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
    try await channel.close()
  }

  private static func cut(_ input: inout ByteBuffer) -> Message? {
    let view = input.readableBytesView
    if view.first == 0x24 {
      guard let length = input.getInteger(at: input.readerIndex + 2, as: UInt16.self),
        input.readableBytes >= 4 + Int(length),
        let channel = input.getInteger(at: input.readerIndex + 1, as: UInt8.self)
      else { return nil }
      input.moveReaderIndex(forwardBy: 4)
      return input.readSlice(length: Int(length)).map { .frame(channel: channel, $0) }
    }
    guard let end = view.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
    let head = String(decoding: view[..<end.upperBound], as: UTF8.self)
    var answer = RTSPAnswer(text: head)
    let length = answer["Content-Length"].flatMap { Int($0) } ?? 0
    let headLength = end.upperBound - view.startIndex
    guard view.count >= headLength + length else { return nil }
    answer.text = input.readString(length: headLength + length) ?? ""
    return .answer(answer)
  }
}

/// One answer of the server.
struct RTSPAnswer: Sendable {
  var text: String

  var code: Int { Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0 }

  subscript(name: String) -> String? {
    text.split(separator: "\r\n").first { $0.hasPrefix(name + ": ") }.map {
      String($0.dropFirst(name.count + 2))
    }
  }

  /// A number in `RTP-Info` or `Transport`, for example `seq`.
  func number(_ name: String, in header: String) -> UInt32? {
    (self[header] ?? "").split(separator: ";").first { $0.hasPrefix(name + "=") }.flatMap {
      UInt32($0.dropFirst(name.count + 1))
    }
  }
}

/// Reads from a channel only when asked, so that a test can be a slow reader.
private final class PullReader: Sendable {
  private struct State {
    var arrived: [ByteBuffer] = []
    var waiter: CheckedContinuation<ByteBuffer?, Never>?
    var isClosed = false
  }

  private let state = Mutex(State())

  /// What came next; nil when the connection is over or the task is cancelled, as by a time limit.
  func next(_ channel: any Channel) async -> ByteBuffer? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let immediate: ByteBuffer?? = state.withLock { state in
          if !state.arrived.isEmpty { return .some(state.arrived.removeFirst()) }
          if state.isClosed { return .some(nil) }
          state.waiter = continuation
          return nil
        }
        if let immediate {
          continuation.resume(returning: immediate)
        } else {
          channel.read()
        }
      }
    } onCancel: {
      closed()
    }
  }

  func arrived(_ bytes: ByteBuffer) {
    let waiter = state.withLock { state in
      let waiter = state.waiter.take()
      if waiter == nil { state.arrived.append(bytes) }
      return waiter
    }
    waiter?.resume(returning: bytes)
  }

  func closed() {
    let waiter = state.withLock { state in
      state.isClosed = true
      return state.waiter.take()
    }
    waiter?.resume(returning: nil)
  }
}

private final class PullHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  private let reader: PullReader

  init(_ reader: PullReader) {
    self.reader = reader
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    reader.arrived(unwrapInboundIn(data))
  }

  func channelInactive(context: ChannelHandlerContext) { reader.closed() }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
