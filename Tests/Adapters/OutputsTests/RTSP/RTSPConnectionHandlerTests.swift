import Configuration
import Logging
import Media
import NIOCore
import NIOPosix
import RTSP
import Testing

@testable import Outputs
@testable import Pipeline

private let ports = PortPair(rtp: 5000, rtcp: 5001)

/// What of a connection goes wrong behind the client's back.
@Suite(.timeLimit(.minutes(1))) struct RTSPConnectionHandlerTests {
  /// A server without listeners, for one connection of each address.
  private struct Bench {
    let loop: any EventLoop
    let server: NIOLoopBound<RTSPServerLoop>
    let log = LogRecorder()

    init() async throws {
      let loop = MultiThreadedEventLoopGroup.singleton.next()
      let log = log
      self.loop = loop
      server = try await loop.submit {
        let source = SettingsSource(
          name: "test", provider: InMemoryProvider(values: ["maxConnectionsPerAddress": 1]))
        let reader = SettingsReader(sources: [source], ledger: SettingsLedger())
        let clock = MediaClock.system
        let slot = FrameSlot(
          clock: clock, preparedSize: .alpha6000Liveview, rules: OfflinePlan.Rules())
        let stream = StreamHandle(
          hub: StreamHub(slot: slot, clock: clock), slot: slot, clock: clock)
        return NIOLoopBound(
          RTSPServerLoop(
            settings: RTSPOutputSettings(reader: reader), stream: stream, logger: log.logger,
            status: RTSPServerStatus(clock: clock),
            demand: AsyncStream.makeStream(of: Bool.self).continuation, loop: loop),
          eventLoop: loop)
      }.get()
    }

    func bind() async throws -> any Channel {
      try await DatagramBootstrap(group: loop).bind(host: "127.0.0.1", port: 0).get()
    }

    /// A connection whose client waits for the answer to SETUP.
    func setUp(_ channel: any Channel) async throws -> NIOLoopBound<RTSPConnectionHandler> {
      try await loop.submit {
        let handler = try #require(server.value.makeHandler(for: channel, isSecure: false))
        let request = """
          SETUP rtsp://127.0.0.1/live/stream/trackID=0 RTSP/1.0\r
          CSeq: 1\r
          Transport: RTP/AVP;unicast;client_port=5000-5001\r
          \r

          """
        let orders = handler.connection.received(
          ByteBuffer(string: request), at: server.value.clock.now())
        #expect(orders == [.openTransport(.udp(clientPorts: ports))])
        return NIOLoopBound(handler, eventLoop: loop)
      }.get()
    }

    func openPorts() async throws -> UDPPortPair {
      let address = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
      return try await UDPPortPair.open(
        on: loop, local: address, peer: address, clientPorts: ports, received: { _ in },
        becameWritable: {}
      ).get()
    }
  }

  @Test func aConnectionThatNeverBecameActiveGivesItsPlaceBack() async throws {
    let bench = try await Bench()
    let server = bench.server
    await #expect(throws: (any Error).self) {
      // Nobody listens there: what was made for the connection goes without an end of it.
      try await ClientBootstrap(group: bench.loop)
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            let handler = try #require(server.value.makeHandler(for: channel, isSecure: false))
            #expect(handler.admission == .admitted)
            try channel.pipeline.syncOperations.addHandler(handler)
          }
        }
        .connect(host: "127.0.0.1", port: 1).get()
    }
    let channel = try await bench.bind()
    let verdict = try await bench.loop.submit {
      server.value.makeHandler(for: channel, isSecure: false)?.admission
    }.get()
    #expect(verdict == .admitted)
    try await channel.close()
  }

  @Test func portsThatComeTooLateAreNotTakenForLaterOnes() async throws {
    let bench = try await Bench()
    let channel = try await bench.bind()
    let handler = try await bench.setUp(channel)
    let (late, wanted) = (try await bench.openPorts(), try await bench.openPorts())
    try await bench.loop.submit {
      let handler = handler.value
      let (first, second) = (handler.beginOpening(), handler.beginOpening())
      handler.transportOpened(.udp(late), serverPorts: late.serverPorts, opening: first)
      #expect(handler.viewer == nil && !late.isOpen)
      handler.transportOpened(.udp(wanted), serverPorts: wanted.serverPorts, opening: second)
      #expect(handler.viewer != nil && wanted.isOpen)
      handler.shutDown()
      #expect(!wanted.isOpen)
    }.get()
    try? await channel.close()
  }

  @Test func aViewerWhosePortsHaveFailedIsSentAway() async throws {
    let bench = try await Bench()
    let channel = try await bench.bind()
    let handler = try await bench.setUp(channel)
    let ports = try await bench.openPorts()
    try await bench.loop.submit {
      let handler = handler.value
      handler.transportOpened(
        .udp(ports), serverPorts: ports.serverPorts, opening: handler.beginOpening())
      handler.tick(at: handler.server.clock.wallClockAnchor())
      #expect(handler.viewer != nil)
      ports.close()
      handler.tick(at: handler.server.clock.wallClockAnchor())
      #expect(handler.viewer == nil)
      handler.tick(at: handler.server.clock.wallClockAnchor())
    }.get()
    try await channel.closeFuture.get()
    #expect(bench.log.messages.filter { $0 == "a viewer's UDP ports have failed" }.count == 1)
  }
}
