import Media
import NIOCore
import RTP

@testable import RTSP

/// The owner of an `RTSPServerConnection`: carries out orders, and checks that they make sense.
struct ServerStage {
  private(set) var orders: [RTSPServerOrder] = []
  private var connection: RTSPServerConnection
  private var desk: LoginDesk
  private var now = MediaTime(nanoseconds: 1_000_000_000)
  private let answersAtOnce: Bool

  /// The order that waits for its answer.
  private enum Pending {
    case nothing, login(RTSPLoginAttempt), description, transport(RTSPTransport), playback
  }
  private var pending = Pending.nothing
  private var transport: RTSPTransport?
  private var isPlaying = false
  private var isClosed = false
  private var receivedBytes = 0
  private var sentBytes = 0

  /// - Parameter scene: Bit 0: a password is wanted. 1: no UDP. 2: answers have to be given by
  ///   events. 3: the server is full. 4: limits are tight.
  init(scene: UInt8) {
    var limits = scene & 16 == 16 ? RTSPMessages.tightLimits : RTSPLimits()
    if scene & 16 == 16 {
      limits.bufferedBytes = 400
      limits.interleavedBurstBytes = 64
      limits.interleavedBytesPerMinute = 60
    }
    let configuration = RTSPServerConfiguration(
      presentation: RTSPPresentation(path: "/live/stream"),
      authentication: scene & 1 == 1 ? LoginChecks.authentication : .none, limits: limits,
      allowsUDP: scene & 2 == 0, serverName: "fuzz")
    var generator = GuessableGenerator()
    desk = LoginDesk(configuration: configuration, generator: &generator)
    connection = RTSPServerConnection(
      configuration: configuration, localAuthority: "192.0.2.1:8554",
      generator: GuessableGenerator(), admission: scene & 8 == 8 ? .refused : .admitted,
      acceptedAt: now)
    answersAtOnce = scene & 4 == 0
  }

  // MARK: Facts

  mutating func receive(_ bytes: ArraySlice<UInt8>) {
    receivedBytes += bytes.count
    carryOut(connection.received(ByteBuffer(bytes: bytes), at: now))
  }

  mutating func happen(_ event: ServerSession.Event) {
    switch event {
    case .deadline:
      guard let deadline = connection.nextDeadline else { return }
      now = max(now, deadline)
      // The end of one wait may show that another one is over, too.
      for _ in 0..<3 where connection.nextDeadline.map({ $0 <= now }) ?? false {
        meetDeadline()
      }
      if let next = connection.nextDeadline { require(next > now, "a deadline is over once met") }
    case .fiveSeconds:
      now = now.advanced(by: .seconds(5))
      meetDeadline()
    case .ready: answer()
    case .unavailable:
      let orders = connection.streamUnavailable(retryAfter: .seconds(3), at: now)
      settle(orders)
      carryOut(orders)
    case .failed:
      switch pending {
      case .nothing, .login, .playback: break
      case .description:
        pending = .nothing
        carryOut(connection.described(with: nil, at: now))
      case .transport:
        pending = .nothing
        carryOut(connection.transportFailed(at: now))
      }
    case .rtcp: connection.rtcpReceived(at: now)
    case .inputEnded: carryOut(connection.inputEnded())
    case .peerClosed:
      let orders = connection.peerClosed()
      isClosed = true
      carryOut(orders, afterClose: true)
    }
  }

  private mutating func meetDeadline() {
    let orders = connection.deadlineReached(at: now)
    settle(orders)
    carryOut(orders)
  }

  /// The client is gone at last.
  mutating func end() {
    if !isClosed { happen(.peerClosed) }
    require(connection.nextDeadline == nil, "nothing is awaited after the end")
    require(connection.received(ByteBuffer(string: "X"), at: now).isEmpty, "nor answered")
    require(transport == nil && !isPlaying, "the transport is given back")
  }

