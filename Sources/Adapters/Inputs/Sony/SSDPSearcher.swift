import Glibc
import NIOCore
import NIOPosix
import SonyCamera

/// A discovery message and where it was heard.
struct SSDPSighting: Sendable {
  var message: SSDPMessage
  /// Name of the interface; nil if it came in on the group's socket, which serves all.
  var interface: String?
}

/// Searches for cameras on every interface, and hears their announcements.
///
/// One socket for each IPv4 address sends searches and receives the answers, which come to its own
/// port from any port of the camera. Another one joins the group to hear `NOTIFY`. Interfaces that
/// appear or vanish, as Wi-Fi does, are followed at each search. What cannot be opened is left out:
/// another program may hold the group's port, and an interface may have no multicast.
actor SSDPSearcher {
  /// Not in Swift's Glibc: without it a socket gets only what its own memberships bring.
  private static let multicastAll = NIOBSDSocket.Option(rawValue: 49)
  /// Searches stay in the camera's network and the next.
  private static let timeToLive: CInt = 2
  /// More is dropped; a camera says everything several times.
  private static let queueLimit = 64

  nonisolated let sightings: AsyncStream<SSDPSighting>
  private let continuation: AsyncStream<SSDPSighting>.Continuation
  private let wantedInterface: String?
  private let group: SocketAddress
  private var sockets: [NetworkInterface: any Channel] = [:]
  private var listener: (any Channel)?
  private var joined: Set<NetworkInterface> = []

  /// - Parameters:
  ///   - interface: Name or address of the only interface to use; nil for all.
  ///   - port: Of the group; another than 1900 only for tests.
  init(interface: String?, port: Int = SSDPMessage.groupPort) throws {
    (sightings, continuation) = AsyncStream.makeStream(
      bufferingPolicy: .bufferingNewest(Self.queueLimit))
    wantedInterface = interface
    group = try SocketAddress(ipAddress: SSDPMessage.groupAddress, port: port)
  }

  /// Sends one search on every interface there is now.
  func search() async {
    await followInterfaces()
    var datagram = ByteBuffer()
    SSDPMessage.search(SSDPSearch()).encode(into: &datagram)
    for channel in sockets.values {
      let envelope = AddressedEnvelope(remoteAddress: group, data: datagram)
      try? await channel.writeAndFlush(envelope).get()
    }
  }

  /// Closes all sockets; `sightings` ends.
  func close() async {
    continuation.finish()
    for channel in sockets.values { try? await channel.close().get() }
    try? await listener?.close().get()
    sockets = [:]
    listener = nil
    joined = []
  }

  private func followInterfaces() async {
    let present = Set(NetworkInterface.all(named: wantedInterface))
    for (interface, channel) in sockets where !present.contains(interface) {
      sockets[interface] = nil
      joined.remove(interface)
      try? await channel.close().get()
    }
    for interface in present where sockets[interface] == nil {
      sockets[interface] = try? await openSocket(on: interface)
    }
    if listener == nil { listener = try? await openListener() }
    for interface in present where !joined.contains(interface) {
      await join(interface)
    }
  }

  private func openSocket(on interface: NetworkInterface) async throws -> any Channel {
    let continuation = continuation
    let bindsToDevice = wantedInterface != nil
    return try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.ipOption(.ip_multicast_if), value: Int(interface.networkOrderAddress))
      .channelOption(.ipOption(.ip_multicast_ttl), value: Int(Self.timeToLive))
      .channelInitializer { channel in
        if bindsToDevice { Self.bind(channel, to: interface.name) }
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            SSDPReceiver(interface: interface.name, continuation: continuation))
        }
      }
      .bind(host: interface.address, port: 0).get()
  }

  private func openListener() async throws -> any Channel {
    let continuation = continuation
    // Bound to the group's address, it takes no unicast from other programs on this port.
    return try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.socketOption(.so_reuseaddr), value: 1)
      .channelOption(.socketOption(NIOBSDSocket.Option(rawValue: SO_REUSEPORT)), value: 1)
      .channelOption(.ipOption(Self.multicastAll), value: 0)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            SSDPReceiver(interface: nil, continuation: continuation))
        }
      }
      .bind(to: group).get()
  }

  /// Hears the group on this interface. Through the socket option, because NIO's own method leaves
  /// out the loopback interface, which does not say that it can multicast, but can.
  private func join(_ interface: NetworkInterface) async {
    guard let socket = listener as? any SocketOptionProvider else { return }
    let membership = MulticastMembership(
      group: inet_addr(SSDPMessage.groupAddress), interface: inet_addr(interface.address))
    do {
      try await socket.unsafeSetSocketOption(
        level: .ip, name: NIOBSDSocket.Option(rawValue: IP_ADD_MEMBERSHIP), value: membership
      ).get()
      joined.insert(interface)
    } catch {
      // No multicast there; the next search tries again.
    }
  }

  /// Keeps the socket to one interface even where routes say otherwise. Kernels before 5.7 allow
  /// that only to root; without it the multicast option alone has to do.
  private static func bind(_ channel: any Channel, to name: String) {
    guard let socket = channel as? any SocketOptionProvider, name.utf8.count < Int(IFNAMSIZ) else {
      return
    }
    var request = ifreq()
    withUnsafeMutableBytes(of: &request) { $0.copyBytes(from: name.utf8) }
    _ = socket.unsafeSetSocketOption(
      level: .socket, name: NIOBSDSocket.Option(rawValue: SO_BINDTODEVICE), value: request)
  }
}

/// The kernel's `ip_mreq`: two addresses in network byte order.
private struct MulticastMembership {
  var group: in_addr_t
  var interface: in_addr_t
}

/// Reads datagrams; what is no SSDP is dropped.
private final class SSDPReceiver: ChannelInboundHandler {
  typealias InboundIn = AddressedEnvelope<ByteBuffer>

  private let interface: String?
  private let continuation: AsyncStream<SSDPSighting>.Continuation

  init(interface: String?, continuation: AsyncStream<SSDPSighting>.Continuation) {
    self.interface = interface
    self.continuation = continuation
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard let message = try? SSDPMessage(parsing: unwrapInboundIn(data).data) else { return }
    if case .search = message { return }
    continuation.yield(SSDPSighting(message: message, interface: interface))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // An ICMP error of an earlier search; the socket goes on.
  }
}
