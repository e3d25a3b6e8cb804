import Hummingbird
import HummingbirdCore
import Logging
import Media
import NIOCore
import Pipeline
import Synchronization

/// The bridge's own web server: status, metrics, health and the newest picture, for people and
/// for programs that watch over it.
///
/// It changes only what components offer on their `ControlBoard`, and the stream does not depend
/// on it: run it under a `Supervisor`, which retries
/// when the port is taken.
public final class ControlPlane: Sendable {
  private enum Listening {
    case notYet([CheckedContinuation<Int?, Never>])
    case on(port: Int)
  }

  private let settings: ControlPlaneSettings
  private let pages: ControlPages
  private let logger: Logger
  private let listening = Mutex(Listening.notYet([]))

  /// Connections served at a time; further ones wait in the kernel's queue.
  private static let maxConnections = 64
  /// A connection that says nothing for so long is closed.
  private static let idleTimeout: TimeAmount = .seconds(30)

  /// - Parameter metrics: The registry that `MetricsSystem` was bootstrapped with.
  public init(
    settings: ControlPlaneSettings, line: StreamLine, board: StatusBoard,
    metrics: PrometheusRegistry, clock: MediaClock, logger: Logger
  ) {
    self.settings = settings
    pages = ControlPages(line: line, board: board, registry: metrics, clock: clock)
    self.logger = logger
  }

  /// The port it listens on; nil while it does not.
  public var boundPort: Int? {
    listening.withLock {
      if case .on(let port) = $0 { port } else { nil }
    }
  }

  /// Waits for `run()` to listen and returns the port; nil if it ends without.
  public func listeningPort() async -> Int? {
    await withCheckedContinuation { continuation in
      let port = listening.withLock { state -> Int? in
        switch state {
        case .on(let port): return port
        case .notYet(let waiters):
          state = .notYet(waiters + [continuation])
          return nil
        }
      }
      if let port { continuation.resume(returning: port) }
    }
  }

  /// Serves until the task is cancelled; then open connections are closed at once. May be called
  /// again afterwards.
  ///
  /// - Throws: the socket's error if the address cannot be listened on.
  public func run() async throws {
    defer { setPort(nil) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await self.pages.sampleRates() }
      group.addTask { try await self.serve() }
      // Sampling ends with the task only; the server may fail before.
      try await group.next()
      group.cancelAll()
    }
  }

  /// One server, from bind to close.
  private func serve() async throws {
    let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
      maxHeaderFieldSize: 8192, maxHeaderListSize: 16_384, maxHeaderFieldCount: 100)
    let application = Application(
      router: pages.router(
        hosts: HostPolicy(allowedHosts: settings.allowedHosts),
        actions: ActionPolicy(allowsOtherMachines: settings.allowsRemoteActions)),
      server: .http1(
        configuration: .init(idleTimeout: Self.idleTimeout, httpDecoderConfiguration: decoder)),
      configuration: ApplicationConfiguration(
        address: .hostname(settings.listenAddress, port: settings.listenPort),
        serverName: "liveview-bridge",
        availableConnectionsDelegate: .maximum(Self.maxConnections, logger: quietLogger)),
      onServerRunning: { self.didListen($0) },
      logger: quietLogger)
    do {
      try await application.run()
    } catch is CancellationError {
      // The end the caller asked for.
    }
  }

  /// Hummingbird tells of its start and stop in its own words; ours are enough.
  private var quietLogger: Logger {
    var quiet = logger
    // It calls an ordinary end an error, and a taken port is reported by the supervisor.
    quiet.logLevel = .critical
    return quiet
  }

  private func didListen(_ channel: any Channel) {
    guard let port = channel.localAddress?.port else { return }
    setPort(port)
    logger.notice(
      "control plane listening", metadata: [LogKey.url: .string(settings.url(port: port))])
    if settings.isOpenToOthers {
      logger.warning("control plane is open to other machines without a password")
    }
  }

  /// Begins (a port) or stops (nil) to listen, and answers those who wait.
  private func setPort(_ port: Int?) {
    let waiters = listening.withLock { state -> [CheckedContinuation<Int?, Never>] in
      let next = port.map { Listening.on(port: $0) } ?? .notYet([])
      defer { state = next }
      if case .notYet(let waiters) = state { return waiters }
      return []
    }
    for waiter in waiters { waiter.resume(returning: port) }
  }
}
