import NIOCore
import NIOPosix
import RTP

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Our two sockets for a multicast group: one sends RTP, the other one sends and hears RTCP.
struct MulticastSockets: Sendable {
  /// Why there are none.
  enum Failure: Error, CustomStringConvertible {
    case noInterface(String)

    var description: String {
      switch self {
      case .noInterface(let name): "there is no network interface \(name)"
      }
    }
  }

  private let rtp: DatagramSocket
  private let rtcp: any Channel
  private let rtpTarget: SocketAddress
  private let rtcpTarget: SocketAddress

  /// - Parameters:
  ///   - target: Address of the group and port of RTP; RTCP has the next one.
  ///   - interface: Where packets leave and reports come in; nil: by the routes.
  ///   - received: Called on the loop for each datagram on the RTCP port, whether it was sent to
  ///     the group or to us, with the address it comes from.
  static func open(
    on loop: any EventLoop, target: SocketAddress, timeToLive: UInt8, interface: String?,
    received: @escaping @Sendable (ByteBuffer, _ host: String) -> Void
  ) -> EventLoopFuture<MulticastSockets> {
    var index: CUnsignedInt = 0
    if let interface {
      index = if_nametoindex(interface)
      guard index != 0 else { return loop.makeFailedFuture(Failure.noInterface(interface)) }
    }
    let isIPv6 = target.protocol == .inet6
    let membership = MulticastMembership(group: target, interface: index)
    let targets = (rtp: target, rtcp: above(target))
    let everywhere = isIPv6 ? "::" : "0.0.0.0"
    let rtp = bootstrap(on: loop, received: nil).bind(host: everywhere, port: 0)
    return rtp.flatMap { rtp in
      let rtcp = bootstrap(on: loop, received: received)
        // Viewers on this machine listen on the same port.
        .channelOption(.socketOption(.so_reuseaddr), value: 1)
        .bind(host: everywhere, port: targets.rtcp.port ?? 0)
      return rtcp.flatMap { rtcp in
        let prepared = [rtp, rtcp].map { channel in
          membership.prepare(channel, timeToLive: timeToLive)
        }
        return EventLoopFuture.andAllSucceed(prepared + [membership.join(rtcp)], on: loop)
          .map { MulticastSockets(rtp: rtp, rtcp: rtcp, targets: targets) }
          .flatMapErrorThrowing { error in
            rtcp.close(promise: nil)
            throw error
          }
      }.flatMapErrorThrowing { error in
        rtp.close(promise: nil)
        throw error
      }
    }
  }

  private static func above(_ address: SocketAddress) -> SocketAddress {
    var next = address
    next.port = (address.port ?? 0) + 1
    return next
  }

  private static func bootstrap(
    on loop: any EventLoop, received: (@Sendable (ByteBuffer, String) -> Void)?
  ) -> DatagramBootstrap {
    DatagramBootstrap(group: loop)
      .channelOption(.socketOption(.so_sndbuf), value: 262_144)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(GroupDatagrams(received: received))
        }
      }
  }

  private init(
    rtp: any Channel, rtcp: any Channel, targets: (rtp: SocketAddress, rtcp: SocketAddress)
  ) {
    self.rtp = DatagramSocket(rtp)
    self.rtcp = rtcp
    rtpTarget = targets.rtp
    rtcpTarget = targets.rtcp
  }

  /// False once an error has closed one of them, as when the network goes.
  var areOpen: Bool { rtp.channel.isActive && rtcp.isActive }

  /// False while the kernel takes no more.
  var areWritable: Bool { rtp.channel.isWritable }

  func sendRTP(_ datagrams: RTPDatagrams) {
    rtp.send(datagrams, to: rtpTarget)
  }

  func sendRTCP(_ compound: ByteBuffer) {
    rtcp.writeAndFlush(AddressedEnvelope(remoteAddress: rtcpTarget, data: compound), promise: nil)
  }

  func close() {
    rtp.channel.close(promise: nil)
    rtcp.close(promise: nil)
  }
}

