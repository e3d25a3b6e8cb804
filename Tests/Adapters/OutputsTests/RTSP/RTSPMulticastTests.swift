import Configuration
import NIOCore
import Pipeline
import RTP
import TestSupport
import Testing

@testable import Outputs

/// Multicast to real members of a group on loopback.
@Suite(
  .timeLimit(.minutes(1)),
  .enabled(if: Multicast.isOnLoopback, "this machine has no multicast on loopback"))
struct RTSPMulticastTests {
  private static let transport = "RTP/AVP;multicast"

  /// A server that sends to `group`, and members that listen on both ports.
  private struct Setting {
    let scene: RTSPScene
    let rtp: MulticastReceiver
    let rtcp: MulticastReceiver
    let port: Int

    init(
      group: String = "239.255.77.2", on interface: String = "lo",
      _ values: [AbsoluteConfigKey: ConfigValue] = [:]
    ) async throws {
      port = try FreePort.udpPair()
      rtp = try await MulticastReceiver(group: group, port: port, on: interface)
      rtcp = try await MulticastReceiver(group: group, port: port + 1, on: interface)
      let ours: [AbsoluteConfigKey: ConfigValue] = [
        "multicast.enabled": true, "multicast.ttl": 3,
        "multicast.interface": ConfigValue(.string(interface), isSecret: false),
        "multicast.address": ConfigValue(.string(group), isSecret: false),
        "multicast.port": ConfigValue(.int(port), isSecret: false),
      ]
      scene = try await RTSPScene(ours.merging(values) { $1 })
    }

    func stop() async throws {
      try await scene.stop()
      try await rtp.close()
      try await rtcp.close()
    }

    /// The packets of one picture.
    func picture() async throws -> [RTPPacket] {
      var packets: [RTPPacket] = []
      repeat {
        packets.append(try RTPPacket(decoding: try await rtp.next(1)[0].bytes))
      } while packets.last?.header.marker == false
      return packets
    }

    func report() async throws -> (compound: RTCPCompound, source: SocketAddress) {
      let datagram = try await rtcp.next(1)[0]
      return (try RTCPCompound(decoding: datagram.bytes), datagram.source)
    }
  }

  @Test func playsToTheGroup() async throws {
    try await expectPlaying(to: "239.255.77.2", on: "lo")
  }

  @Test(.enabled(if: Multicast.ipv6Interface != nil, "no interface has an IPv6 multicast route"))
  func playsToAnIPv6Group() async throws {
    try await expectPlaying(to: "ff15::77:2", on: Multicast.ipv6Interface ?? "lo")
  }

