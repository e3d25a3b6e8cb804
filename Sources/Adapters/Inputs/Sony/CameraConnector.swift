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

  /// Name or address of the only interface to use; nil leaves it to the routes.
  var interface: String?
  var logger: Logger?

  /// Begins to connect.
  ///
  /// - Parameters:
  ///   - limit: For name, connection and acceptance together.
  ///   - handle: Learns of the channel as soon as there is one.
  ///   - configure: Sets options of the bootstrap.
  ///   - makeHandler: What comes behind the HTTP coders.
  /// - Returns: Fails if there is no connection in time.
  func connect(
    to url: CameraURL, within limit: Duration, handle: ConnectionHandle,
    configure: (ClientBootstrap) -> ClientBootstrap = { $0 },
    makeHandler: @escaping @Sendable () -> any ChannelHandler
  ) -> EventLoopFuture<any Channel> {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
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
        handle.opened(channel)
        return binding.prepareForConnecting(channel, logger: logger).flatMapThrowing {
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
