import Glibc
import NIOCore
import NIOPosix

/// Tells when something about the machine's network changes: a link comes or goes, an address or
/// a route is added or removed.
///
/// What has changed is not told; whoever listens looks at `NetworkInterface` again. A stream
/// starts with one element, so that the first look comes by itself, and merges changes nobody has
/// looked at yet.
///
/// Source: rtnetlink(7).
enum LinkChanges {
  /// Between two elements if the kernel does not tell, which some sandboxes forbid.
  private static let pollingInterval = TimeAmount.milliseconds(500)

  /// Until nobody listens any more.
  static func stream() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    continuation.yield()
    let connection = ConnectionHandle()
    continuation.onTermination = { _ in connection.close() }
    let group = MultiThreadedEventLoopGroup.singleton
    guard let descriptor = openSocket() else {
      poll(continuation, on: group.next())
      return stream
    }
    NIOPipeBootstrap(group: group)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(LinkChangeHandler(continuation))
        }
      }
      .takingOwnershipOfDescriptor(input: descriptor)
      .whenComplete { result in
        switch result {
        case .success(let channel):
          do { try connection.opened(channel) } catch { return channel.close(promise: nil) }
          // The kernel closes it on whoever is too slow; then asking is as good.
          channel.closeFuture.whenComplete { _ in poll(continuation, on: channel.eventLoop) }
        case .failure:
          Glibc.close(descriptor)
          poll(continuation, on: group.next())
        }
      }
    return stream
  }

  private static func poll(_ changes: AsyncStream<Void>.Continuation, on loop: any EventLoop) {
    if case .terminated = changes.yield() { return }
    loop.scheduleTask(in: pollingInterval) { poll(changes, on: loop) }
  }

  /// A netlink socket that hears of links, IPv4 addresses and IPv4 routes; nil if there is none.
  private static func openSocket() -> CInt? {
    let descriptor = socket(
      AF_NETLINK, CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue),
      NetlinkAddress.routeProtocol)
    guard descriptor >= 0 else { return nil }
    var address = NetlinkAddress()
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<NetlinkAddress>.size))
      }
    }
    guard result == 0 else {
      Glibc.close(descriptor)
      return nil
    }
    return descriptor
  }
}

extension NetworkInterface {
  /// Returns as soon as the interface with this name or address runs and has an address.
  ///
  /// - Parameter onObstacle: Told what is still missing, each time that is something else.
  /// - Throws: `CancellationError`.
  static func waitUntilRunning(
    named wanted: String, onObstacle: (String) -> Void = { _ in }
  ) async throws {
    var last: String?
    for await _ in LinkChanges.stream() {
      guard let obstacle = obstacle(named: wanted) else { return }
      if obstacle != last { onObstacle(obstacle) }
      last = obstacle
    }
    throw CancellationError()
  }
}

/// The kernel's `sockaddr_nl`.
private struct NetlinkAddress {
  /// `NETLINK_ROUTE`.
  static let routeProtocol: CInt = 0

  var family = sa_family_t(AF_NETLINK)
  var padding: UInt16 = 0
  /// The kernel gives a number.
  var port: UInt32 = 0
  /// `RTMGRP_LINK`, `RTMGRP_IPV4_IFADDR`, `RTMGRP_IPV4_ROUTE`.
  var groups: UInt32 = 0x1 | 0x10 | 0x40
}

/// Every message is a change; its content does not matter.
private final class LinkChangeHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let changes: AsyncStream<Void>.Continuation

  init(_ changes: AsyncStream<Void>.Continuation) {
    self.changes = changes
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    changes.yield()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
