import NIOCore
import NIOPosix
import RTSP
import Testing

@testable import Outputs
@testable import RTP

@Suite(.timeLimit(.minutes(1))) struct UDPPortPairTests {
  @Test func anErrorThatClosesASocketShows() async throws {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    // From loopback nothing leaves the machine.
    let pair = try await UDPPortPair.open(
      on: loop, local: try SocketAddress(ipAddress: "127.0.0.1", port: 0),
      peer: try SocketAddress(ipAddress: "192.0.2.1", port: 0),
      clientPorts: PortPair(rtp: 5000, rtcp: 5001),
      received: { _ in }, becameWritable: {}
    ).get()
    #expect(pair.isOpen)
    pair.sendRTCP(ByteBuffer(string: "report"))
    await eventually { !pair.isOpen }
    pair.close()
  }

  @Test func saysWhenItTakesMore() async throws {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let receiver = try await UDPReceiver()
    let (calls, continuation) = AsyncStream.makeStream(of: Void.self)
    let pair = try await UDPPortPair.open(
      on: loop, local: try SocketAddress(ipAddress: "127.0.0.1", port: 0),
      peer: try SocketAddress(ipAddress: "127.0.0.1", port: 0),
      clientPorts: PortPair(rtp: UInt16(receiver.port), rtcp: 5001), allowsSegmentation: false,
      received: { _ in }, becameWritable: { continuation.yield() }
    ).get()
    // More than a channel lets wait; it is sent all the same.
    let ends = (1...100).map { $0 * 1000 }
    let bytes = ByteBuffer(repeating: 1, count: 100_000)
    try await loop.submit {
      pair.sendRTP(RTPDatagrams(bytes: bytes, ends: ends))
    }.get()
    var iterator = calls.makeAsyncIterator()
    #expect(await iterator.next() != nil)
    let isWritable = try await loop.submit { pair.isWritable }.get()
    #expect(isWritable)
    pair.close()
  }
}
