import Glibc
import Logging
import NIOCore
import NIOPosix
import Pipeline
import Synchronization

/// What keeps a socket to one interface: the device itself, the source address, or neither.
///
/// The device decides which way packets go, whatever the routes say: two networks with the same
/// addresses, the camera's 192.168.122.0/24 and another one, can be told apart only by it. Linux
/// allows it without privileges from 5.7 on; before, or where a sandbox forbids it, the source
/// address alone has to do, which leaves the choice of the way to the routes.
///
/// Source: socket(7), `SO_BINDTODEVICE`.
struct SocketBinding: Sendable, Hashable {
  /// Name of the device.
  var device: String?
  /// Source address of the socket.
  var localAddress: String?

  /// Any way the routes show.
  static let any = SocketBinding()

  private init() {}

  /// The binding to one interface and address.
  init(_ interface: NetworkInterface) {
    device = interface.name
    localAddress = interface.address
  }

  /// The binding to an interface as it is now; to be made anew for every socket, because addresses
  /// come and go.
  ///
  /// - Parameters:
  ///   - interface: Name or address of the only interface to use; nil for any.
  ///   - host: Who is to be reached: of several addresses the one in its network is taken.
  /// - Throws: `SocketBindingError.interfaceMissing`.
  init(interface: String?, toward host: String? = nil) throws(SocketBindingError) {
    guard let interface else { return }
    let addresses = NetworkInterface.all(named: interface)
    if let chosen = addresses.first(where: { $0.covers(host ?? "") }) ?? addresses.first {
      device = chosen.name
      localAddress = chosen.address
    } else if NetworkInterface.exists(interface) {
      device = interface
    } else {
      throw .interfaceMissing(interface)
    }
  }

  /// Keeps `channel` to the device; call it in a channel initializer, before the socket is bound.
  ///
  /// The future fails if that is refused and no source address can take its place.
  func keepToDevice(_ channel: any Channel, logger: Logger? = nil) -> EventLoopFuture<Void> {
    guard let device else { return channel.eventLoop.makeSucceededVoidFuture() }
    guard let socket = channel as? any SocketOptionProvider, device.utf8.count < Int(IFNAMSIZ)
    else { return channel.eventLoop.makeFailedFuture(SocketBindingError.interfaceMissing(device)) }
    var request = ifreq()
    withUnsafeMutableBytes(of: &request) { $0.copyBytes(from: device.utf8) }
    let hasAddress = localAddress != nil
    return socket.unsafeSetSocketOption(
      level: .socket, name: NIOBSDSocket.Option(rawValue: SO_BINDTODEVICE), value: request
    ).flatMapErrorThrowing { error in
      guard hasAddress, (error as? IOError)?.errnoCode == EPERM else { throw error }
      Self.tellRefusal(device, logger)
    }
  }

  /// The same for a socket that is going to connect: gives it its source address, too.
  func prepareForConnecting(
    _ channel: any Channel, logger: Logger? = nil
  ) -> EventLoopFuture<Void> {
    keepToDevice(channel, logger: logger).flatMap {
      let loop = channel.eventLoop
      guard let localAddress else { return loop.makeSucceededVoidFuture() }
      do {
        return channel.bind(to: try SocketAddress(ipAddress: localAddress, port: 0))
      } catch {
        return loop.makeFailedFuture(error)
      }
    }
  }

  private static let isRefusalTold = Mutex(false)

  /// Once: it is the same for every socket.
  private static func tellRefusal(_ device: String, _ logger: Logger?) {
    guard let logger else { return }
    let isNews = isRefusalTold.withLock { isTold in
      defer { isTold = true }
      return !isTold
    }
    guard isNews else { return }
    logger.debug(
      "kernel refuses to bind sockets to the interface, using its address",
      metadata: [LogKey.interface: .string(device)])
  }
}

/// Why a socket cannot be kept to an interface.
enum SocketBindingError: Error, Sendable, Hashable {
  /// There is no device with this name, and none has this address.
  case interfaceMissing(String)
}
