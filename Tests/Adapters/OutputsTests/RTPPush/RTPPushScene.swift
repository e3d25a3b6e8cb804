import Configuration
import Foundation
import Logging
import Media
import NIOCore
import NIOPosix
import RTP
import TestSupport
import Testing

@testable import Outputs
@testable import Pipeline

/// Settings of one target as `config.json` would give them.
func target(_ values: [AbsoluteConfigKey: ConfigValue]) -> RTPPushTargetSettings {
  let source = SettingsSource(name: "test", provider: InMemoryProvider(values: values))
  return RTPPushTargetSettings(
    name: "a", reader: SettingsReader(sources: [source], ledger: SettingsLedger()))
}

/// A format whose SPS names level `level`.
func makeFormat(_ level: UInt8) -> VideoFormat {
  VideoFormat(
    parameterSets: ParameterSets(
      sps: NALUnit(bytes: ByteBuffer(bytes: [0x67, 0x42, 0xC0, level])),
      pps: NALUnit(bytes: ByteBuffer(bytes: [0x68, 0xCE, 0x3C, 0x80]))),
    size: .alpha6000Liveview, bitrateKbps: 2000)
}

/// The hub with nothing in front of it: the test publishes access units itself.
struct RTPPushScene {
  let slot: FrameSlot
  let hub: StreamHub
  let handle: StreamHandle
  private let start: MediaTime
  let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  /// - Parameters:
  ///   - rules: What viewers get while there is no camera.
  ///   - cameraClock: Times the camera's absence.
  ///   - clock: Times everything else.
  init(
    rules: OfflinePlan.Rules = OfflinePlan.Rules(), cameraClock: MediaClock = .system,
    clock: MediaClock = .system
  ) {
    start = clock.now()
    slot = FrameSlot(clock: cameraClock, preparedSize: .alpha6000Liveview, rules: rules)
    hub = StreamHub(slot: slot, clock: clock)
    handle = StreamHandle(hub: hub, slot: slot, clock: clock)
  }

  /// Waits until as many subscribers are there.
  func awaitSubscribers(_ count: Int) async {
    await eventually { hub.statistics.subscriberCount == count }
  }

  /// Publishes one picture, taken so long after the start; its slice has `size` bytes.
  func publish(
    isIDR: Bool, size: Int = 300, milliseconds: Int64, level: UInt8 = 0x1E
  ) async -> [UInt8] {
    var slice = [UInt8](repeating: UInt8(truncatingIfNeeded: milliseconds), count: size)
    slice[0] = isIDR ? 0x65 : 0x41
    await hub.publish(
      AccessUnit(
        serial: UInt64(milliseconds), nalUnits: [NALUnit(bytes: ByteBuffer(bytes: slice))],
        presentationTime: start.advanced(by: .milliseconds(milliseconds)), isIDR: isIDR,
        format: makeFormat(level)))
    return slice
  }
}

extension MediaClock {
  /// The clock that the test turns.
  init(turnedBy clock: ManualClock) {
    self.init(
      monotonic: { clock.now }, unixNanoseconds: { clock.unixNanoseconds },
      wait: { try await clock.sleep(until: $0) })
  }
}

/// A real UDP socket on loopback that collects what it gets.
final class UDPReceiver: Sendable {
  struct Datagram: Sendable {
    var bytes: ByteBuffer
    var source: SocketAddress
  }

  let port: Int
  private let channel: any Channel
  private let datagrams: AsyncStream<Datagram>

  init(host: String = "127.0.0.1", port: Int = 0) async throws {
    let (stream, continuation) = AsyncStream.makeStream(of: Datagram.self)
    channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Collector(continuation))
        }
      }
      .bind(host: host, port: port).get()
    self.port = try #require(channel.localAddress?.port)
    datagrams = stream
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

  /// The next `count` datagrams as RTP packets.
  func packets(_ count: Int) async throws -> [RTPPacket] {
    try await next(count).map { try RTPPacket(decoding: $0.bytes) }
  }

  func send(_ bytes: ByteBuffer, to address: SocketAddress) {
    channel.writeAndFlush(AddressedEnvelope(remoteAddress: address, data: bytes), promise: nil)
  }

  /// Keeps the port and lets the kernel answer "port unreachable" on it, as if it were closed: a
  /// connected socket takes datagrams from its peer only.
  func refuseEverybody() async throws {
    try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 9)).get()
  }

  func close() async throws { try await channel.close().get() }

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
  }
}

extension TemporaryFolder {
  func path(_ name: String) -> String { url.appending(path: name).path }

  func contents() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: url.path)
  }
}

/// Waits until `condition` holds; the test's time limit ends a wait in vain.
func eventually(_ condition: () -> Bool) async {
  while !condition(), !Task.isCancelled {
    await Task.yield()
  }
}
