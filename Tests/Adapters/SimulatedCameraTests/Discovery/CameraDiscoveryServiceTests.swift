import NIOCore
import NIOPosix
import Testing

@testable import SimulatedCamera

/// Sends searches from loopback and collects what is said to it, or to the group.
private final class SSDPClient {
  struct Message {
    let text: String
    let sender: SocketAddress

    func header(_ name: String) -> String? {
      let line = text.split(separator: "\r\n").first { $0.hasPrefix(name + ": ") }
      return line.map { String($0.dropFirst(name.count + 2)) }
    }
  }

  private final class Collector: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    let messages: AsyncStream<Message>.Continuation

    init(_ messages: AsyncStream<Message>.Continuation) { self.messages = messages }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let envelope = unwrapInboundIn(data)
      messages.yield(Message(text: String(buffer: envelope.data), sender: envelope.remoteAddress))
    }
  }

  /// 127.0.0.1 in network order.
  private static let loopback: UInt32 = 0x0100_007F

  let channel: any Channel
  private var messages: AsyncStream<Message>.Iterator

  private init(channel: any Channel, messages: AsyncStream<Message>.Iterator) {
    self.channel = channel
    self.messages = messages
  }

  /// - Parameter port: 0 to search; the group's port to listen to announcements.
  static func open(port: Int = 0) async throws -> SSDPClient {
    let (stream, continuation) = AsyncStream.makeStream(of: Message.self)
    let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.socketOption(.so_reuseaddr), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Collector(continuation))
        }
      }
      .bind(host: "0.0.0.0", port: port).get()
    let options = channel as? any SocketOptionProvider
    // Searches leave through loopback.
    try await options?.unsafeSetSocketOption(
      level: .ip, name: .ip_multicast_if, value: Self.loopback
    ).get()
    if port != 0 {
      // The kernel's `ip_mreq`: 239.255.255.250 on 127.0.0.1.
      let membership: (UInt32, UInt32) = (0xFAFF_FFEF, Self.loopback)
      try await options?.unsafeSetSocketOption(
        level: .ip, name: .ip_add_membership, value: membership
      ).get()
    }
    return SSDPClient(channel: channel, messages: stream.makeAsyncIterator())
  }

  func search(_ target: String, port: Int) throws {
    let text =
      "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\n"
      + "ST: \(target)\r\n\r\n"
    let group = try SocketAddress(ipAddress: SSDPIdentity.group, port: port)
    let envelope = AddressedEnvelope(remoteAddress: group, data: ByteBuffer(string: text))
    channel.writeAndFlush(envelope, promise: nil)
  }

  /// The next messages that are about the device with this address.
  func messages(_ count: Int, about hardwareAddress: String) async -> [Message] {
    var found: [Message] = []
    while found.count < count, let message = await messages.next() {
      if message.header("USN")?.contains(hardwareAddress) == true { found.append(message) }
    }
    return found
  }

  func close() async {
    try? await channel.close().get()
  }
}

extension SocketTests {
  struct CameraDiscoveryServiceTests {
    /// Other tests of this process may run cameras too.
    private static let hardwareAddress = "8E45DDDD0001"
    private static let service = "urn:schemas-sony-com:service:ScalarWebAPI:1"

    private func discoverable(
      _ change: (inout SimulatedCameraConfiguration) -> Void = { _ in }
    ) -> SimulatedCameraConfiguration {
      testConfiguration {
        $0.answersDiscovery = true
        $0.hardwareAddress = Self.hardwareAddress
        change(&$0)
      }
    }

    @Test func searchOnLoopbackIsAnsweredTwiceFromAPortOfItsOwn() async throws {
      try await withCamera(discoverable()) { camera, endpoints in
        let client = try await SSDPClient.open()
        try client.search(Self.service, port: 1900)
        let answers = await client.messages(2, about: Self.hardwareAddress)
        for answer in answers {
          #expect(answer.text.hasPrefix("HTTP/1.1 200 OK\r\n"))
          #expect(answer.header("LOCATION") == endpoints.descriptionURL)
          #expect(answer.header("ST") == Self.service)
          #expect(answer.sender.ipAddress == "127.0.0.1")
          #expect(![1900, endpoints.descriptionPort].contains(answer.sender.port))
        }
        #expect(await camera.status.counters.searchesAnswered == 1)
        await client.close()
      }
    }