  private func expectPlaying(to group: String, on interface: String) async throws {
    let setting = try await Setting(group: group, on: interface)
    let client = try await setting.scene.connect()
    let (session, setup, play) = try await client.play(
      transport: "RTP/AVP;multicast;destination=239.1.1.1;port=53-54;ttl=200")
    let accepted = setup["Transport"] ?? ""
    #expect(
      accepted.hasPrefix(
        "RTP/AVP;multicast;destination=\(group);port=\(setting.port)-\(setting.port + 1);ttl=3;ssrc="
      ))
    await setting.scene.awaitSubscribers(1)
    await setting.scene.publish(isIDR: false)
    await setting.scene.publish(isIDR: true, size: 4000)
    let idr = try await setting.picture()
    #expect(idr.count == 5)
    #expect(idr[0].header.sequenceNumber == play.number("seq", in: "RTP-Info").map(UInt16.init))
    #expect(idr[0].header.rtpTimestamp == play.number("rtptime", in: "RTP-Info"))
    let ssrc = String(idr[0].header.ssrc, radix: 16, uppercase: true)
    #expect(accepted.contains("ssrc=" + String(repeating: "0", count: 8 - ssrc.count) + ssrc + ";"))
    let first = try await setting.report().compound
    guard case .senderReport(let report)? = first.packets.first,
      case .sourceDescription? = first.packets.dropFirst().first
    else {
      Issue.record("no sender report: \(first)")
      return
    }
    #expect(report.ssrc == idr[0].header.ssrc && report.packetCount == 5)
    await eventually { setting.scene.viewers.first?["picturesSent"] == .int(1) }
    #expect(setting.scene.viewers.first?["transport"] == .string("multicast"))
    #expect(try await client.request("TEARDOWN", "/", "Session: \(session)").code == 200)
    #expect(try await setting.report().compound.saysGoodbye)
    await setting.scene.awaitSubscribers(0)
    try await setting.stop()
  }

  @Test func everybodySharesOneStream() async throws {
    let setting = try await Setting()
    let first = try await setting.scene.connect()
    let (firstSession, firstSetup, _) = try await first.play(transport: Self.transport)
    await setting.scene.awaitSubscribers(1)
    await setting.scene.publish(isIDR: true)
    let idr = try await setting.picture()
    _ = try await setting.report()
    // Who joins asks for an IDR and gets the numbers as they stand.
    let requests = setting.scene.slot.statistics.keyframeRequests
    let second = try await setting.scene.connect()
    let (secondSession, secondSetup, play) = try await second.play(transport: Self.transport)
    // The answer goes out before the request.
    await eventually { setting.scene.slot.statistics.keyframeRequests > requests }
    #expect(secondSetup["Transport"] == firstSetup["Transport"])
    let next = idr[idr.count - 1].header.sequenceNumber &+ 1
    #expect(play.number("seq", in: "RTP-Info").map(UInt16.init) == next)
    await setting.scene.publish(isIDR: false)
    let picture = try await setting.picture()
    // Once, not once for each.
    #expect(
      picture[0].header.sequenceNumber == next && picture[0].header.ssrc == idr[0].header.ssrc)
    #expect(try await first.request("TEARDOWN", "/", "Session: \(firstSession)").code == 200)
    await setting.scene.publish(isIDR: false)
    #expect(try await setting.picture()[0].header.sequenceNumber == next &+ 1)
    // The last one who leaves brings the BYE; the identity goes on with the next one.
    #expect(try await second.request("TEARDOWN", "/", "Session: \(secondSession)").code == 200)
    #expect(try await setting.report().compound.saysGoodbye)
    let third = try await setting.scene.connect()
    let (_, thirdSetup, thirdPlay) = try await third.play(transport: Self.transport)
    #expect(thirdSetup["Transport"] == firstSetup["Transport"])
    #expect(thirdPlay.number("seq", in: "RTP-Info").map(UInt16.init) == next &+ 2)
    try await setting.stop()
  }

  @Test func whoPausesIsNotSaidGoodbyeTo() async throws {
    let setting = try await Setting()
    let client = try await setting.scene.connect()
    let (session, _, _) = try await client.play(transport: Self.transport)
    await setting.scene.awaitSubscribers(1)
    await setting.scene.publish(isIDR: true)
    let last = try #require(try await setting.picture().last).header
    #expect(try await !setting.report().compound.saysGoodbye)
    #expect(try await client.request("PAUSE", "/", "Session: \(session)").code == 200)
    await setting.scene.awaitSubscribers(0)
    let play = try await client.request("PLAY", "/", "Session: \(session)")
    #expect(play.number("seq", in: "RTP-Info").map(UInt16.init) == last.sequenceNumber &+ 1)
    await setting.scene.awaitSubscribers(1)
    await setting.scene.publish(isIDR: true)
    let first = try await setting.picture()[0].header
    #expect(first.ssrc == last.ssrc && first.sequenceNumber == last.sequenceNumber &+ 1)
    #expect(first.rtpTimestamp == play.number("rtptime", in: "RTP-Info"))
    // The next report is that of the second start, not a BYE.
    #expect(try await !setting.report().compound.saysGoodbye)
    // The session ends while it pauses: now there is nobody left.
    #expect(try await client.request("PAUSE", "/", "Session: \(session)").code == 200)
    #expect(try await client.request("TEARDOWN", "/", "Session: \(session)").code == 200)
    #expect(try await setting.report().compound.saysGoodbye)
    try await setting.stop()
  }

  @Test func whoAsksBeforeTheFirstPacketIsToldTheSame() async throws {
    let setting = try await Setting()
    let first = try await setting.scene.connect()
    let (_, _, firstPlay) = try await first.play(transport: Self.transport)
    let second = try await setting.scene.connect()
    let (session, _, secondPlay) = try await second.play(transport: Self.transport)
    let again = try await second.request("PLAY", "/", "Session: \(session)")
    await setting.scene.awaitSubscribers(1)
    await setting.scene.publish(isIDR: true)
    let packet = try await setting.picture()[0].header
    for play in [firstPlay, secondPlay, again] {
      #expect(play.number("seq", in: "RTP-Info").map(UInt16.init) == packet.sequenceNumber)
      #expect(play.number("rtptime", in: "RTP-Info") == packet.rtpTimestamp)
    }
    try await setting.stop()
  }

  @Test func reportsOfMembersAreHeardAndOthersAreNot() async throws {
    let setting = try await Setting()
    let client = try await setting.scene.connect()
    try await client.play(transport: Self.transport)
    await setting.scene.awaitSubscribers(1)
    await setting.scene.publish(isIDR: true)
    let ssrc = try await setting.picture()[0].header.ssrc
    let source = try await setting.report().source
    let requests = setting.scene.slot.statistics.keyframeRequests
    var compound = ByteBuffer()
    ReceiverReport(
      ssrc: 1,
      receptionReports: [
        ReceptionReport(
          sourceSSRC: ssrc, fractionLost: 128, cumulativeLost: 3, highestSequenceNumber: 9,
          jitter: 900, lastSenderReport: 0, delaySinceLastSenderReport: 0)
      ]
    ).write(into: &compound)
    // PT 206, FMT 1: PLI from 1 about the stream.
    compound.writeInteger(0x81CE_0002 as UInt32)
    compound.writeInteger(1 as UInt32)
    compound.writeInteger(ssrc)
    // From an address that has no session.
    let stranger = try await UDPReceiver(host: "127.0.0.2")
    let port = try #require(source.port)
    stranger.send(compound, to: try SocketAddress(ipAddress: "127.0.0.1", port: port))
    #expect(try await client.request("OPTIONS").code == 200)
    // To us alone, from the viewer's.
    let viewer = try await UDPReceiver(host: "127.0.0.1")
    viewer.send(compound, to: try SocketAddress(ipAddress: "127.0.0.1", port: port))
    await eventually { setting.scene.slot.statistics.keyframeRequests > requests }
    #expect(setting.scene.slot.statistics.keyframeRequests == requests + 1)
    await eventually { setting.scene.viewers.first?["lossRatio"] == .double(0.5) }
    // To the group.
    setting.rtcp.send(
      compound, to: try SocketAddress(ipAddress: "239.255.77.2", port: setting.port + 1))
    await eventually { setting.scene.slot.statistics.keyframeRequests > requests + 1 }
    try await setting.stop()
  }

  @Test func bothWaysAtOnce() async throws {
    let setting = try await Setting()
    let member = try await setting.scene.connect()
    try await member.play(transport: Self.transport)
    let single = try await setting.scene.connect()
    try await single.play()
    await setting.scene.awaitSubscribers(1)
    await setting.scene.publish(isIDR: true)
    let shared = try await setting.picture()
    let own = try await single.picture()
    #expect(shared[0].header.ssrc != own[0].header.ssrc)
    #expect(shared.last?.payload == own.last?.payload)
    try await setting.stop()
  }

  @Test func withoutTheInterfaceOtherWaysAreLeft() async throws {
    let setting = try await Setting(["multicast.interface": "nowhere0"])
    let client = try await setting.scene.connect()
    let refused = try await client.request("SETUP", "/trackID=0", "Transport: \(Self.transport)")
    #expect(refused.code == 461)
    try await client.play()
    try await setting.stop()
  }

  @Test func switchedOffItIsRefused() async throws {
    let scene = try await RTSPScene()
    let client = try await scene.connect()
    let refused = try await client.request("SETUP", "/trackID=0", "Transport: \(Self.transport)")
    #expect(refused.code == 461)
    try await scene.stop()
  }

  @Test func whenTheServerEndsTheGroupIsToldGoodbye() async throws {
    let setting = try await Setting()
    let client = try await setting.scene.connect()
    try await client.play(transport: Self.transport)
    await setting.scene.awaitSubscribers(1)
    await setting.scene.publish(isIDR: true)
    _ = try await setting.picture()
    #expect(try await !setting.report().compound.saysGoodbye)
    try await setting.scene.stop()
    #expect(try await setting.report().compound.saysGoodbye)
    try await setting.rtp.close()
    try await setting.rtcp.close()
  }
}
