import NIOCore
import NIOPosix
import RTP

/// The UDP socket of one target.
///
/// Packets leave through an unconnected socket: a connected one is closed by NIO when the target
/// answers a packet with "port unreachable", and pushing before anybody listens is normal here.
/// A second socket on the same port is connected to the target and only listens: the kernel
/// gives it those refusals, so that they can be counted, and the target's RTCP.
final class RTPPushSocket: Sendable {
  /// What comes back from the network.
  enum Event: Sendable {
    /// A datagram from the target's address.
    case received(ByteBuffer)
    /// Nobody listens on the target's port.
    case refused
    /// One packet could not be sent.
    case sendFailed
  }

  /// Where RTP goes.
  let destination: SocketAddress
  /// Kept when the socket must be opened again.
  let localPort: Int
  private let sending: any Channel
  private let datagramSocket: DatagramSocket
  private let listening: (any Channel)?
  private let onEvent: @Sendable (Event) -> Void

  private init(
    destination: SocketAddress, localPort: Int, sending: any Channel,
    listening: (any Channel)?, onEvent: @escaping @Sendable (Event) -> Void
  ) {
    self.destination = destination
    self.localPort = localPort
    self.sending = sending
    datagramSocket = DatagramSocket(sending)
    self.listening = listening
    self.onEvent = onEvent
  }

  /// Opens both sockets on `sourcePort`, 0 for any free port.
  static func open(
    destination: SocketAddress, sourcePort: Int, options: RTPPushSocketOptions = .init(),
    onEvent: @escaping @Sendable (Event) -> Void
  ) async throws(RTPPushError) -> RTPPushSocket {
    do {
      let sending = try await bind(
        destination, port: sourcePort, options: options, onEvent: onEvent)
      let localPort = sending.localAddress?.port ?? sourcePort
      let listening = await listen(
        to: destination, besides: sending, port: localPort, options: options, onEvent: onEvent)
      return RTPPushSocket(
        destination: destination, localPort: localPort, sending: sending, listening: listening,
        onEvent: onEvent)
    } catch {
      throw .cannotOpenSocket(sourcePort: sourcePort, reason: "\(error)")
    }
  }

  /// The second socket. Refusals and RTCP are a convenience: without it packets flow just the
  /// same. A group refuses nobody, and its members answer from addresses of their own, which
  /// reach the first socket.
  private static func listen(
    to destination: SocketAddress, besides sending: any Channel, port: Int,
    options: RTPPushSocketOptions, onEvent: @escaping @Sendable (Event) -> Void
  ) async -> (any Channel)? {
    guard !destination.isMulticast else { return nil }
    // Both must allow sharing, but not before the first one is bound: it could get a port that
    // somebody else shares, and not for longer: somebody else could join.
    let sharing = ChannelOptions.socketOption(.so_reuseaddr)
    try? await sending.setOption(sharing, value: 1).get()
    let channel = try? await bind(
      destination, port: port, isShared: true, options: options, onEvent: onEvent)
    for open in [sending, channel] { try? await open?.setOption(sharing, value: 0).get() }
    try? await channel?.connect(to: destination).get()
    return channel
  }

  private static func bind(
    _ destination: SocketAddress, port: Int, isShared: Bool = false,
    options: RTPPushSocketOptions, onEvent: @escaping @Sendable (Event) -> Void
  ) async throws -> any Channel {
    let anyAddress = destination.protocol == .inet6 ? "::" : "0.0.0.0"
    return try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.socketOption(.so_reuseaddr), value: isShared ? 1 : 0)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            DatagramReceiver(peer: destination, onEvent: onEvent))
        }.flatMap { options.apply(to: channel, destination: destination) }
      }
      .bind(to: SocketAddress(ipAddress: options.sourceAddress ?? anyAddress, port: port)).get()
  }

  /// False once an error has closed the socket.
  var isOpen: Bool { sending.isActive }

  /// False while the kernel takes no more packets, on a link slower than the stream.
  var isWritable: Bool { sending.isWritable }

  /// Hands some of a picture's packets to the kernel, with one system call where it can cut them
  /// apart; errors come back as events.
  func send(_ datagrams: RTPDatagrams, _ range: Range<Int>) {
    let (socket, address, onEvent) = (datagramSocket, destination, onEvent)
    sending.eventLoop.execute {
      socket.send(datagrams, range, to: address) { _ in onEvent(.sendFailed) }
    }
  }

  /// Hands single packets to the kernel; errors come back as events.
  func send(_ packets: [ByteBuffer]) {
    send(packets, to: destination)
  }

  /// Sends one RTCP compound to the port above the RTP port.
  func sendReport(_ compound: ByteBuffer) {
    var address = destination
    address.port = (destination.port ?? 0) + 1
    send([compound], to: address)
  }

  private func send(_ packets: [ByteBuffer], to address: SocketAddress) {
    let (sending, onEvent) = (sending, onEvent)
    // One hop to the event loop and one system call.
    sending.eventLoop.execute {
      for packet in packets {
        sending.write(AddressedEnvelope(remoteAddress: address, data: packet))
          .whenFailure { _ in onEvent(.sendFailed) }
      }
      sending.flush()
    }
  }

  /// Waits until the kernel was given everything that was sent so far.
  func drain() async {
    try? await sending.eventLoop.submit {}.get()
  }

  /// Closes both sockets and waits until their port is free.
  func close() async {
    try? await sending.close().get()
    try? await listening?.close().get()
  }

  deinit {
    sending.close(promise: nil)
    listening?.close(promise: nil)
  }
}

/// Passes on what the target sends, and what the network says about the packets to it.
private final class DatagramReceiver: ChannelInboundHandler {
  typealias InboundIn = AddressedEnvelope<ByteBuffer>

  private let peer: SocketAddress
  private let onEvent: @Sendable (RTPPushSocket.Event) -> Void

  init(peer: SocketAddress, onEvent: @escaping @Sendable (RTPPushSocket.Event) -> Void) {
    self.peer = peer
    self.onEvent = onEvent
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let envelope = unwrapInboundIn(data)
    // RTCP may come from another port, but never from another machine. Members of a group are
    // known to nobody.
    guard peer.isMulticast || envelope.remoteAddress.ipAddress == peer.ipAddress else { return }
    onEvent(.received(envelope.data))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // The socket goes on or closes by itself; `isOpen` tells which.
    onEvent(.refused)
  }
}
