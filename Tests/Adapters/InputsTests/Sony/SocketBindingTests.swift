import Glibc
import NIOCore
import NIOPosix
import SonyCamera
import Testing

@testable import Inputs

@Suite(.timeLimit(.minutes(1))) struct SocketBindingTests {
  @Test func anAddressLeadsToItsInterface() throws {
    let binding = try SocketBinding(interface: "127.0.0.1")
    #expect(binding.device == "lo")
    #expect(binding.localAddress == "127.0.0.1")
    #expect(try SocketBinding(interface: "lo", toward: "127.0.0.9") == binding)
  }

  @Test func withoutAnInterfaceNothingIsBound() throws {
    #expect(try SocketBinding(interface: nil) == .any)
    #expect(SocketBinding.any.device == nil)
    #expect(SocketBinding.any.localAddress == nil)
  }

  @Test(arguments: ["no such interface", "203.0.113.99", "", "a-name-that-is-too-long-for-linux"])
  func whatIsNotThereIsNotReplacedByAnyOther(interface: String) {
    #expect(throws: SocketBindingError.interfaceMissing(interface)) {
      try SocketBinding(interface: interface)
    }
  }

  @Test func theKernelKeepsTheSocketToTheDevice() async throws {
    let binding = try SocketBinding(interface: "lo")
    let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { binding.keepToDevice($0) }
      .bind(host: "127.0.0.1", port: 0).get()
    let socket = try #require(channel as? any SocketOptionProvider)
    let name: DeviceName = try await socket.unsafeGetSocketOption(
      level: .socket, name: NIOBSDSocket.Option(rawValue: SO_BINDTODEVICE)
    ).get()
    #expect(name.text == "lo")
    try await channel.close()
  }

  @Test func connectionsComeFromTheChosenAddress() async throws {
    try await ScriptedPeer.with([.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]) { peer in
      let connection = ConnectionHandle()
      let url = CameraURL(host: "127.0.0.5", port: peer.port, path: "/")
      // The peer listens on 127.0.0.1 only, so the host is there and refuses.
      await #expect(throws: (any Error).self) {
        try await CameraConnector.patient(interface: "lo").connect(
          to: url, within: .seconds(20), handle: connection
        ) { SilentHandler() }.get()
      }
      let channel = try await CameraConnector.patient(interface: "lo").connect(
        to: peer.url(), within: .seconds(20), handle: connection
      ) { SilentHandler() }.get()
      #expect(channel.localAddress?.ipAddress == "127.0.0.1")
      connection.close()
      await peer.wait { $0.mostConnections >= 1 && $0.openConnections == 0 }
    }
  }

  /// A name may have several addresses, which are tried side by side.
  @Test func aHandleClosesAllItsChannels() async throws {
    try await ScriptedPeer.with([]) { peer in
      let connection = ConnectionHandle()
      for _ in 0..<3 {
        _ = try await CameraConnector.patient().connect(
          to: peer.url(), within: .seconds(20), handle: connection
        ) { SilentHandler() }.get()
      }
      await peer.wait { $0.openConnections == 3 }
      connection.close()
      await peer.wait { $0.openConnections == 0 }
    }
  }

  @Test func aHandleThatWasClosedClosesWhatIsOpenedLater() async throws {
    try await ScriptedPeer.with([]) { peer in
      let connection = ConnectionHandle()
      connection.close()
      #expect(connection.isClosed)
      await #expect(throws: (any Error).self) {
        try await CameraConnector.patient().connect(
          to: peer.url(), within: .seconds(20), handle: connection
        ) { SilentHandler() }.get()
      }
      await peer.wait { $0.openConnections == 0 }
    }
  }
}

private final class SilentHandler: ChannelInboundHandler {
  typealias InboundIn = NIOAny
}

/// What the kernel answers for `SO_BINDTODEVICE`: a name and a zero.
private struct DeviceName {
  var first: UInt64 = 0
  var second: UInt64 = 0

  var text: String {
    withUnsafeBytes(of: self) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
