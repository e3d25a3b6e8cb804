import Logging
import Media
import NIOCore
import NIOPosix
import Pipeline
import RTSP
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Serves the stream to RTSP clients, over TCP and UDP.
public struct RTSPOutput: Output {
  public static let kind = "rtsp"
  /// In the `Server` header and the session description.
  static let serverName = "liveview-bridge"
  /// Bytes of one connection that the kernel takes before it can send them.
  private static let unsentBytes: SocketOptionValue = 49_152
  /// Time for viewers to take their goodbye.
  private static let goodbyeTime: TimeAmount = .milliseconds(500)

  private let settings: RTSPOutputSettings
  private let stream: StreamHandle
  private let telemetry: ComponentTelemetry
  private let status: RTSPServerStatus
  private let warnings = OnceOnly()

  public init(settings: SettingsReader, stream: StreamHandle, telemetry: ComponentTelemetry) {
    self.init(
      settings: RTSPOutputSettings(reader: settings), stream: stream, telemetry: telemetry)
  }

  init(settings: RTSPOutputSettings, stream: StreamHandle, telemetry: ComponentTelemetry) {
    self.settings = settings
    self.stream = stream
    self.telemetry = telemetry
    let status = RTSPServerStatus(clock: stream.clock)
    self.status = status
    telemetry.setDetails { status.value() }
  }

  public var isEnabled: Bool { settings.isEnabled }

  public func startUpLines() -> [String] {
    var lines = reachableHosts.map { host in
      "Watch:    rtsp://\(RTSPAddress.authority(host: host, port: settings.listenPort))"
        + RTSPPresentation(path: settings.path).path
    }
    if let credential = settings.credential {
      lines.append("          with the password of user \(credential.username)")
    } else {
      lines.append("          without a password")
    }
    return lines
  }

  /// Our addresses that clients can use, loopback first.
  private var reachableHosts: [String] {
    guard RTSPOutputSettings.anyAddresses.contains(settings.listenAddress) else {
      return [settings.listenAddress]
    }
    let hosts = ((try? System.enumerateDevices()) ?? []).compactMap { device -> String? in
      guard let address = device.address, address.protocol == .inet else { return nil }
      let host = RTSPAddress.host(of: address)
      return RTSPAddress.isLoopback(host) ? nil : host
    }
    return ["127.0.0.1"] + hosts
  }

  // MARK: Session

  public func runSession() async throws {
    try await serve(onListening: { _ in })
  }

  /// Serves until the task is cancelled.
  ///
  /// - Parameter onListening: Told the address once clients can connect.
  func serve(onListening: @Sendable (SocketAddress) -> Void) async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    do {
      try await serve(on: group.next(), onListening: onListening)
    } catch {
      try? await group.shutdownGracefully()
      throw error
    }
    try await group.shutdownGracefully()
  }

  private func serve(
    on loop: any EventLoop, onListening: @Sendable (SocketAddress) -> Void
  ) async throws {
    let (demand, continuation) = AsyncStream.makeStream(
      of: Bool.self, bufferingPolicy: .bufferingNewest(1))
    let server = try await loop.submit {
      NIOLoopBound(
        RTSPServerLoop(
          settings: settings, stream: stream, logger: telemetry.logger, status: status,
          demand: continuation, loop: loop), eventLoop: loop)
    }.get()
    let listener = try await listen(on: loop, server: server)
    let ticks = loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
      server.value.tick()
    }
    if let address = listener.localAddress {
      warnIfOpen()
      telemetry.report(.running, "listening on \(RTSPAddress.authority(of: address))")
      onListening(address)
    }
    await feed(server, on: loop, demand: demand)
    ticks.cancel()
    try? await listener.close()
    try await loop.flatSubmit { server.value.shutDown(within: Self.goodbyeTime) }.get()
  }

  /// Brings access units to the loop while somebody watches.
  private func feed(
    _ server: NIOLoopBound<RTSPServerLoop>, on loop: any EventLoop, demand: AsyncStream<Bool>
  ) async {
    await withDiscardingTaskGroup { group in
      var subscription: StreamSubscription?
      for await isWanted in demand {
        if isWanted, subscription == nil {
          let new = await stream.subscribe()
          subscription = new
          group.addTask(executorPreference: EventLoopTaskExecutor(loop: loop)) {
            for await accessUnit in new { server.value.broadcast(accessUnit) }
          }
        } else if !isWanted {
          subscription?.cancel()
          subscription = nil
        }
      }
      subscription?.cancel()
    }
  }

  private func warnIfOpen() {
    guard settings.credential == nil, !RTSPAddress.isLoopback(settings.listenAddress),
      warnings.isFirst()
    else { return }
    telemetry.logger.warning(
      "anyone who reaches this address can watch: no password is set",
      metadata: [
        LogKey.address: .string(settings.listenAddress), LogKey.port: "\(settings.listenPort)",
      ])
  }

  // MARK: Sockets

  private func listen(
    on loop: any EventLoop, server: NIOLoopBound<RTSPServerLoop>
  ) async throws -> any Channel {
    let bootstrap = ServerBootstrap(group: loop, childGroup: loop)
      .serverChannelOption(.backlog, value: 256)
      // Without it a restart fails for a minute after viewers were connected.
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      // A fixed buffer: the kernel would otherwise grow it to megabytes and hide seconds of old
      // pictures from us. What it may keep unsent is less still: only that can grow old.
      .childChannelOption(.socketOption(.so_sndbuf), value: 262_144)
      .childChannelOption(
        .tcpOption(.init(rawValue: TCP_NOTSENT_LOWAT)), value: Self.unsentBytes
      )
      .childChannelOption(
        .tcpOption(.init(rawValue: TCP_USER_TIMEOUT)),
        value: .init(settings.stallTimeout.inMilliseconds)
      )
      .childChannelOption(
        // Writable means that everything is with the kernel; what comes then waits in the
        // viewer's own queue.
        .writeBufferWaterMark, value: .init(low: 1, high: 1)
      )
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          guard let handler = server.value.makeHandler(for: channel) else {
            throw RTSPOutputError.tooManyConnections
          }
          let front = TunnelHandler(tunnels: server.value.tunnels, rtsp: handler)
          try channel.pipeline.syncOperations.addHandlers(front, handler)
        }
      }
    do {
      return try await bootstrap.bind(host: settings.listenAddress, port: settings.listenPort)
        .get()
    } catch let error as IOError
      where settings.listenAddress == "::" && Self.meansNoIPv6(error)
    {
      return try await bootstrap.bind(host: "0.0.0.0", port: settings.listenPort).get()
    } catch {
      throw RTSPOutputError.cannotListen(
        RTSPAddress.authority(host: settings.listenAddress, port: settings.listenPort), "\(error)")
    }
  }

  private static func meansNoIPv6(_ error: IOError) -> Bool {
    [EAFNOSUPPORT, EADDRNOTAVAIL].contains(error.errnoCode)
  }
}

/// Why the server could not be opened.
enum RTSPOutputError: Error, CustomStringConvertible {
  case cannotListen(String, String)
  case tooManyConnections

  var description: String {
    switch self {
    case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
    case .tooManyConnections: "too many connections"
    }
  }
}

/// True exactly once in the life of the process, however often sessions are tried again.
private final class OnceOnly: Sendable {
  private let isDone = Mutex(false)

  func isFirst() -> Bool {
    isDone.withLock { isDone in
      defer { isDone = true }
      return !isDone
    }
  }
}
