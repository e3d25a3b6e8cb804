import Glibc
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import SonyCamera

/// Makes HTTP connections to cameras, kept to one interface if the settings say so.
struct CameraConnector: Sendable {
  /// Real answers have 4 header fields of less than 200 bytes; trailers count, too.
  static let headerLimits = {
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderFieldSize = 4096
    limits.maxHeaderListSize = 16_384
    limits.maxHeaderFieldCount = 64
    return limits
  }()

  /// For one attempt at a host in a local network, which accepts within 11 ms (NEX-5T) if it is
  /// there. The kernel itself would repeat a lost attempt only after a second.
  static let usualAttemptLimit = Duration.milliseconds(450)

  /// For a host behind a router, which only the settings can name; at least. The kernel repeats an
  /// attempt once in that time.
  static let distantLimit = Duration.milliseconds(1500)

  /// Name or address of the only interface to use; nil leaves it to the routes.
  var interface: String?
  var logger: Logger?
  /// Another than the usual one for tests, where one loaded machine is both sides.
  var attemptLimit = usualAttemptLimit

  /// Begins to connect, and begins again with a host that is silent, until the time is up: one
  /// that comes back must not be missed because of an attempt that began before.
  ///
  /// - Parameters:
  ///   - limit: For connection and acceptance together, if the host is in a local network.
  ///   - handle: Learns of each channel as soon as there is one.
  ///   - configure: Sets options of the bootstrap.
  ///   - makeHandler: What comes behind the HTTP coders; called once for each attempt.
  /// - Returns: Fails if there is no connection in time.
  func connect(
    to url: CameraURL, within limit: Duration, handle: ConnectionHandle,
    configure: @escaping @Sendable (ClientBootstrap) -> ClientBootstrap = { $0 },
    makeHandler: @escaping @Sendable () -> any ChannelHandler
  ) -> EventLoopFuture<any Channel> {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let isLocal = NetworkInterface.running(named: interface).contains { $0.covers(url.host) }
    let patience = isLocal ? min(limit, attemptLimit) : max(limit, Self.distantLimit)
    let first = attempt(
      to: url, on: loop, within: patience, handle: handle, configure: configure,
      makeHandler: makeHandler)
    return first.flatMapError { error in
      let rest = limit - patience
      guard case .connectTimeout? = error as? ChannelError, rest > .zero, !handle.isClosed else {
        return loop.makeFailedFuture(error)
      }
      return connect(
        to: url, within: rest, handle: handle, configure: configure, makeHandler: makeHandler)
    }
  }

  private func attempt(
    to url: CameraURL, on loop: any EventLoop, within limit: Duration, handle: ConnectionHandle,
    configure: (ClientBootstrap) -> ClientBootstrap,
    makeHandler: @escaping @Sendable () -> any ChannelHandler
  ) -> EventLoopFuture<any Channel> {
    let binding: SocketBinding
    do {
      binding = try SocketBinding(interface: interface, toward: url.host)
    } catch {
      return loop.makeFailedFuture(error)
    }
    let logger = logger
    let bootstrap = ClientBootstrap(group: loop)
      .connectTimeout(TimeAmount(limit))
      .channelInitializer { channel in
        binding.prepareForConnecting(channel, logger: logger).flatMapThrowing {
          try handle.opened(channel)
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHTTPClientHandlers(
            leftOverBytesStrategy: .dropBytes, decoderLimitConfiguration: Self.headerLimits)
          try pipeline.addHandler(makeHandler())
        }
      }
    return configure(bootstrap).connect(host: url.host, port: url.port)
  }
}

extension CameraURL {
  /// Value of the `Host` field: the port only if it is not 80, IPv6 addresses in brackets.
  var hostField: String {
    let shownHost = host.contains(":") ? "[\(host)]" : host
    return port == 80 ? shownHost : "\(shownHost):\(port)"
  }
}
