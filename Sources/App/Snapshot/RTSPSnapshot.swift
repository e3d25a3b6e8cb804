import Media
import NIOCore
import NIOPosix
import RTSP

/// The socket around an `RTSPClientSession`: takes one picture from an RTSP server.
struct RTSPSnapshot: Sendable {
  let endpoint: RTSPEndpoint
  let login: RTSPLogin?
  /// From the first step to the whole picture.
  let timeLimit: Duration

  /// - Parameter report: Gets each step, also those before a failure.
  /// - Throws: `SnapshotError`.
  func take(report: inout SnapshotReport) async throws -> IDRPicture {
    let deadline = ContinuousClock.now + timeLimit
    let connection = try await connect()
    report.reached("connect")
    var exchange = RTSPExchange(
      session: RTSPClientSession(
        url: endpoint.url, login: login, userAgent: "liveview-bridge/\(Version.current)",
        clientNonce: String(UInt64.random(in: .min ... .max), radix: 16)),
      alarm: ConnectionAlarm(channel: connection.channel), report: report)
    exchange.alarm.set(in: ContinuousClock.now.duration(to: deadline))
    var failure: (any Error)?
    do {
      try await connection.executeThenClose { inbound, outbound in
        try await exchange.run(inbound, outbound)
      }
    } catch {
      failure = error
    }
    exchange.alarm.stop()
    report = exchange.report
    // With the picture here, how the connection ends is of no interest.
    if let picture = exchange.picture { return picture }
    throw explain(failure, in: exchange.session, isLate: ContinuousClock.now >= deadline)
  }

  private func connect() async throws -> RTSPExchange.Connection {
    do {
      return try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .connectTimeout(TimeAmount(timeLimit))
        .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        .connect(host: endpoint.host, port: endpoint.port) { channel in
          channel.eventLoop.makeCompletedFuture {
            try RTSPExchange.Connection(wrappingChannelSynchronously: channel)
          }
        }
    } catch ChannelError.connectTimeout {
      throw SnapshotError.connectTimedOut(
        host: endpoint.host, port: endpoint.port, seconds: timeLimit.inSeconds)
    } catch {
      throw SnapshotError.cannotConnect(
        host: endpoint.host, port: endpoint.port, reason: ConnectionTrouble.reason(error))
    }
  }

  private func explain(
    _ failure: (any Error)?, in session: RTSPClientSession, isLate: Bool
  ) -> SnapshotError {
    if let error = failure as? RTSPClientError { return .rtsp(error) }
    if isLate {
      return .timedOut(
        awaiting: session.awaitedStep, seconds: timeLimit.inSeconds, session.progress)
    }
    return .connectionEnded(
      awaiting: session.awaitedStep, reason: failure.map(ConnectionTrouble.reason))
  }
}

/// One conversation: bytes to the session, orders carried out, times noted.
private struct RTSPExchange {
  typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

  /// How long the answer to TEARDOWN is waited for; go2rtc never gives one.
  private static let farewellLimit: Duration = .milliseconds(250)

  private(set) var session: RTSPClientSession
  var alarm: ConnectionAlarm
  private(set) var report: SnapshotReport
  private(set) var picture: IDRPicture?
  private var isOver = false

  init(session: RTSPClientSession, alarm: ConnectionAlarm, report: SnapshotReport) {
    self.session = session
    self.alarm = alarm
    self.report = report
  }

  /// Returns when the session is over or the connection is.
  mutating func run(
    _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
    _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
  ) async throws {
    try await carryOut(session.connected(), outbound)
    var parser = RTSPResponseParser()
    var inbox = ByteBuffer()
    for try await bytes in inbound {
      inbox.discardReadBytes()
      inbox.writeImmutableBuffer(bytes)
      while !isOver, let message = try parser.next(from: &inbox) {
        try await carryOut(session.received(message), outbound)
      }
      if isOver { return }
    }
  }

  private mutating func carryOut(
    _ orders: [RTSPClientOrder], _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
  ) async throws {
    for order in orders {
      switch order {
      case .send(let bytes):
        try await outbound.write(bytes)
      case .reached(.picture):
        report.reachedPicture("picture")
      case .reached(let step):
        report.reached(step == .firstPacket ? "first packet" : step.rawValue)
      case .deliver(let picture):
        self.picture = picture
        alarm.set(in: Self.farewellLimit)
      case .close:
        isOver = true
      }
    }
  }
}

/// Closes a connection when time is up.
private struct ConnectionAlarm {
  private let channel: any Channel
  private var scheduled: Scheduled<Void>?

  init(channel: any Channel) {
    self.channel = channel
  }

  /// Replaces an earlier limit.
  mutating func set(in limit: Duration) {
    stop()
    scheduled = channel.eventLoop.scheduleTask(in: TimeAmount(limit)) { [channel] in
      channel.close(promise: nil)
    }
  }

  func stop() {
    scheduled?.cancel()
  }
}
