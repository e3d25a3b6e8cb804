import Configuration
import Logging
import Media
import NIOCore
import RTP
import SDP
import Testing

@testable import Outputs
@testable import Pipeline

/// The server over real sockets.
@Suite(.timeLimit(.minutes(2))) struct RTSPOutputTests {
  // MARK: TCP

  @Test func describesTheStream() async throws {
    let scene = try await RTSPScene()
    let client = try await scene.connect()
    let answer = try await client.request("DESCRIBE", "", "Accept: application/sdp")
    #expect(answer.code == 200)
    #expect(answer["Content-Base"] == scene.url + "/")
    #expect(answer.text.contains("a=control:trackID=0"))
    #expect(answer.text.contains("sprop-parameter-sets="))
    #expect(answer.text.contains("a=range:npt=now-"))
    #expect(scene.hub.statistics.subscriberCount == 0)
    try await scene.stop()
  }

  @Test func withoutAFormatDescribeSaysTryLater() async throws {
    let scene = try await RTSPScene(hasFormat: false)
    let client = try await scene.connect()
    #expect(try await client.request("DESCRIBE").code == 503)
    #expect(try await client.request("OPTIONS").code == 200)
    try await scene.stop()
  }

  @Test func playsOverTCPFromTheFirstIDROn() async throws {
    let scene = try await RTSPScene()
    let client = try await scene.connect()
    let (_, setup, play) = try await client.play()
    await scene.awaitSubscribers(1)
    await scene.publish(isIDR: false)
    await scene.publish(isIDR: true, size: 5000)
    let idr = try await client.picture()
    #expect(idr.count > 2)
    #expect(idr[0].header.sequenceNumber == play.number("seq", in: "RTP-Info").map(UInt16.init))
    #expect(idr[0].header.rtpTimestamp == play.number("rtptime", in: "RTP-Info"))
    let ssrc = (setup["Transport"] ?? "").split(separator: ";").first { $0.hasPrefix("ssrc=") }
    #expect(UInt32(ssrc?.dropFirst(5) ?? "", radix: 16) == idr[0].header.ssrc)
    #expect(idr[0].payload.readableBytesView.first.map { $0 & 0x1F } == 24)

    let report = try await client.report()
    guard case .senderReport(let first)? = report.packets.first,
      case .sourceDescription? = report.packets.dropFirst().first
    else {
      Issue.record("no sender report: \(report)")
      return
    }
    #expect(first.ssrc == idr[0].header.ssrc && first.packetCount == UInt32(idr.count))

    await scene.publish(isIDR: false)
    let next = try await client.picture()
    #expect(next[0].header.sequenceNumber == idr[idr.count - 1].header.sequenceNumber &+ 1)
    #expect(next[0].header.rtpTimestamp != idr[0].header.rtpTimestamp)
    try await scene.stop()
  }

  @Test func aSecondViewerStartsWithTheRecentIDR() async throws {
    let scene = try await RTSPScene()
    let first = try await scene.connect()
    try await first.play()
    await scene.awaitSubscribers(1)
    // A minute ahead, so that it stays recent for however long a loaded machine takes.
    await scene.publish(isIDR: true, takenIn: .seconds(60))
    await scene.publish(isIDR: false, takenIn: .seconds(60))
    _ = try await first.picture()
    _ = try await first.picture()
    let second = try await scene.connect()
    let (_, _, play) = try await second.play()
    let idr = try await second.picture()
    #expect(idr[0].header.sequenceNumber == play.number("seq", in: "RTP-Info").map(UInt16.init))
    #expect(idr[0].header.rtpTimestamp == play.number("rtptime", in: "RTP-Info"))
    let following = try await second.picture()
    #expect(following[0].payload.readableBytesView.first.map { $0 & 0x1F } == 1)
    #expect(scene.hub.statistics.subscriberCount == 1)
    try await scene.stop()
  }

  @Test func demandFollowsTheViewers() async throws {
    let scene = try await RTSPScene()
    let client = try await scene.connect()
    let (session, _, _) = try await client.play()
    await scene.awaitSubscribers(1)
    _ = try await client.request("PAUSE", "/", "Session: \(session)")
    await scene.awaitSubscribers(0)
    _ = try await client.request("PLAY", "/", "Session: \(session)")
    await scene.awaitSubscribers(1)
    _ = try await client.request("TEARDOWN", "/", "Session: \(session)")
    await scene.awaitSubscribers(0)
    try await client.play()
    await scene.awaitSubscribers(1)
    try await client.reset()
    await scene.awaitSubscribers(0)
    try await scene.stop()
  }

  @Test func numbersGoOnAfterAPause() async throws {
    let scene = try await RTSPScene()
    let client = try await scene.connect()
    let (session, _, _) = try await client.play()
    await scene.awaitSubscribers(1)
    await scene.publish(isIDR: true)
    let before = try await client.picture()
    _ = try await client.request("PAUSE", "/", "Session: \(session)")
    await scene.awaitSubscribers(0)
    let again = try await client.request("PLAY", "/", "Session: \(session)")
    await scene.awaitSubscribers(1)
    await scene.publish(isIDR: true)
    let after = try await client.picture()
    #expect(
      after[0].header.sequenceNumber == before[0].header.sequenceNumber &+ UInt16(before.count))
    #expect(after[0].header.sequenceNumber == again.number("seq", in: "RTP-Info").map(UInt16.init))
    #expect(after[0].header.rtpTimestamp == again.number("rtptime", in: "RTP-Info"))
    #expect(after[0].header.ssrc == before[0].header.ssrc)
    try await scene.stop()
  }

  @Test func reportsReachStatusAndKeyframeRequests() async throws {
    let scene = try await RTSPScene()
    let client = try await scene.connect()
    try await client.play()
    await scene.awaitSubscribers(1)
    await scene.publish(isIDR: true)
    let ssrc = try await client.picture()[0].header.ssrc
    let requests = scene.slot.statistics.keyframeRequests
    var compound = ByteBuffer()
    ReceiverReport(
      ssrc: 5,
      receptionReports: [
        ReceptionReport(
          sourceSSRC: ssrc, fractionLost: 128, cumulativeLost: 7, highestSequenceNumber: 1,
          jitter: 900, lastSenderReport: 0, delaySinceLastSenderReport: 0)
      ]
    ).write(into: &compound)
    compound.writeInteger(0x81CE_0002 as UInt32)  // PLI, RFC 4585 §6.3.1
    compound.writeInteger(5 as UInt32)
    compound.writeInteger(ssrc)
    var frame = ByteBuffer(bytes: [0x24, 1])
    frame.writeInteger(UInt16(compound.readableBytes))
    frame.writeBuffer(&compound)
    client.send(frame)
    #expect(try await client.request("OPTIONS").code == 200)
    #expect(scene.slot.statistics.keyframeRequests > requests)
    await eventually { scene.viewers.first?["lossRatio"] == .double(0.5) }
    #expect(scene.viewers.first?["jitterMilliseconds"] == .double(10))
    #expect(scene.viewers.first?["transport"] == .string("tcp"))
    #expect(scene.viewers.first?["userAgent"] == .string("test/1"))
    #expect(scene.viewers.first?["state"] == .string("playing"))
    try await scene.stop()
  }

  // MARK: UDP

  @Test func playsOverUDPToTheConnectionsAddress() async throws {
    let scene = try await RTSPScene()
    let client = try await scene.connect()
    let rtp = try await UDPReceiver()
    let rtcp = try await UDPReceiver()
    let (session, setup, play) = try await client.play(
      transport:
        "RTP/AVP;unicast;destination=192.0.2.9;client_port=\(rtp.port)-\(rtcp.port)")
    let ports = (setup["Transport"] ?? "").split(separator: ";")
      .first { $0.hasPrefix("server_port=") }?.dropFirst(12).split(separator: "-")
      .compactMap { Int($0) }
    let serverPorts = try #require(ports)
    #expect(serverPorts[0] % 2 == 0 && serverPorts[1] == serverPorts[0] + 1)

    await scene.awaitSubscribers(1)
    await scene.publish(isIDR: true, size: 3000)
    let datagrams = try await rtp.next(4)
    let packets = try datagrams.map { try RTPPacket(decoding: $0.bytes) }
    #expect(datagrams.allSatisfy { $0.source.port == serverPorts[0] })
    #expect(datagrams.allSatisfy { $0.bytes.readableBytes <= 1200 })
    #expect(packets.map(\.header.marker) == [false, false, false, true])
    #expect(packets[0].header.sequenceNumber == play.number("seq", in: "RTP-Info").map(UInt16.init))
    #expect(packets[0].header.rtpTimestamp == play.number("rtptime", in: "RTP-Info"))

    let report = try await rtcp.next(1)[0]
    #expect(report.source.port == serverPorts[1])
    guard case .senderReport? = try RTCPCompound(decoding: report.bytes).packets.first else {
      Issue.record("no sender report")
      return
    }
    // Hole punching and strangers' packets change nothing.
    rtp.send(ByteBuffer(bytes: [0xCE, 0xFA, 0xED, 0xFE]), to: report.source)
    _ = try await client.request("TEARDOWN", "/", "Session: \(session)")
    let goodbye = try RTCPCompound(decoding: try await rtcp.next(1)[0].bytes)
    #expect(goodbye.saysGoodbye)
    await scene.awaitSubscribers(0)
    try await scene.stop()
  }

  @Test func udpSwitchedOffMeans461AndTCPWorks() async throws {
    let scene = try await RTSPScene(["udpEnabled": false])
    let client = try await scene.connect()
    let refused = try await client.request(
      "SETUP", "/trackID=0", "Transport: RTP/AVP;unicast;client_port=5000-5001")
    #expect(refused.code == 461)
    try await client.play()
    try await scene.stop()
  }

  // MARK: End

  @Test func whenTheServerEndsViewersAreToldGoodbye() async throws {
    let scene = try await RTSPScene()
    let client = try await scene.connect()
    try await client.play()
    await scene.awaitSubscribers(1)
    await scene.publish(isIDR: true)
    _ = try await client.picture()
    async let end: Void = scene.stop()
    var saidGoodbye = false
    while let message = try await client.next() {
      guard case .frame(channel: 1, let bytes) = message else { continue }
      saidGoodbye = try saidGoodbye || RTCPCompound(decoding: bytes).saysGoodbye
    }
    #expect(saidGoodbye)
    try await end
    await scene.awaitSubscribers(0)
  }

  @Test func theSamePortCanBeUsedAgainAtOnce() async throws {
    let scene = try await RTSPScene()
    let client = try await scene.connect()
    try await client.play()
    try await scene.stop()
    let again = try await RTSPScene([
      "listenPort": ConfigValue(.int(scene.port), isSecret: false)
    ])
    let next = try await again.connect()
    #expect(try await next.request("OPTIONS").code == 200)
    try await again.stop()
  }

  @Test func anOccupiedPortIsAnErrorThatNamesIt() async throws {
    let scene = try await RTSPScene()
    let source = SettingsSource(
      name: "test",
      provider: InMemoryProvider(values: [
        "listenAddress": "127.0.0.1",
        "listenPort": ConfigValue(.int(scene.port), isSecret: false),
      ]))
    let other = RTSPOutput(
      settings: SettingsReader(sources: [source], ledger: SettingsLedger()),
      stream: StreamHandle(hub: scene.hub, slot: scene.slot, clock: .system),
      telemetry: ComponentTelemetry(
        name: "other", board: scene.board, clock: .system, logger: Logger(label: "test")))
    await #expect {
      try await other.runSession()
    } throws: { error in
      "\(error)".contains("127.0.0.1:\(scene.port)")
    }
    try await scene.stop()
  }
}
