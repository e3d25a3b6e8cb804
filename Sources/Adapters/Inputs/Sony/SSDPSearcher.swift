import Glibc
import NIOCore
import NIOPosix
import SonyCamera

/// A discovery message and where it was heard.
struct SSDPSighting: Sendable {
  var message: SSDPMessage
  /// Name of the interface.
  var interface: String
}

/// Searches for cameras on every interface, and hears their announcements.
///
/// Each IPv4 address has two sockets: one sends searches and receives the answers, which come to
/// its own port from any port of the camera; the other one joins the group to hear `NOTIFY`.
/// Interfaces that appear or vanish, as Wi-Fi does, are followed at each search. What cannot be
/// opened is left out: another program may hold the group's port, and an interface may have no
/// multicast.
actor SSDPSearcher {
  /// Not in Swift's Glibc: without it a socket hears what other programs have joined.
  private static let multicastAll = NIOBSDSocket.Option(rawValue: 49)
  /// Searches stay in the camera's network and the next.
  private static let timeToLive: CInt = 2
  /// More is dropped; a camera says everything several times.
  private static let queueLimit = 64

  private struct Sockets {
    var search: (any Channel)?
    var listener: (any Channel)?
  }

  nonisolated let sightings: AsyncStream<SSDPSighting>
  private let continuation: AsyncStream<SSDPSighting>.Continuation
  private let wantedInterface: String?
  private let group: SocketAddress
  private var sockets: [NetworkInterface: Sockets] = [:]
  private var isClosed = false

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
    for open in sockets.values {
      // Full buffers mean that nothing leaves this interface now; the next search is as good. For
      // the same reason nobody waits here: that would last until the network is back.
      guard let channel = open.search, channel.isWritable else { continue }
      channel.writeAndFlush(AddressedEnvelope(remoteAddress: group, data: datagram))
        .whenFailure { _ in
          // The network went away under it; the next search opens another one.
          channel.close(promise: nil)
        }
    }
  }

  /// Closes all sockets; `sightings` ends.
  func close() async {
    isClosed = true
    continuation.finish()
    let open = sockets.values
    sockets = [:]
    for sockets in open { await close(sockets) }
  }

  private func followInterfaces() async {
    let present = Set(NetworkInterface.running(named: wantedInterface))
    for (interface, open) in sockets where !present.contains(interface) {
      sockets[interface] = nil
      await close(open)
    }
    for interface in present {
      if sockets[interface]?.search?.isActive != true {
        keep(try? await openSearch(on: interface), \.search, for: interface)
      }
      if sockets[interface]?.listener?.isActive != true {
        keep(try? await openListener(on: interface), \.listener, for: interface)
      }
    }
  }

  /// Takes note of a new socket, or closes it if two searches at a time have opened the same one.
  private func keep(
    _ channel: (any Channel)?, _ role: WritableKeyPath<Sockets, (any Channel)?>,
    for interface: NetworkInterface
  ) {
    guard let channel else { return }
    if isClosed || sockets[interface]?[keyPath: role]?.isActive == true {
      channel.close(promise: nil)
    } else {
      sockets[interface, default: Sockets()][keyPath: role] = channel
    }
  }

  private func close(_ sockets: Sockets) async {
    try? await sockets.search?.close()
    try? await sockets.listener?.close()
  }

  // MARK: Sockets

  private func openSearch(on interface: NetworkInterface) async throws -> any Channel {
    let (binding, receiver) = (binding(to: interface), receiver(on: interface))
    return try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.ipOption(.ip_multicast_ttl), value: Int(Self.timeToLive))
      .channelInitializer { channel in
        binding.keepToDevice(channel)
          .flatMap { Self.set(IP_MULTICAST_IF, GroupMembership(on: interface), channel) }
          .flatMapThrowing { try channel.pipeline.syncOperations.addHandler(receiver()) }
      }
      .bind(host: interface.address, port: 0).get()
  }

  private func openListener(on interface: NetworkInterface) async throws -> any Channel {
    let (binding, receiver) = (binding(to: interface), receiver(on: interface))
    var membership = GroupMembership(on: interface)
    membership.group = inet_addr(SSDPMessage.groupAddress)
    let joined = membership
    // Bound to the group's address, it takes no unicast from other programs on this port.
    return try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.socketOption(.so_reuseaddr), value: 1)
      .channelOption(.socketOption(NIOBSDSocket.Option(rawValue: SO_REUSEPORT)), value: 1)
      .channelOption(.ipOption(Self.multicastAll), value: 0)
      .channelInitializer { channel in
        binding.keepToDevice(channel)
          // Through the socket option, because NIO's own method leaves out the loopback interface,
          // which does not say that it can multicast, but can.
          .flatMap { Self.set(IP_ADD_MEMBERSHIP, joined, channel) }
          .flatMapThrowing { try channel.pipeline.syncOperations.addHandler(receiver()) }
      }
      .bind(to: group).get()
  }

  /// Only if the operator named the interface: otherwise a camera on this very machine is to be
  /// found, too, and its answers to any address come in by the loopback interface.
  private func binding(to interface: NetworkInterface) -> SocketBinding {
    guard wantedInterface != nil else { return .any }
    return SocketBinding(interface)
  }

  private func receiver(
    on interface: NetworkInterface
  ) -> @Sendable () -> SSDPReceiver {
    let continuation = continuation
    return { SSDPReceiver(interface: interface.name, continuation: continuation) }
  }

  private static func set(
    _ option: CInt, _ value: GroupMembership, _ channel: any Channel
  ) -> EventLoopFuture<Void> {
    guard let socket = channel as? any SocketOptionProvider else {
      return channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }
    return socket.unsafeSetSocketOption(
      level: .ip, name: NIOBSDSocket.Option(rawValue: option), value: value)
  }
}

/// The kernel's `ip_mreqn`: group and address in network byte order, and the device, which decides
/// where two have networks of the same addresses.
private struct GroupMembership {
  var group: UInt32 = 0
  var address: UInt32
  var index: CInt

  init(on interface: NetworkInterface) {
    address = interface.networkOrderAddress
    index = interface.index
  }
}

/// Reads datagrams; what is no SSDP is dropped.
private final class SSDPReceiver: ChannelInboundHandler {
  typealias InboundIn = AddressedEnvelope<ByteBuffer>

  private let interface: String
  private let continuation: AsyncStream<SSDPSighting>.Continuation

  init(interface: String, continuation: AsyncStream<SSDPSighting>.Continuation) {
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
