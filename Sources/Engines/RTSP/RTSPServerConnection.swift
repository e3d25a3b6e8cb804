import Media
import NIOCore
import RTP

/// One client's connection to the RTSP server: bytes and time in, orders out.
///
/// ```
///             SETUP             PLAY
///   initial ─────────▶ ready ─────────▶ playing ──┐ PLAY
///      ▲                │ ▲  ◀─────────           │ (200)
///      └─── TEARDOWN ───┘ └─── PAUSE ── ◀─────────┘
///      └─── TEARDOWN, silence over UDP ───────────┘
/// ```
///
/// Beside the session state there is at most one request that waits for the owner (a login, a
/// session description, a transport, the first picture) or for time (a delayed 401). What the
/// client sends meanwhile is kept and answered afterwards, so pipelined requests keep their order.
///
/// Every error answer keeps the connection, except where the end of the message is unknown or a
/// limit was passed. Orders must be carried out in the order given; a fact that comes too late,
/// for example after the client left, gives no orders.
///
/// Source: RFC 2326; where it is silent or clients differ, the shapes in
/// `Tests/Engines/RTSPTests/ClientExchangeTests.swift`.
public struct RTSPServerConnection: Sendable {
  /// Whether the server has room for one more connection.
  public enum Admission: Sendable, Hashable {
    case admitted
    /// The first request is answered 503, then the connection ends.
    case refused
  }

  /// The request whose answer is not there yet.
  enum Waiting: Sendable {
    case nothing
    case login(RTSPRequest)
    case description(RTSPRequest)
    case transport(RTSPRequest, TransportHeader.Entry, RTSPTransport)
    case playback(RTSPRequest)
    case delay(RTSPResponse, closes: Bool)
  }

  let configuration: RTSPServerConfiguration
  /// `host:port` of our end, for clients that send an absolute path only.
  let localAuthority: String
  var generator: any (RandomNumberGenerator & Sendable)
  private let admission: Admission

  var state: RTSPSessionState = .initial(hadSession: false)
  var waiting: Waiting = .nothing
  var waitingUntil: MediaTime?
  private var isClosed = false
  var closesAfterAnswer = false

  private var parser: RTSPMessageParser
  private var inbox = ByteBuffer()
  private var interleavedBudget: ByteBudget
  private var rejectedInARow = 0
  var failedLogins = 0
  /// What the last right login of this connection was made of.
  var loginProof: LoginProof?

  private let acceptedAt: MediaTime
  private var lastRequestAt: MediaTime?
  private var lastSignOfLifeAt: MediaTime
  private var messageBeganAt: MediaTime?

  /// Set if requests come through an HTTP tunnel: then only interleaved packets pass.
  public var isTunnelled = false
  /// True once the client asked for `?start=live`: the stream from the next IDR on, without
  /// anything in front of it. Clients drop the query here and there, so once is enough.
  public private(set) var wantsLiveStart = false
  /// First `User-Agent` the client named, for status and logs.
  public private(set) var userAgent: String?
  /// Both clocks at one moment, for the `Date` header, which is left out without it. To be set
  /// anew now and then, so that a stepped wall clock shows.
  public var wallClock: WallClockAnchor?
  /// When the last fact was stated.
  private var factAt: MediaTime

  /// - Parameters:
  ///   - localAuthority: `host:port` of our end of the connection.
  ///   - generator: For session ids; must be hard to predict.
  public init(
    configuration: RTSPServerConfiguration, localAuthority: String,
    generator: any (RandomNumberGenerator & Sendable), admission: Admission = .admitted,
    acceptedAt now: MediaTime
  ) {
    self.configuration = configuration
    self.localAuthority = localAuthority
    self.generator = generator
    self.admission = admission
    let limits = configuration.limits
    parser = RTSPMessageParser(limits: limits)
    interleavedBudget = ByteBudget(
      burst: limits.interleavedBurstBytes, bytesPerMinute: limits.interleavedBytesPerMinute,
      at: now)
    acceptedAt = now
    lastSignOfLifeAt = now
    factAt = now
  }

  var limits: RTSPLimits { configuration.limits }

  // MARK: Facts

