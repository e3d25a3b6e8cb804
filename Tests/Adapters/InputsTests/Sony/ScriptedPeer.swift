import NIOCore
import NIOPosix
import SonyCamera
import Synchronization

@testable import Inputs

/// A TCP server on loopback that takes one request and answers with bytes from a script, however
/// wrong they are.
final class ScriptedPeer: Sendable {
  enum Step: Sendable {
    case send(String)
    case sendBytes([UInt8])
    /// One byte at a time, each in a segment of its own.
    case drip(String)
    /// The same, some milliseconds apart.
    case trickle([UInt8])
    /// The same bytes again and again, until the connection is over.
    case repeatForever(String)
    case repeatBytesForever([UInt8])
    /// One byte again and again, some milliseconds apart, until the connection is over.
    case trickleForever(String)
    case close
    case reset
  }

  /// What the clients did.
  struct Observations: Sendable {
    var requests: [String] = []
    var openConnections = 0
    var mostConnections = 0
  }

  private let channel: any Channel
  private let log: ObservationLog

  static func with(_ script: [Step], _ body: (ScriptedPeer) async throws -> Void) async throws {
    let log = ObservationLog()
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(ScriptHandler(script, log))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let peer = ScriptedPeer(channel: channel, log: log)
    do {
      try await body(peer)
    } catch {
      try? await channel.close()
      throw error
    }
    try await channel.close()
  }

  private init(channel: any Channel, log: ObservationLog) {
    self.channel = channel
    self.log = log
  }

  var port: Int { channel.localAddress?.port ?? 0 }

  func url(_ path: String = "/x") -> CameraURL {
    CameraURL(host: "127.0.0.1", port: port, path: path)
  }

  var observations: Observations { log.state.withLock { $0.now } }

  /// Returns when the observations are as wanted.
  func wait(until isWanted: @escaping @Sendable (Observations) -> Bool) async {
    for await now in log.changes() where isWanted(now) { return }
  }
}

extension CameraConnector {
  /// One that waits as long as it takes a loaded machine to be both sides.
  static func patient(interface: String? = nil) -> CameraConnector {
    CameraConnector(interface: interface, attemptLimit: .seconds(20))
  }
}

private final class ObservationLog: Sendable {
  struct State {
    var now = ScriptedPeer.Observations()
    var listeners: [AsyncStream<ScriptedPeer.Observations>.Continuation] = []
  }

  let state = Mutex(State())

  func note(_ change: (inout ScriptedPeer.Observations) -> Void) {
    state.withLock { state in
      change(&state.now)
      for listener in state.listeners { listener.yield(state.now) }
    }
  }

  func changes() -> AsyncStream<ScriptedPeer.Observations> {
    let (stream, continuation) = AsyncStream.makeStream(of: ScriptedPeer.Observations.self)
    state.withLock { state in
      continuation.yield(state.now)
      state.listeners.append(continuation)
    }
    return stream
  }
}

private final class ScriptHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let script: [ScriptedPeer.Step]
  private let log: ObservationLog
  private var received = ByteBuffer()
  private var isAnswering = false
  private var isOpen = true

  init(_ script: [ScriptedPeer.Step], _ log: ObservationLog) {
    self.script = script
    self.log = log
  }

  func channelActive(context: ChannelHandlerContext) {
    log.note {
      $0.openConnections += 1
      $0.mostConnections = max($0.mostConnections, $0.openConnections)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    isOpen = false
    log.note { $0.openConnections -= 1 }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var part = unwrapInboundIn(data)
    received.writeBuffer(&part)
    let text = String(buffer: received)
    guard !isAnswering, let head = text.range(ofHeadIn: text) else { return }
    // A request without a length has no body.
    let length = text.contentLength
    guard text[head...].utf8.count >= length else { return }
    isAnswering = true
    log.note { $0.requests.append(text) }
    perform(script[...], context)
  }

  private func perform(_ steps: ArraySlice<ScriptedPeer.Step>, _ context: ChannelHandlerContext) {
    guard isOpen, let step = steps.first else { return }
    let rest = steps.dropFirst()
    switch step {
    case .send(let text): write(ByteBuffer(string: text), context) { self.perform(rest, context) }
    case .sendBytes(let bytes):
      write(ByteBuffer(bytes: bytes), context) { self.perform(rest, context) }
    case .drip(let text): drip(Array(text.utf8)[...], after: .zero, rest, context)
    case .trickle(let bytes): drip(bytes[...], after: .milliseconds(5), rest, context)
    case .repeatForever(let text):
      write(ByteBuffer(string: text), context) { self.perform(steps, context) }
    case .repeatBytesForever(let bytes):
      write(ByteBuffer(bytes: bytes), context) { self.perform(steps, context) }
    case .trickleForever(let text):
      write(ByteBuffer(string: text), after: .milliseconds(5), context) {
        self.perform(steps, context)
      }
    case .close: context.close(promise: nil)
    case .reset:
      (context.channel as? any SocketOptionProvider)?.setSoLinger(
        linger(l_onoff: 1, l_linger: 0)
      ).assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }
  }

  private func drip(
    _ bytes: ArraySlice<UInt8>, after pause: TimeAmount, _ rest: ArraySlice<ScriptedPeer.Step>,
    _ context: ChannelHandlerContext
  ) {
    guard let first = bytes.first else { return perform(rest, context) }
    write(ByteBuffer(bytes: [first]), after: pause, context) {
      self.drip(bytes.dropFirst(), after: pause, rest, context)
    }
  }

  private func write(
    _ bytes: ByteBuffer, after pause: TimeAmount = .zero, _ context: ChannelHandlerContext,
    then: @escaping () -> Void
  ) {
    context.writeAndFlush(wrapOutboundOut(bytes)).assumeIsolated().whenSuccess {
      // The next step begins from the loop, not from within this write.
      context.eventLoop.assumeIsolated().scheduleTask(in: pause, then)
    }
  }
}

extension String {
  /// Where the body begins; nil if the head is not complete.
  fileprivate func range(ofHeadIn text: String) -> String.Index? {
    var index = text.startIndex
    while index < text.endIndex {
      if text[index...].hasPrefix("\r\n\r\n") { return text.index(index, offsetBy: 2) }
      index = text.index(after: index)
    }
    return nil
  }

  fileprivate var contentLength: Int {
    for line in split(separator: "\r\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2, parts[0].lowercased() == "content-length" {
        return Int(parts[1].drop { $0 == " " }) ?? 0
      }
    }
    return 0
  }
}
