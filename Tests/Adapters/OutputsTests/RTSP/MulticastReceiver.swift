import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Outputs

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What reaches members of a multicast group on this machine.
final class MulticastReceiver: Sendable {
  struct Datagram: Sendable {
    var bytes: ByteBuffer
    var source: SocketAddress
  }

  let channel: any Channel
  private let datagrams: AsyncStream<Datagram>

  /// Joins `group` on `interface`.
  init(group: String, port: Int, on interface: String) async throws {
    let (stream, continuation) = AsyncStream.makeStream(of: Datagram.self)
    datagrams = stream
    let everywhere = group.contains(":") ? "::" : "0.0.0.0"
    channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.socketOption(.so_reuseaddr), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Collector(continuation))
        }
      }
      .bind(host: everywhere, port: port).get()
    let membership = MulticastMembership(
      group: try SocketAddress(ipAddress: group, port: port), interface: if_nametoindex(interface))
    try await membership.join(channel).get()
    try await membership.prepare(channel, timeToLive: 1).get()
  }

  /// The next `count` datagrams; waits for them.
  func next(_ count: Int) async throws -> [Datagram] {
    var result: [Datagram] = []
    for await datagram in datagrams {
      result.append(datagram)
      if result.count == count { break }
    }
    try #require(result.count == count)
    return result
  }

  func send(_ bytes: ByteBuffer, to address: SocketAddress) {
    channel.writeAndFlush(AddressedEnvelope(remoteAddress: address, data: bytes), promise: nil)
  }

  func close() async throws { try await channel.close() }

  private final class Collector: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    private let continuation: AsyncStream<Datagram>.Continuation

    init(_ continuation: AsyncStream<Datagram>.Continuation) {
      self.continuation = continuation
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let envelope = unwrapInboundIn(data)
      continuation.yield(Datagram(bytes: envelope.data, source: envelope.remoteAddress))
    }

    func channelInactive(context: ChannelHandlerContext) { continuation.finish() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
  }
}
