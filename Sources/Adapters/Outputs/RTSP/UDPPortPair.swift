import NIOCore
import NIOPosix
import RTP
import RTSP

/// Our two UDP sockets of one viewer, an even port for RTP and the next one for RTCP.
///
/// Packets go to the address the RTSP connection comes from and are taken from nowhere else.
struct UDPPortPair {
  private let rtp: DatagramSocket
  private let rtcp: any Channel
  let serverPorts: PortPair
  private let rtpTarget: SocketAddress
  private let rtcpTarget: SocketAddress

  /// Ports are drawn from here; below are well-known services, above what the kernel hands out
  /// last.
  private static let portRange: ClosedRange<UInt16> = 20_000...59_998
  private static let attempts = 16

  /// - Parameters:
  ///   - local: Our address in the RTSP connection, which the viewer knows to be ours.
  ///   - peer: The viewer's address in the RTSP connection.
  ///   - received: Called on the loop for each RTCP datagram of the viewer.
  static func open(
    on loop: any EventLoop, local: SocketAddress, peer: SocketAddress, clientPorts: PortPair,
    received: @escaping @Sendable (ByteBuffer) -> Void
  ) -> EventLoopFuture<UDPPortPair> {
    open(
      Opening(loop: loop, local: local, peer: peer, clientPorts: clientPorts, received: received),
      attemptsLeft: attempts)
  }

  private struct Opening: Sendable {
    var loop: any EventLoop
    var local: SocketAddress
    var peer: SocketAddress
    var clientPorts: PortPair
    var received: @Sendable (ByteBuffer) -> Void
  }

  private static func open(
    _ opening: Opening, attemptsLeft: Int
  ) -> EventLoopFuture<UDPPortPair> {
    let port = UInt16.random(in: portRange) & ~1
    return openOnce(opening, port: port).flatMapError { error in
      guard attemptsLeft > 1 else { return opening.loop.makeFailedFuture(error) }
      return open(opening, attemptsLeft: attemptsLeft - 1)
    }
  }

  private static func openOnce(_ opening: Opening, port: UInt16) -> EventLoopFuture<UDPPortPair> {
    let rtp = bind(opening, port: port, received: nil)
    return rtp.flatMap { rtpChannel in
      let rtcp = bind(opening, port: port + 1, received: opening.received)
      return rtcp.flatMapThrowing { rtcpChannel in
        try UDPPortPair(rtp: rtpChannel, rtcp: rtcpChannel, port: port, opening: opening)
      }.flatMapErrorThrowing { error in
        rtpChannel.close(promise: nil)
        throw error
      }
    }
  }

  private static func bind(
    _ opening: Opening, port: UInt16, received: (@Sendable (ByteBuffer) -> Void)?
  ) -> EventLoopFuture<any Channel> {
    var local = opening.local
    local.port = Int(port)
    let peer = RTSPAddress.host(of: opening.peer)
    return DatagramBootstrap(group: opening.loop)
      .channelOption(.socketOption(.so_sndbuf), value: 262_144)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let receiver = ViewerDatagrams(peer: peer, received: received)
          try channel.pipeline.syncOperations.addHandler(receiver)
        }
      }
      .bind(to: local)
  }

  private init(
    rtp: any Channel, rtcp: any Channel, port: UInt16, opening: Opening
  ) throws {
    self.rtp = DatagramSocket(rtp)
    self.rtcp = rtcp
    serverPorts = PortPair(rtp: port, rtcp: port + 1)
    var target = opening.peer
    target.port = Int(opening.clientPorts.rtp)
    rtpTarget = target
    target.port = Int(opening.clientPorts.rtcp)
    rtcpTarget = target
  }

  /// False while the kernel takes no more.
  var isWritable: Bool { rtp.channel.isWritable }

  /// Sends one picture's packets.
  func sendRTP(_ datagrams: RTPDatagrams) {
    rtp.send(datagrams, to: rtpTarget)
  }

  func sendRTCP(_ datagram: ByteBuffer) {
    rtcp.writeAndFlush(AddressedEnvelope(remoteAddress: rtcpTarget, data: datagram), promise: nil)
  }

  func close() {
    rtp.channel.close(promise: nil)
    rtcp.close(promise: nil)
  }
}

/// Takes datagrams of one address; others and hole-punching packets are dropped.
private final class ViewerDatagrams: ChannelInboundHandler {
  typealias InboundIn = AddressedEnvelope<ByteBuffer>

  private let peer: String
  private let received: (@Sendable (ByteBuffer) -> Void)?

  init(peer: String, received: (@Sendable (ByteBuffer) -> Void)?) {
    self.peer = peer
    self.received = received
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let envelope = unwrapInboundIn(data)
    guard let received, RTSPAddress.host(of: envelope.remoteAddress) == peer else { return }
    received(envelope.data)
  }

  /// The kernel reports refused datagrams here; the viewer may just not listen yet.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