  /// Bytes came from the client.
  public mutating func received(_ bytes: ByteBuffer, at now: MediaTime) -> [RTSPServerOrder] {
    guard !isClosed else { return [] }
    factAt = now
    if inbox.readableBytes == 0 {
      inbox = bytes
    } else {
      inbox.discardReadBytes()
      inbox.writeImmutableBuffer(bytes)
    }
    var orders: [RTSPServerOrder] = []
    process(at: now, into: &orders)
    if inbox.readableBytes > limits.unreadBytes { close(into: &orders) }
    return orders
  }

  /// The client will send no more; an answer it waits for is still given.
  public mutating func inputEnded() -> [RTSPServerOrder] {
    guard !isClosed else { return [] }
    if case .nothing = waiting { return peerClosed() + [.close] }
    closesAfterAnswer = true
    return []
  }

  /// The connection is gone.
  public mutating func peerClosed() -> [RTSPServerOrder] {
    guard !isClosed else { return [] }
    isClosed = true
    waiting = .nothing
    return state.session == nil ? [] : [.stopSession]
  }

  /// RTCP came over UDP: the viewer is alive.
  public mutating func rtcpReceived(at now: MediaTime) {
    lastSignOfLifeAt = max(lastSignOfLifeAt, now)
  }

  // MARK: Time

  /// When `deadlineReached(at:)` must be called at the latest; may move with every fact.
  public var nextDeadline: MediaTime? {
    guard !isClosed else { return nil }
    if let waitingUntil { return waitingUntil }
    let message = messageBeganAt?.advanced(by: limits.messageTimeout)
    guard let silence = silenceDeadline else { return message }
    return message.map { min($0, silence) } ?? silence
  }

  /// When a client that sends nothing more is given up.
  private var silenceDeadline: MediaTime? {
    switch state {
    case .initial:
      return lastRequestAt?.advanced(by: limits.idleTimeout)
        ?? acceptedAt.advanced(by: limits.firstRequestTimeout)
    case .playing(let session) where session.isInterleaved:
      // Many readers never send a byte; whether they are alive shows in what they acknowledge.
      return nil
    case .ready, .playing:
      return lastSignOfLifeAt.advanced(by: limits.enforcedSessionTimeout)
    }
  }

  /// Time has passed; harmless if no deadline is due.
  public mutating func deadlineReached(at now: MediaTime) -> [RTSPServerOrder] {
    guard let nextDeadline, nextDeadline <= now else { return [] }
    factAt = now
    switch waiting {
    case .delay(let response, let closes):
      closesAfterAnswer = closesAfterAnswer || closes
      return answerWaiting(response, at: now)
    case .login(let request):
      // A verdict that came later must not be taken for one on another login.
      closesAfterAnswer = true
      return answerWaiting(response(.serviceUnavailable, to: request), at: now)
    case .description(let request):
      return answerWaiting(response(.serviceUnavailable, to: request), at: now)
    case .transport(let request, _, _):
      state = .initial(hadSession: true)
      return [.stopSession] + answerWaiting(response(.serviceUnavailable, to: request), at: now)
    case .playback(let request):
      return [.pausePlaying] + answerWaiting(response(.serviceUnavailable, to: request), at: now)
    case .nothing:
      break
    }
    var orders: [RTSPServerOrder] = []
    if messageBeganAt != nil {
      orders.append(.send(closingResponse(.requestTimeout).encoded()))
    }
    close(into: &orders)
    return orders
  }

  // MARK: Messages

  mutating func process(at now: MediaTime, into orders: inout [RTSPServerOrder]) {
    while !isClosed, case .nothing = waiting {
      do {
        guard let inbound = try parser.next(from: &inbox) else { break }
        messageBeganAt = nil
        handle(inbound, at: now, into: &orders)
      } catch {
        // A TLS client would not understand an answer.
        if case .binaryData = error {
        } else {
          orders.append(.send(closingResponse(error.status).encoded()))
        }
        close(into: &orders)
        return
      }
    }
    guard case .nothing = waiting else {
      // What lies behind a request that waits is not read, so its time does not run.
      messageBeganAt = nil
      return
    }
    if inbox.readableBytes == 0 && !parser.isInsideMessage {
      messageBeganAt = nil
    } else if messageBeganAt == nil {
      messageBeganAt = now
    }
  }