  /// Gives what was ordered last.
  private mutating func answer() {
    let asked = pending
    pending = .nothing
    switch asked {
    case .nothing: break
    case .login(let attempt):
      carryOut(connection.authenticated(verdict(on: attempt), at: now))
    case .description:
      carryOut(connection.described(with: ByteBuffer(string: "v=0\r\n"), at: now))
    case .transport(let wanted):
      var ports: PortPair?
      if case .udp = wanted { ports = PortPair(rtp: 40_000, rtcp: 40_001) }
      let orders = connection.transportReady(ssrc: 0xDECADE, serverPorts: ports, at: now)
      // No orders: the client left, or the answer came too late.
      if !orders.isEmpty { transport = wanted }
      carryOut(orders)
    case .playback:
      let start = RTPSender.Announcement(sequenceNumber: 65_535, rtpTimestamp: .max)
      let orders = connection.playbackReady(start, at: now)
      if !orders.isEmpty { isPlaying = true }
      carryOut(orders)
    }
  }

  /// The desk's verdict; a turn that has to be waited for, and a slow check, take their time.
  private mutating func verdict(on attempt: RTSPLoginAttempt) -> RTSPLoginVerdict {
    var decision = desk.judge(attempt, from: LoginChecks.address, at: now)
    if case .later(let waiting, let time) = decision {
      now = now.advanced(by: time)
      decision = desk.judge(waiting, from: LoginChecks.address, at: now)
    }
    switch decision {
    case .verdict(let verdict): return verdict
    case .check(let check): return desk.finished(check, isRight: check.evaluate(), at: now)
    case .later(let waiting, _):
      require(false, "a turn comes once: \(waiting)")
      return verdict(on: waiting)
    }
  }

  // MARK: Orders

  /// What the connection no longer waits for.
  private mutating func settle(_ orders: [RTSPServerOrder]) {
    if !orders.isEmpty { pending = .nothing }
  }

  private mutating func carryOut(_ new: [RTSPServerOrder], afterClose: Bool = false) {
    require(!isClosed || afterClose || new.isEmpty, "nothing is ordered after the end")
    orders += new
    for order in new { carryOut(order) }
    require(sentBytes <= 4096 + 200 * receivedBytes, "answers are in proportion")
    if answersAtOnce, !isClosed { answerAll() }
  }

  private mutating func answerAll() {
    if case .nothing = pending { return }
    answer()
  }

  private mutating func carryOut(_ order: RTSPServerOrder) {
    switch order {
    case .send(let bytes): check(bytes)
    case .authenticate(let attempt):
      requireNothingPending()
      pending = .login(attempt)
    case .describe:
      requireNothingPending()
      pending = .description
    case .openTransport(let wanted):
      requireNothingPending()
      require(transport == nil, "one transport at a time")
      pending = .transport(wanted)
    case .startPlaying:
      requireNothingPending()
      require(transport != nil && !isPlaying, "what plays has a transport")
      pending = .playback
    case .announceNextPacket:
      requireNothingPending()
      require(isPlaying, "only what plays has a next packet")
      pending = .playback
    case .pausePlaying:
      isPlaying = false
      pending = .nothing
    case .stopSession:
      (isPlaying, transport, pending) = (false, nil, .nothing)
    case .receivedRTCP:
      guard case .interleaved? = transport else { return require(false, "RTCP has a channel") }
    case .close:
      isClosed = true
    }
  }

  private func requireNothingPending() {
    guard case .nothing = pending else { return require(false, "one thing at a time") }
  }

  /// Every answer is one, and whole.
  private mutating func check(_ bytes: ByteBuffer) {
    require(!isClosed, "nothing is sent after the end")
    sentBytes += bytes.readableBytes
    var limits = RTSPLimits()
    limits.headBytes = 65_536
    limits.headerCount = 256
    var parser = RTSPResponseParser(limits: limits)
    var rest = bytes
    guard case .reply(let reply)? = try? parser.next(from: &rest), rest.readableBytes == 0 else {
      return require(false, "an answer is an answer: \(String(buffer: bytes))")
    }
    require((200...599).contains(reply.code), "answers have a known class")
    require(reply.headers["Server"] == "fuzz", "answers name the server once and first")
    if reply.code == 401 {
      require(reply.headers["WWW-Authenticate"] != nil, "a refusal says what is wanted")
    }
  }
}

/// Makes every session id a row of ones, which inputs can name.
private struct GuessableGenerator: RandomNumberGenerator, Sendable {
  func next() -> UInt64 { 0x1111_1111_1111_1111 }
}
