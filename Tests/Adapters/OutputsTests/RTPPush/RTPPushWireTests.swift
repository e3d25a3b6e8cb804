import Configuration
import Foundation
import Media
import NIOCore
import RTP
import TestSupport
import Testing

@testable import Outputs
@testable import Pipeline

/// What the packets of a target look like below RTP, on loopback.
@Suite(.timeLimit(.minutes(1))) struct RTPPushWireTests {
  private let scene = RTPPushScene()

  /// The first packet of a target with these settings.
  private func firstPacket(
    at reader: WireReader, _ values: [AbsoluteConfigKey: ConfigValue]
  ) async throws -> WireReader.Packet {
    var values = values
    values["port"] = .init(.int(reader.port), isSecret: false)
    let target = RTPPushTarget(
      settings: target(values), stream: scene.handle, logger: scene.logger)
    let run = Task { await target.run { _ in } }
    await scene.awaitSubscribers(1)
    _ = await scene.publish(isIDR: true, milliseconds: 1000)
    let packet = await Result { try await reader.next() }
    run.cancel()
    await run.value
    return try packet.get()
  }

  @Test func packetsAreOrdinaryByDefault() async throws {
    let packet = try await firstPacket(at: WireReader(), ["address": "127.0.0.1"])
    #expect(packet.classOfService == 0)
    #expect(packet.hops == 64)
  }

  @Test func classOfServiceAndHopsAreSet() async throws {
    let packet = try await firstPacket(
      at: WireReader(), ["address": "127.0.0.1", "dscp": "AF41", "ttl": 7])
    #expect(packet.classOfService == 34 << 2)
    #expect(packet.hops == 7)
  }

  @Test(.enabled(if: (try? WireReader(family: AF_INET6)) != nil, "no IPv6"))
  func theSameForIPv6() async throws {
    let packet = try await firstPacket(
      at: WireReader(family: AF_INET6),
      ["address": "[::1]", "dscp": 46, "ttl": 9, "sourceAddress": "::1"])
    #expect(packet.classOfService == 46 << 2)
    #expect(packet.hops == 9)
  }

  @Test(.enabled(if: Multicast.isOnLoopback, "no multicast on loopback"))
  func multicastStaysInTheLocalNetwork() async throws {
    let packet = try await firstPacket(
      at: WireReader(group: "239.255.17.1"),
      ["address": "239.255.17.1", "multicastInterface": "lo", "dscp": "EF"])
    #expect(packet.hops == 1)
    #expect(packet.classOfService == 46 << 2)
    #expect(try RTPPacket(decoding: ByteBuffer(bytes: packet.bytes)).header.payloadType == 120)
  }

  @Test(.enabled(if: Multicast.isOnLoopback, "no multicast on loopback"))
  func multicastGoesAsFarAsItIsTold() async throws {
    let packet = try await firstPacket(
      at: WireReader(group: "239.255.17.2"),
      ["address": "239.255.17.2", "multicastInterface": "lo", "ttl": 16])
    #expect(packet.hops == 16)
  }

  @Test(.enabled(if: Multicast.ipv6Interface != nil, "no interface has an IPv6 multicast route"))
  func multicastOverIPv6() async throws {
    let interface = try #require(Multicast.ipv6Interface)
    let packet = try await firstPacket(
      at: WireReader(family: AF_INET6, group: "ff15::4c56:1", interface: interface),
      [
        "address": "ff15::4c56:1", "ttl": 3,
        "multicastInterface": .init(.string(interface), isSecret: false),
      ])
    #expect(packet.hops == 3)
  }

  @Test func missingInterfaceIsNamed() async throws {
    let error = await #expect(throws: RTPPushError.self) {
      var options = RTPPushSocketOptions()
      options.multicastInterface = "nosuch0"
      _ = try await RTPPushSocket.open(
        destination: SocketAddress(ipAddress: "239.255.17.3", port: 5004), sourcePort: 0,
        options: options
      ) { _ in }
    }
    #expect("\(try #require(error))".contains("nosuch0"))
  }

  @Test func sourceAddressAndSSRCAreFixed() async throws {
    let receiver = try await UDPReceiver()
    let target = RTPPushTarget(
      settings: target([
        "address": "127.0.0.1", "port": .init(.int(receiver.port), isSecret: false),
        "sourceAddress": "127.0.0.9", "ssrc": 4_000_000_000, "payloadType": 101,
      ]), stream: scene.handle, logger: scene.logger)
    let run = Task { await target.run { _ in } }
    await scene.awaitSubscribers(1)
    _ = await scene.publish(isIDR: true, milliseconds: 1000)
    let datagrams = try await receiver.next(2)
    #expect(datagrams.allSatisfy { $0.source.ipAddress == "127.0.0.9" })
    let headers = try datagrams.map { try RTPPacket(decoding: $0.bytes).header }
    #expect(headers.allSatisfy { $0.ssrc == 4_000_000_000 && $0.payloadType == 101 })
    run.cancel()
    await run.value
  }
}

extension Result where Failure == any Error {
  /// What `body` gives or throws.
  fileprivate init(_ body: () async throws -> Success) async {
    do {
      self = .success(try await body())
    } catch {
      self = .failure(error)
    }
  }
}