  private mutating func handle(
    _ inbound: RTSPInbound, at now: MediaTime, into orders: inout [RTSPServerOrder]
  ) {
    lastSignOfLifeAt = max(lastSignOfLifeAt, now)
    closesAfterAnswer = closesAfterAnswer || admission == .refused
    switch inbound {
    case .interleaved(let channel, let payload):
      handleInterleaved(channel, payload, at: now, into: &orders)
    case .rejected(let rejection):
      lastRequestAt = now
      rejectedInARow += 1
      let isTooMuch = rejectedInARow >= limits.rejectedRequests
      closesAfterAnswer = closesAfterAnswer || isTooMuch
      finish(response(rejection.error.status, cseq: rejection.cseq), into: &orders)
    case .request(let request):
      lastRequestAt = now
      rejectedInARow = 0
      userAgent = userAgent ?? request.headers["User-Agent"]
      // RFC 2326 §12.10: the connection ends after the answer to a request that says so.
      closesAfterAnswer =
        closesAfterAnswer
        || request.headers.tokens("Connection").contains { $0.isEqualIgnoringCase("close") }
      wantsLiveStart = wantsLiveStart || request.url.queryValue(of: "start") == "live"
      guard admission == .admitted else {
        finish(response(.serviceUnavailable, to: request), into: &orders)
        return
      }
      carryOut(outcome(of: request, at: now), at: now, into: &orders)
    }
  }

  private mutating func handleInterleaved(
    _ channel: UInt8, _ payload: ByteBuffer, at now: MediaTime,
    into orders: inout [RTSPServerOrder]
  ) {
    if case .initial(hadSession: false) = state {
      orders.append(.send(closingResponse(.badRequest).encoded()))
      close(into: &orders)
      return
    }
    guard interleavedBudget.spend(payload.readableBytes + 4, at: now) else {
      close(into: &orders)
      return
    }
    if case .interleaved(let channels)? = state.session?.transport, channel == channels.rtcp {
      orders.append(.receivedRTCP(payload))
    }
  }

  /// What becomes of one request.
  enum Outcome {
    case answer(RTSPResponse)
    /// Give the orders, then answer.
    case act([RTSPServerOrder], RTSPResponse)
    /// The answer depends on something else.
    case wait(Waiting, [RTSPServerOrder], Duration)
  }

  mutating func carryOut(
    _ outcome: Outcome, at now: MediaTime, into orders: inout [RTSPServerOrder]
  ) {
    switch outcome {
    case .answer(let response):
      finish(response, into: &orders)
    case .act(let actions, let response):
      orders += actions
      finish(response, into: &orders)
    case .wait(let waiting, let actions, let duration):
      self.waiting = waiting
      waitingUntil = now.advanced(by: duration)
      orders += actions
    }
  }

  mutating func answerWaiting(
    _ response: RTSPResponse, at now: MediaTime
  ) -> [RTSPServerOrder] {
    waiting = .nothing
    waitingUntil = nil
    factAt = now
    var orders: [RTSPServerOrder] = []
    finish(response, into: &orders)
    process(at: now, into: &orders)
    return orders
  }

  private mutating func finish(_ response: RTSPResponse, into orders: inout [RTSPServerOrder]) {
    var response = dated(response)
    if closesAfterAnswer { response.headers.append("Connection", "close") }
    orders.append(.send(response.encoded()))
    if closesAfterAnswer { close(into: &orders) }
  }

  /// An answer to bytes that cannot be read on from.
  private func closingResponse(_ status: RTSPStatus) -> RTSPResponse {
    var response = dated(response(status, cseq: parser.cseq))
    response.headers.append("Connection", "close")
    return response
  }

  private func dated(_ response: RTSPResponse) -> RTSPResponse {
    guard let wallClock else { return response }
    var response = response
    let moment =
      wallClock.unixNanoseconds &+ wallClock.mediaTime.duration(to: factAt).wholeNanoseconds
    response.headers.append("Date", RTSPDate.text(unixSeconds: moment / 1_000_000_000))
    return response
  }

  private mutating func close(into orders: inout [RTSPServerOrder]) {
    guard !isClosed else { return }
    orders += peerClosed()
    orders.append(.close)
    inbox = ByteBuffer()
  }
}
