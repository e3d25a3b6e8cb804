import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Outputs

@Suite(.timeLimit(.minutes(2))) struct RTPPushSocketTests {
  @Test func reopenedSocketSendsFromTheSamePort() async throws {
    let receiver = try await UDPReceiver()
    let destination = try SocketAddress(ipAddress: "127.0.0.1", port: receiver.port)
    var port = 0
    for _ in 0..<3 {
      let socket = try await RTPPushSocket.open(
        destination: destination, sourcePort: port
      ) { _ in }
      #expect(port == 0 || socket.localPort == port)
      port = socket.localPort
      socket.send([ByteBuffer(string: "a"), ByteBuffer(string: "b")])
      let received = try await receiver.next(2)
      #expect(received.map { String(buffer: $0.bytes) } == ["a", "b"])
      #expect(received.allSatisfy { $0.source.port == port })
      await socket.close()
      #expect(!socket.isOpen)
    }
  }

  @Test func onlyTheTargetsMachineIsHeard() async throws {
    let receiver = try await UDPReceiver()
    let destination = try SocketAddress(ipAddress: "127.0.0.2", port: receiver.port)
    let heard = Mutex<[String]>([])
    let socket = try await RTPPushSocket.open(destination: destination, sourcePort: 0) { event in
      if case .received(let bytes) = event { heard.withLock { $0.append(String(buffer: bytes)) } }
    }
    let address = try SocketAddress(ipAddress: "127.0.0.1", port: socket.localPort)
    receiver.send(ByteBuffer(string: "from 127.0.0.1"), to: address)
    // The target is 127.0.0.2, whose datagram comes later and is the only one heard.
    let stranger = try await UDPReceiver(host: "127.0.0.2")
    let socketAddress = try SocketAddress(ipAddress: "127.0.0.2", port: socket.localPort)
    stranger.send(ByteBuffer(string: "from 127.0.0.2"), to: socketAddress)
    await eventually { heard.withLock { !$0.isEmpty } }
    #expect(heard.withLock { $0 } == ["from 127.0.0.2"])
    await socket.close()
  }

  @Test func datagramThatIsTooLargeFailsAlone() async throws {
    let receiver = try await UDPReceiver()
    let failures = Mutex(0)
    let socket = try await RTPPushSocket.open(
      destination: SocketAddress(ipAddress: "127.0.0.1", port: receiver.port), sourcePort: 0
    ) { event in
      if case .sendFailed = event { failures.withLock { $0 += 1 } }
    }
    socket.send([ByteBuffer(repeating: 0, count: 70_000), ByteBuffer(string: "small")])
    #expect(try await receiver.next(1).map { String(buffer: $0.bytes) } == ["small"])
    await eventually { failures.withLock { $0 } == 1 }
    #expect(socket.isOpen)
    await socket.close()
  }

  /// Neither a port that others share, nor one that others can share later.
  @Test func nobodySharesThePort() async throws {
    let receiver = try await UDPReceiver()
    let destination = try SocketAddress(ipAddress: "127.0.0.1", port: receiver.port)
    let socket = try await RTPPushSocket.open(destination: destination, sourcePort: 0) { _ in }
    let sharing = DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.socketOption(.so_reuseaddr), value: 1)
    await #expect(throws: (any Error).self) {
      try await sharing.bind(host: "0.0.0.0", port: socket.localPort).get()
    }
    await socket.close()
    let shared = try await sharing.bind(host: "0.0.0.0", port: 0).get()
    let port = try #require(shared.localAddress?.port)
    await #expect(throws: RTPPushError.self) {
      _ = try await RTPPushSocket.open(destination: destination, sourcePort: port) { _ in }
    }
    try await shared.close()
  }

  @Test func takenPortIsNamed() async throws {
    let receiver = try await UDPReceiver()
    let error = await #expect(throws: RTPPushError.self) {
      _ = try await RTPPushSocket.open(
        destination: SocketAddress(ipAddress: "127.0.0.1", port: 9), sourcePort: receiver.port
      ) { _ in }
    }
    #expect("\(try #require(error))".contains("\(receiver.port)"))
  }
}
