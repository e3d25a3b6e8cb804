import Configuration
import Media
import NIOCore
import RTP
import Synchronization
import Testing

@testable import Outputs
@testable import Pipeline

@Suite(.timeLimit(.minutes(1))) struct HostResolverTests {
  private func address(_ text: String) throws -> SocketAddress {
    try SocketAddress(ipAddress: text, port: 5004)
  }

  @Test func thePresentAddressStaysWhileTheHostHasIt() throws {
    let turns = [try address("192.0.2.1"), try address("192.0.2.2")]
    for present in turns {
      #expect(HostResolver.choose(from: turns, present: present) == present)
      #expect(HostResolver.choose(from: turns.reversed(), present: present) == present)
    }
  }

  @Test func otherwiseTheFirstOfTheSameFamilyIsBest() throws {
    let found = [
      try address("2001:db8::1"), try address("192.0.2.1"), try address("192.0.2.2"),
    ]
    let gone = try (address("192.0.2.9"), address("2001:db8::9"))
    #expect(HostResolver.choose(from: found, present: nil) == found[0])
    #expect(HostResolver.choose(from: found, present: gone.0) == found[1])
    #expect(HostResolver.choose(from: found, present: gone.1) == found[0])
    #expect(HostResolver.choose(from: [found[0]], present: gone.0) == found[0])
    #expect(HostResolver.choose(from: [], present: gone.0) == nil)
  }

  @Test func theSourcesFamilyIsTheOnlyOne() throws {
    let found = [try address("2001:db8::1"), try address("192.0.2.1")]
    #expect(HostResolver.choose(from: found, present: nil, family: .inet) == found[1])
    #expect(HostResolver.choose(from: found, present: found[0], family: .inet) == found[1])
    #expect(HostResolver.choose(from: [found[0]], present: nil, family: .inet) == nil)
  }

  @Test func theSystemKnowsAddressesAndLocalNames() async throws {
    #expect(
      try await HostResolver.system.lookUp("127.0.0.7", 5004)
        == [SocketAddress(ipAddress: "127.0.0.7", port: 5004)])
    let local = try await HostResolver.system.lookUp("localhost", 5004)
    #expect(local.contains { $0.ipAddress == "127.0.0.1" || $0.ipAddress == "::1" })
    #expect(local.allSatisfy { $0.port == 5004 })
    let scoped = try await HostResolver.system.lookUp("fe80::1%lo", 5004)
    guard let scoped = scoped.first else { return }  // No IPv6 here.
    let bytes = scoped.withSockAddr { pointer, size in
      Array(UnsafeRawBufferPointer(start: pointer, count: size))
    }
    #expect(bytes[24..<28].contains { $0 != 0 }, "the interface's number")
  }

  @Test func namesGetThePortOfWhoAsks() async throws {
    let found = [try address("192.0.2.1"), try SocketAddress(ipAddress: "2001:db8::1", port: 9)]
    let resolver = HostResolver(names: NameLookUps { _ in found })
    let answer = try await resolver.lookUp("studio.example", 6000)
    #expect(answer.map(\.port) == [6000, 6000])
    #expect(answer.map(\.ipAddress) == found.map(\.ipAddress))
  }
}

/// A target whose host name gets another address.
@Suite(.timeLimit(.minutes(1))) struct RTPPushAddressTests {
  private let scene = RTPPushScene()

  /// A name server turned by hand.
  private final class Names: Sendable {
    private let addresses = Mutex<[SocketAddress]?>(nil)
    private let asked = Mutex(0)

    var lookUps: Int { asked.withLock { $0 } }
    /// nil: every look-up fails.
    func set(_ new: [SocketAddress]?) { addresses.withLock { $0 = new } }

    var resolver: HostResolver {
      HostResolver { [self] host, _ in
        asked.withLock { $0 += 1 }
        guard let found = addresses.withLock({ $0 }) else {
          throw RTPPushError.cannotResolve(host: host)
        }
        return found
      }
    }
  }

  /// Publishes IDRs until one was sent.
  private func publish(to target: RTPPushTarget, from start: Int64) async {
    let before = target.counters.accessUnits
    var time = start
    while target.counters.accessUnits == before, !Task.isCancelled {
      _ = await scene.publish(isIDR: true, milliseconds: time)
      for _ in 0..<200 where target.counters.accessUnits == before { await Task.yield() }
      time += 1
    }
  }

  @Test func theStreamFollowsAsTheSame() async throws {
    let (first, second) = (try await UDPReceiver(), try await UDPReceiver(host: "127.0.0.2"))
    let old = try SocketAddress(ipAddress: "127.0.0.1", port: first.port)
    let new = try SocketAddress(ipAddress: "127.0.0.2", port: second.port)
    let names = Names()
    names.set([old])
    var settings = target(["address": "studio.example", "port": 5004])
    settings.resolveInterval = .milliseconds(1)
    let target = RTPPushTarget(
      settings: settings, stream: scene.handle, logger: scene.logger, resolver: names.resolver)
    try await running(target, in: scene) {
      _ = await scene.publish(isIDR: true, milliseconds: 1000)
      let before = try await first.next(2)
      // Failures, another order and a second address change nothing.
      for answer in [nil, [new, old], [old]] {
        names.set(answer)
        let asked = names.lookUps
        await eventually { names.lookUps > asked + 1 }
        #expect(target.counters.socketsOpened == 1)
      }
      names.set([new])
      await eventually { target.counters.socketsOpened == 2 }
      await publish(to: target, from: 2000)
      let after = try await second.next(2)
      let headers = try (before + after).map { try RTPPacket(decoding: $0.bytes).header }
      #expect(Set(headers.map(\.ssrc)).count == 1)
      #expect(
        headers.map(\.sequenceNumber) == (0..<4).map { headers[0].sequenceNumber &+ $0 })
      #expect(headers[2].rtpTimestamp &- headers[0].rtpTimestamp >= 90_000)
      #expect(before[0].source.port == after[0].source.port)
      #expect(target.counters.addressChanges == 1)
      #expect(target.counters.destination == "127.0.0.2")
    }
  }

  @Test func addressesAreNotLookedUpAgain() {
    for address in ["127.0.0.1", "::1", "[::1]", "fe80::1%lo", "239.1.2.3"] {
      let values: [AbsoluteConfigKey: ConfigValue] = [
        "address": .init(.string(address), isSecret: false), "port": 5004,
      ]
      #expect(!isHostName(values))
    }
    #expect(isHostName(["address": "studio.example", "port": 5004]))
  }

  private func isHostName(_ values: [AbsoluteConfigKey: ConfigValue]) -> Bool {
    guard case .send(let route) = target(values).order(nil) else { return false }
    return route.isHostName
  }
}
