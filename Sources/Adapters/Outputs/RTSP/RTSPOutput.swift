import Logging
import Media
import NIOCore
import NIOPosix
import NIOSSL
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
  /// What hashed passwords for Digest are made with; it never changes.
  public static let realm = serverName
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
    var lines: [String] = []
    if settings.isPlainEnabled { lines += watchLines("rtsp", port: settings.listenPort) }
    if let tls = settings.tls { lines += watchLines("rtsps", port: tls.listenPort) }
    switch settings.access.users.count {
    case 0: lines.append("          without a password")
    case 1...3:
      let names = settings.access.users.map(\.username).joined(separator: ", ")
      lines.append("          with the password of \(names)")
    case let count: lines.append("          with a password; \(count) users have one")
    }
    return lines
  }

  private func watchLines(_ scheme: String, port: Int) -> [String] {
    reachableHosts.map { host in
      "Watch:    \(scheme)://\(RTSPAddress.authority(host: host, port: port))"
        + RTSPPresentation(path: settings.path).path
    }
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
  /// - Parameter onListening: Told the address of each listener once clients can connect; the one
  ///   without TLS first.
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
    let identity = try await loadIdentity()
    let server = try await loop.submit {
      NIOLoopBound(
        RTSPServerLoop(
          settings: settings, stream: stream, logger: telemetry.logger, status: status,
          demand: continuation, identity: identity, loop: loop), eventLoop: loop)
    }.get()
    let listeners = try await listen(on: loop, server: server)
    let ticks = loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
      server.value.tick()
    }
    let addresses = listeners.compactMap(\.localAddress)
    warnIfOpen()
    telemetry.report(
      .running,
      "listening on "
        + addresses.map { RTSPAddress.authority(of: $0) }.joined(separator: " and "))
    for address in addresses { onListening(address) }
    await feed(server, on: loop, demand: demand)
    ticks.cancel()
    for listener in listeners { try? await listener.close() }
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
    guard settings.access.users.isEmpty, settings.access.networks.isEverywhere,
      !RTSPAddress.isLoopback(settings.listenAddress), warnings.isFirst()
    else { return }
    telemetry.logger.warning(
      "anyone who reaches this address can watch: no password is set",
      metadata: [
        LogKey.address: .string(settings.listenAddress), LogKey.port: "\(settings.listenPort)",
      ])
  }

  // MARK: Sockets

  /// Certificate and key, if there is TLS.
  private func loadIdentity() async throws -> TLSIdentity.Material? {
    guard let tls = settings.tls else { return nil }
    do {
      return try TLSIdentity.Material(files: tls.files)
    } catch {
      throw RTSPOutputError.noCertificate(error)
    }
  }

  /// The listener without TLS and the one with it, as far as they are wanted.
  private func listen(
    on loop: any EventLoop, server: NIOLoopBound<RTSPServerLoop>
  ) async throws -> [any Channel] {
    var listeners: [any Channel] = []
    do {
      if settings.isPlainEnabled {
        listeners.append(
          try await bind(on: loop, server: server, port: settings.listenPort, isSecure: false))
      }
      if let tls = settings.tls {
        listeners.append(
          try await bind(on: loop, server: server, port: tls.listenPort, isSecure: true))
      }
    } catch {
      for listener in listeners { try? await listener.close() }
      throw error
    }
    return listeners
  }

  private func bind(
    on loop: any EventLoop, server: NIOLoopBound<RTSPServerLoop>, port: Int, isSecure: Bool
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
          guard let handler = server.value.makeHandler(for: channel, isSecure: isSecure) else {
            throw RTSPOutputError.tooManyConnections
          }
          do {
            if isSecure, let context = server.value.identity?.context {
              try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
            }
            let front = TunnelHandler(tunnels: server.value.tunnels, rtsp: handler)
            try channel.pipeline.syncOperations.addHandlers(front, handler)
          } catch {
            server.value.connectionEnded(handler)
            throw error
          }
        }
      }
    do {
      return try await bootstrap.bind(host: settings.listenAddress, port: port).get()
    } catch let error as IOError
      where settings.listenAddress == "::" && Self.meansNoIPv6(error)
    {
      return try await bootstrap.bind(host: "0.0.0.0", port: port).get()
    } catch {
      throw RTSPOutputError.cannotListen(
        RTSPAddress.authority(host: settings.listenAddress, port: port), "\(error)")
    }
  }

  private static func meansNoIPv6(_ error: IOError) -> Bool {
    [EAFNOSUPPORT, EADDRNOTAVAIL].contains(error.errnoCode)
  }
}

/// Why the server could not be opened.
enum RTSPOutputError: Error, CustomStringConvertible {
  case cannotListen(String, String)
  case noCertificate(TLSFilesError)
  case tooManyConnections

  var description: String {
    switch self {
    case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
    case .noCertificate(let error): "no TLS: \(error)"
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