    @Test func searchForAllIsAnsweredForEverything() async throws {
      try await withCamera(discoverable()) { _, _ in
        let client = try await SSDPClient.open()
        try client.search("ssdp:all", port: 1900)
        let targets = await client.messages(4, about: Self.hardwareAddress).compactMap {
          $0.header("ST")
        }
        #expect(Set(targets).count == 4)
        #expect(targets.contains(Self.service) && targets.contains("upnp:rootdevice"))
        await client.close()
      }
    }

    @Test func descriptionFoundByDiscoveryCanBeRead() async throws {
      try await withCamera(discoverable()) { _, endpoints in
        let client = try await SSDPClient.open()
        try client.search("upnp:rootdevice", port: 1900)
        let answer = await client.messages(1, about: Self.hardwareAddress).first
        #expect(
          answer?.header("LOCATION")
            == "http://127.0.0.1:\(endpoints.descriptionPort)/scalarwebapi_dd.xml")
        let connection = try await TestConnection.open(port: endpoints.descriptionPort)
        #expect(try await connection.get("/scalarwebapi_dd.xml").status == 200)
        await client.close()
      }
    }

    @Test func comingAndGoingAreAnnounced() async throws {
      // A port of its own: nobody else's announcements, and nobody hears ours.
      let port = 19_002
      let listener = try await SSDPClient.open(port: port)
      let camera = try SimulatedCamera(
        configuration: discoverable { $0.discoveryPort = port })
      let endpoints = try await camera.start()
      let arrivals = await listener.messages(8, about: Self.hardwareAddress)
      #expect(arrivals.allSatisfy { $0.header("NTS") == "ssdp:alive" })
      #expect(arrivals.allSatisfy { $0.header("LOCATION") == endpoints.descriptionURL })
      #expect(arrivals.allSatisfy { $0.sender.port == endpoints.descriptionPort })
      #expect(Set(arrivals.compactMap { $0.header("NT") }).count == 4)
      await camera.stop()
      let farewells = await listener.messages(4, about: Self.hardwareAddress)
      #expect(farewells.allSatisfy { $0.header("NTS") == "ssdp:byebye" })
      await listener.close()
    }

    @Test func vanishedCameraSaysNothingAndReturnsWithAnAnnouncement() async throws {
      let port = 19_003
      let listener = try await SSDPClient.open(port: port)
      let camera = try SimulatedCamera(
        configuration: discoverable { $0.discoveryPort = port })
      try await camera.start()
      _ = await listener.messages(8, about: Self.hardwareAddress)
      await camera.vanish()
      try listener.search(Self.service, port: port)
      try await camera.reappear()
      // No byebye and no answer to the search came before this.
      let next = await listener.messages(1, about: Self.hardwareAddress).first
      #expect(next?.header("NTS") == "ssdp:alive")
      #expect(await camera.status.counters.searchesAnswered == 0)
      await camera.stop()
      await listener.close()
    }

    @Test func unknownInterfaceIsAnError() async throws {
      let camera = try SimulatedCamera(
        configuration: discoverable { $0.discoveryInterfaces = ["wlan99"] })
      await #expect(throws: SimulatedCameraError.interfaceUnknown("wlan99")) {
        try await camera.start()
      }
      #expect(await camera.status.isReachable == false)
    }

    @Test func interfaceCanBeNamed() async throws {
      let configuration = discoverable { $0.discoveryInterfaces = ["lo"] }
      try await withCamera(configuration) { _, _ in
        let client = try await SSDPClient.open()
        try client.search(Self.service, port: 1900)
        #expect(await client.messages(1, about: Self.hardwareAddress).count == 1)
        await client.close()
      }
    }
  }
}
