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
  ///   - allowsSegmentation: False sends every datagram by itself.
  ///   - received: Called on the loop for each RTCP datagram of the viewer.
  ///   - becameWritable: Called on the loop when the kernel takes RTP again after it did not,
  ///     perhaps from within `sendRTP(_:)`.
  static func open(
    on loop: any EventLoop, local: SocketAddress, peer: SocketAddress, clientPorts: PortPair,
    allowsSegmentation: Bool = System.supportsUDPSegmentationOffload,
    received: @escaping @Sendable (ByteBuffer) -> Void,
    becameWritable: @escaping @Sendable () -> Void
  ) -> EventLoopFuture<UDPPortPair> {
    open(
      Opening(
        loop: loop, local: local, peer: peer, clientPorts: clientPorts,
        allowsSegmentation: allowsSegmentation, received: received, becameWritable: becameWritable),
      attemptsLeft: attempts)
  }

  private struct Opening: Sendable {
    var loop: any EventLoop
    var local: SocketAddress
    var peer: SocketAddress
    var clientPorts: PortPair
    var allowsSegmentation: Bool
    var received: @Sendable (ByteBuffer) -> Void
    var becameWritable: @Sendable () -> Void
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
    let rtp = bind(opening, port: port, becameWritable: opening.becameWritable)
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
    _ opening: Opening, port: UInt16, received: (@Sendable (ByteBuffer) -> Void)? = nil,
    becameWritable: (@Sendable () -> Void)? = nil
  ) -> EventLoopFuture<any Channel> {
    var local = opening.local
    local.port = Int(port)
    let peer = RTSPAddress.host(of: opening.peer)
    return DatagramBootstrap(group: opening.loop)
      .channelOption(.socketOption(.so_sndbuf), value: 262_144)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let receiver = ViewerDatagrams(
            peer: peer, received: received, becameWritable: becameWritable)
          try channel.pipeline.syncOperations.addHandler(receiver)
        }
      }
      .bind(to: local)
  }

  private init(
    rtp: any Channel, rtcp: any Channel, port: UInt16, opening: Opening
  ) throws {
    self.rtp = DatagramSocket(rtp, allowsSegmentation: opening.allowsSegmentation)
    self.rtcp = rtcp
    serverPorts = PortPair(rtp: port, rtcp: port + 1)
    var target = opening.peer
    target.port = Int(opening.clientPorts.rtp)
    rtpTarget = target
    target.port = Int(opening.clientPorts.rtcp)
    rtcpTarget = target
  }

  /// False once one of them is closed, as by an error when the network goes.
  var isOpen: Bool { rtp.channel.isActive && rtcp.isActive }

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
  private let becameWritable: (@Sendable () -> Void)?

  init(
    peer: String, received: (@Sendable (ByteBuffer) -> Void)?,
    becameWritable: (@Sendable () -> Void)?
  ) {
    self.peer = peer
    self.received = received
    self.becameWritable = becameWritable
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let envelope = unwrapInboundIn(data)
    guard let received, RTSPAddress.host(of: envelope.remoteAddress) == peer else { return }
    received(envelope.data)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { becameWritable?() }
    context.fireChannelWritabilityChanged()
  }

  /// The kernel reports refused datagrams here; the viewer may just not listen yet.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