/// Socket options of one group on one interface, in the kernel's own structures.
///
/// NIO's call for joining refuses devices that say of themselves that they have no multicast, as
/// loopback does, where it works all the same.
struct MulticastMembership: Sendable {
  /// `ip_mreqn`.
  private struct IPv4: Sendable {
    var group: UInt32
    var address: UInt32 = 0
    var interface: CInt
  }

  /// `ipv6_mreq`.
  private struct IPv6: Sendable {
    /// Network order, as inet_pton writes it.
    var group: (UInt64, UInt64)
    var interface: CUnsignedInt
  }

  private enum Family: Sendable {
    case ipv4(IPv4)
    case ipv6(IPv6)
  }

  private let family: Family?
  private let interface: CUnsignedInt

  /// Not in Swift's Glibc: with 0 a socket gets only what its own memberships bring, and not that
  /// of every other program on the machine.
  private static let multicastAll = NIOBSDSocket.Option(rawValue: 49)
  /// The same of IPv6, `IPV6_MULTICAST_ALL`; Linux 4.20 and later.
  private static let multicastAllIPv6 = NIOBSDSocket.Option(rawValue: 29)

  init(group: SocketAddress, interface: CUnsignedInt) {
    self.interface = interface
    let text = group.ipAddress ?? ""
    var ipv4: UInt32 = 0
    var ipv6: (UInt64, UInt64) = (0, 0)
    if inet_pton(AF_INET, text, &ipv4) == 1 {
      family = .ipv4(IPv4(group: ipv4, interface: CInt(bitPattern: interface)))
    } else if inet_pton(AF_INET6, text, &ipv6) == 1 {
      family = .ipv6(IPv6(group: ipv6, interface: interface))
    } else {
      family = nil
    }
  }

  /// How far and where packets go that `channel` sends.
  func prepare(_ channel: any Channel, timeToLive: UInt8) -> EventLoopFuture<Void> {
    guard let socket = channel as? any SocketOptionProvider, let family else {
      return channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }
    var results: [EventLoopFuture<Void>] = []
    switch family {
    case .ipv4(let membership):
      results.append(
        socket.unsafeSetSocketOption(level: .ip, name: .ip_multicast_ttl, value: CInt(timeToLive)))
      results.append(
        socket.unsafeSetSocketOption(level: .ip, name: Self.multicastAll, value: 0 as CInt))
      if interface != 0 {
        var device = membership
        device.group = 0
        results.append(
          socket.unsafeSetSocketOption(level: .ip, name: .ip_multicast_if, value: device))
      }
    case .ipv6:
      results.append(socket.setIPv6MulticastHops(CInt(timeToLive)))
      // An older kernel hands over foreign groups' packets: reports of strangers are dropped.
      results.append(
        socket.unsafeSetSocketOption(level: .ipv6, name: Self.multicastAllIPv6, value: 0 as CInt)
          .recover { _ in })
      if interface != 0 { results.append(socket.setIPv6MulticastIF(interface)) }
    }
    return .andAllSucceed(results, on: channel.eventLoop)
  }

  /// `channel` hears what is sent to the group.
  func join(_ channel: any Channel) -> EventLoopFuture<Void> {
    guard let socket = channel as? any SocketOptionProvider, let family else {
      return channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }
    switch family {
    case .ipv4(let membership):
      return socket.unsafeSetSocketOption(
        level: .ip, name: .ip_add_membership, value: membership)
    case .ipv6(let membership):
      return socket.unsafeSetSocketOption(
        level: .ipv6, name: .ipv6_join_group, value: membership)
    }
  }
}

/// Passes on what comes; without a receiver it is dropped.
private final class GroupDatagrams: ChannelInboundHandler {
  typealias InboundIn = AddressedEnvelope<ByteBuffer>

  private let received: (@Sendable (ByteBuffer, String) -> Void)?

  init(received: (@Sendable (ByteBuffer, String) -> Void)?) {
    self.received = received
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let envelope = unwrapInboundIn(data)
    received?(envelope.data, RTSPAddress.host(of: envelope.remoteAddress))
  }

  /// The kernel's complaints about single datagrams; if the socket is closed, that shows.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
