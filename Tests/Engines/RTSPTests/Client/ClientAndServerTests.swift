import Media
import NIOCore
import RTP
import SDP
import TestSupport
import Testing

@testable import RTSP

/// Our client talking to our server, byte for byte, without sockets.
@Suite struct ClientAndServerTests {
  /// Both ends and what is on its way between them.
  private struct Link {
    var server: RTSPServerConnection
    var desk: LoginDesk
    var client: RTSPClientSession
    var parser = RTSPResponseParser()
    var inbox = ByteBuffer()
    var sender = RTPSender(
      ssrc: 0xABCDEF, payloadType: 96, firstSequenceNumber: 65_530, firstTimestamp: 4_294_967_000)
    var picture: IDRPicture?
    var steps: [RTSPClientStep] = []
    var isClosed = false
    let now = MediaTime(nanoseconds: 1_000_000_000)
    let accessUnit: AccessUnit
    let spoil: ([UInt8]) -> [UInt8]

    init(
      authentication: RTSPAuthentication = .none, login: RTSPLogin? = nil,
      url: String = "rtsp://192.0.2.1:8554/live/stream",
      spoil: @escaping ([UInt8]) -> [UInt8] = { $0 }
    ) {
      let configuration = RTSPServerConfiguration(
        presentation: RTSPPresentation(path: "/live/stream"), authentication: authentication,
        serverName: "test")
      var generator = SeededGenerator(seed: 2)
      desk = LoginDesk(configuration: configuration, generator: &generator)
      server = RTSPServerConnection(
        configuration: configuration, localAuthority: "192.0.2.1:8554",
        generator: SeededGenerator(seed: 1), acceptedAt: now)
      client = RTSPClientSession(
        url: url, login: login, userAgent: "test", clientNonce: "0a4f113b")
      let slice = [0x65, 0x88] + (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      accessUnit = AccessUnit(
        serial: 0, nalUnits: [SampleServer.unit(slice)], presentationTime: now, isIDR: true,
        format: VideoFormat(
          parameterSets: ParameterSets(sps: SampleServer.sps, pps: SampleServer.pps),
          size: .alpha6000Liveview, bitrateKbps: 2000))
      self.spoil = spoil
    }

    mutating func run() throws {
      try carryOut(client.connected())
    }

    private mutating func carryOut(_ orders: [RTSPClientOrder]) throws {
      for order in orders {
        switch order {
        case .send(let bytes): try carryOut(server.received(bytes, at: now))
        case .reached(let step): steps.append(step)
        case .deliver(let picture): self.picture = picture
        case .close: isClosed = true
        }
      }
    }

    private mutating func carryOut(_ orders: [RTSPServerOrder]) throws {
      for order in orders {
        switch order {
        case .send(let bytes): try deliver(bytes)
        case .authenticate(let attempt):
          if case .verdict(let verdict) = desk.judge(attempt, from: nil, at: now) {
            try carryOut(server.authenticated(verdict, at: now))
          }
        case .describe:
          try carryOut(
            server.described(with: ByteBuffer(string: SampleServer.description), at: now))
        case .openTransport:
          try carryOut(server.transportReady(ssrc: sender.ssrc, serverPorts: nil, at: now))
        case .startPlaying, .announceNextPacket:
          try carryOut(server.playbackReady(sender.announce(now: now), at: now))
          let train = H264Packetizer(maxPacketSize: 1400).packetize(accessUnit)
          try deliver(sender.interleaved(train, channel: 0))
        case .pausePlaying, .stopSession, .receivedRTCP, .close: break
        }
      }
    }

    private mutating func deliver(_ bytes: ByteBuffer) throws {
      inbox.writeBytes(spoil(Array(bytes.readableBytesView)))
      while !isClosed, let message = try parser.next(from: &inbox) {
        try carryOut(client.received(message))
      }
    }
  }

  @Test(arguments: [
    "rtsp://192.0.2.1:8554/live/stream", "rtsp://192.0.2.1:8554/live/stream/",
    "rtsp://192.0.2.1:8554/live/stream?x=1",
  ])
  func thePictureArrives(url: String) throws {
    var link = Link(url: url)
    try link.run()
    #expect(link.picture?.slices == link.accessUnit.nalUnits)
    #expect(link.picture?.parameterSets == [SampleServer.sps, SampleServer.pps])
    #expect(link.isClosed)
    #expect(link.steps == RTSPClientStep.allCases)
  }

  @Test(
    arguments: [
      [.basic], [.digest], [.digestSHA256], [.digestSHA256, .digest], [.digest, .basic],
    ] as [[RTSPAuthentication.Scheme]])
  func thePasswordOpensTheDoor(schemes: [RTSPAuthentication.Scheme]) throws {
    let authentication = RTSPAuthentication(
      schemes: schemes, users: [RTSPCredential(username: "cam", password: "sésame")],
      realm: "camera")
    var link = Link(
      authentication: authentication, login: RTSPLogin(username: "cam", password: "sésame"))
    try link.run()
    #expect(link.picture != nil)
    var stranger = Link(authentication: authentication)
    #expect(throws: RTSPClientError.credentialMissing(realm: "camera")) { try stranger.run() }
    var guesser = Link(
      authentication: authentication, login: RTSPLogin(username: "cam", password: "sesame"))
    // The answer to a wrong one is held back.
    try guesser.run()
    #expect(guesser.picture == nil && guesser.client.awaitedStep == .describe)
  }

  /// Whatever the server's bytes become on the way, the client ends with a picture, an error, or
  /// waiting; never with a trap.
  @Test func spoiltAnswersDoNoHarm() {
    var pictures = 0
    var errors = 0
    for seed in 0..<1500 as Range<UInt64> {
      nonisolated(unsafe) var generator = SeededGenerator(seed: seed)
      var link = Link { bytes in
        Int.random(in: 0..<4, using: &generator) == 0
          ? Mutation.mutate(bytes, using: &generator) : bytes
      }
      do {
        try link.run()
        if link.picture != nil { pictures += 1 }
      } catch {
        #expect(error is RTSPClientError)
        errors += 1
      }
    }
    #expect(pictures > 100)
    #expect(errors > 100)
  }
}
