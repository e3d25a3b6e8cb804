import Configuration
import FoundationEssentials
import Media
import NIOCore
import RTP
import SDP
import TestSupport
import Testing

@testable import Outputs
@testable import Pipeline

@Suite(.timeLimit(.minutes(2))) struct RTPPushTargetTests {
  private let scene = RTPPushScene()

  private func makeTarget(port: Int, reports: Bool = false, sdpFile: String = "") -> RTPPushTarget {
    RTPPushTarget(
      settings: target([
        "address": "127.0.0.1", "port": .init(.int(port), isSecret: false),
        "senderReports": .init(.bool(reports), isSecret: false),
        "sdpFile": .init(.string(sdpFile), isSecret: false),
      ]), stream: scene.handle, logger: scene.logger)
  }

  private func running(
    _ target: RTPPushTarget, _ body: () async throws -> Void
  ) async throws {
    try await OutputsTests.running(target, in: scene, body)
  }

  @Test func picturesArriveWhole() async throws {
    let receiver = try await UDPReceiver()
    let target = makeTarget(port: receiver.port)
    try await running(target) {
      let first = await scene.publish(isIDR: true, size: 50_000, milliseconds: 1000)
      let second = await scene.publish(isIDR: false, milliseconds: 1040)
      // 50 000 bytes in fragments of 1186, the parameter sets and the small picture.
      let packets = try await receiver.packets(45)
      var depacketizer = Depacketizer()
      for packet in packets {
        try depacketizer.receive(Array(packet.payload.readableBytesView))
      }
      let sets = makeFormat(0x1E).parameterSets
      #expect(
        depacketizer.units == [
          Array(sets.sps.bytes.readableBytesView), Array(sets.pps.bytes.readableBytesView), first,
          second,
        ])
      #expect(packets.allSatisfy { $0.header.ssrc == target.ssrc })
      #expect(packets.allSatisfy { $0.header.payloadType == 120 })
      #expect(packets.indices.filter { packets[$0].header.marker } == [43, 44])
      let start = packets[0].header
      #expect(
        packets.map(\.header.sequenceNumber) == (0..<45).map { start.sequenceNumber &+ $0 })
      #expect(packets[44].header.rtpTimestamp == start.rtpTimestamp &+ 3600)
    }
    #expect(target.counters.packets == 45)
    #expect(target.counters.accessUnits == 2)
  }

  @Test func identityOutlivesTheSession() async throws {
    let receiver = try await UDPReceiver()
    let target = makeTarget(port: receiver.port)
    var datagrams: [UDPReceiver.Datagram] = []
    for session in 0..<3 {
      await scene.awaitSubscribers(0)
      try await running(target) {
        _ = await scene.publish(isIDR: true, milliseconds: 1000 + Int64(session) * 5000)
        datagrams += try await receiver.next(2)
      }
    }
    let headers = try datagrams.map { try RTPPacket(decoding: $0.bytes).header }
    let first = try #require(headers.first)
    #expect(headers.map(\.sequenceNumber) == (0..<6).map { first.sequenceNumber &+ $0 })
    #expect(
      headers.map(\.rtpTimestamp)
        == [0, 0, 450_000, 450_000, 900_000, 900_000].map { first.rtpTimestamp &+ $0 })
    #expect(Set(headers.map(\.ssrc)).count == 1)
    #expect(Set(datagrams.map(\.source)).count == 1)
    #expect(target.counters.socketsOpened == 1)
  }

  @Test func nobodyListeningIsCountedAndSurvived() async throws {
    let closedPort = try await UDPReceiver()
    try await closedPort.refuseEverybody()
    let port = closedPort.port
    let target = makeTarget(port: port)
    try await running(target) {
      var time: Int64 = 0
      while target.counters.refused < 3, !Task.isCancelled {
        let sent = target.counters.accessUnits
        _ = await scene.publish(isIDR: true, milliseconds: time)
        await eventually { target.counters.accessUnits > sent }
        time += 40
      }
      #expect(target.isRefused)
      try await closedPort.close()
      let receiver = try await UDPReceiver(port: port)
      _ = await scene.publish(isIDR: true, milliseconds: time)
      let packets = try await receiver.packets(2)
      #expect(packets.last?.header.marker == true)
      #expect(target.counters.socketsOpened == 1)
    }
  }

  @Test func pictureLossAsksForAnIDR() async throws {
    let receiver = try await UDPReceiver()
    let target = makeTarget(port: receiver.port)
    try await running(target) {
      _ = await scene.publish(isIDR: true, milliseconds: 1000)
      let source = try #require(try await receiver.next(2).first?.source)
      let before = scene.slot.statistics.keyframeRequests
      var report = ByteBuffer(bytes: [0x81, 206, 0, 2, 0, 0, 0, 1])
      // About another stream, junk, then the real one.
      receiver.send(report + ByteBuffer(integer: target.ssrc &+ 1), to: source)
      receiver.send(ByteBuffer(string: "junk"), to: source)
      report.writeInteger(target.ssrc)
      receiver.send(report, to: source)
      await eventually { target.counters.keyframeRequests > 0 }
      #expect(target.counters.keyframeRequests == 1)
      #expect(scene.slot.statistics.keyframeRequests > before)
    }
  }

  @Test func reportsGoToThePortAbove() async throws {
    let (receiver, reports) = try await makeReceiverPair()
    let target = makeTarget(port: receiver.port, reports: true)
    try await running(target) {
      _ = await scene.publish(isIDR: true, milliseconds: 1000)
      let compound = try RTCPCompound(decoding: try await reports.next(1)[0].bytes)
      guard case .senderReport(let report)? = compound.packets.first else {
        Issue.record("no sender report")
        return
      }
      #expect(report.ssrc == target.ssrc)
      #expect(report.packetCount == 2)
    }
    let goodbye = try RTCPCompound(decoding: try await reports.next(1)[0].bytes)
    #expect(goodbye.saysGoodbye)
  }

  @Test func fileFollowsTheFormat() async throws {
    let folder = try TemporaryFolder()
    let receiver = try await UDPReceiver()
    let path = folder.path("a.sdp")
    let target = makeTarget(port: receiver.port, sdpFile: path)
    try await running(target) {
      for (version, level) in [0x1E, 0x1F].enumerated() {
        let time = 1000 + Int64(version) * 40
        _ = await scene.publish(isIDR: true, milliseconds: time, level: UInt8(level))
        _ = try await receiver.next(2)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let description = try SessionDescription(parsing: text)
        #expect(description.origin.version == "\(version)")
        #expect(
          description.media.first?.formatParameters(payloadType: 120)?
            .contains("profile-level-id=42c0\(level == 0x1E ? "1e" : "1f")") == true)
      }
    }
  }

  @Test func regularIDRsAreAskedFor() async throws {
    let receiver = try await UDPReceiver()
    let target = RTPPushTarget(
      settings: target([
        "address": "127.0.0.1", "port": .init(.int(receiver.port), isSecret: false),
        "keyframeIntervalSeconds": 0.5,
      ]), stream: scene.handle, logger: scene.logger)
    try await running(target) {
      _ = await scene.publish(isIDR: true, milliseconds: 0)
      _ = try await receiver.next(2)
      let before = scene.slot.statistics.keyframeRequests
      await eventually { scene.slot.statistics.keyframeRequests > before }
    }
  }
}

/// The bytes of `left`, then those of `right`.
private func + (left: ByteBuffer, right: ByteBuffer) -> ByteBuffer {
  var sum = left
  sum.writeImmutableBuffer(right)
  return sum
}
