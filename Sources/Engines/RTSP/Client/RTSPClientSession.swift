import NIOCore
import SDP

/// Takes one picture from an RTSP server, over TCP.
///
/// ```
///   idle ──▶ OPTIONS ──▶ DESCRIBE ──▶ SETUP ──▶ PLAY ──▶ receiving ──▶ TEARDOWN ──▶ over
///               └── 401: once more with login ──┘           first whole IDR
/// ```
///
/// Speaks like Soracom's Remote Command is documented to: H.264 inside the RTSP connection, no
/// authentication or Basic. The password is sent only to a server that asked for Basic; one that
/// offers Digest alone gets that, which goes beyond Remote Command. An OPTIONS that is refused is
/// passed over, any other refusal is the end.
///
/// Redirections are reported and not followed: the password was meant for this server.
///
/// Source: RFC 2326 §10 and appendix A.1.
public struct RTSPClientSession: Sendable {
  private enum State {
    case idle
    case askingOptions
    case describing
    case settingUp(VideoTrack)
    case startingPlay(RTSPReception)
    case receiving(RTSPReception)
    case leaving(RTSPClientProgress)
    case over(RTSPClientProgress)
  }

  /// The request whose answer is awaited.
  private struct Request {
    var method: RTSPMethod
    var url: String
    var headers: [RTSPHeaders.Field] = []
    var cseq: UInt64 = 0
    var carriesLogin = false
    /// It was sent again because its nonce was too old.
    var isRenewed = false
  }

  /// How requests show the login.
  private enum Proof {
    case basic
    /// `count` requests have used its nonce.
    case digest(DigestChallenge, count: UInt32)
  }

  private let url: String
  private let login: RTSPLogin?
  private let userAgent: String
  private let clientNonce: String
  private let limits: RTSPLimits
  private var state: State = .idle
  private var pending: Request?
  private var lastCSeq: UInt64 = 0
  /// Nil until the server asks.
  private var proof: Proof?

  /// - Parameters:
  ///   - url: Of the presentation, without user name and password.
  ///   - login: Shown if the server asks for Basic or Digest.
  ///   - userAgent: Name of this program.
  ///   - clientNonce: For Digest: letters and digits that are hard to predict.
  ///   - limits: `urlBytes` holds for URLs the server names.
  public init(
    url: String, login: RTSPLogin?, userAgent: String, clientNonce: String,
    limits: RTSPLimits = RTSPLimits()
  ) {
    self.url = url
    self.login = login
    self.userAgent = userAgent
    self.clientNonce = clientNonce
    self.limits = limits
  }

  /// The step that is being waited for; nil before the start and after the end.
  public var awaitedStep: RTSPClientStep? {
    switch state {
    case .idle, .over: nil
    case .askingOptions: .options
    case .describing: .describe
    case .settingUp: .setup
    case .startingPlay: .play
    case .receiving(let reception):
      reception.progress.packetCount == 0 ? .firstPacket : .picture
    case .leaving: .teardown
    }
  }

  public var progress: RTSPClientProgress {
    switch state {
    case .idle, .askingOptions, .describing, .settingUp: RTSPClientProgress()
    case .startingPlay(let reception), .receiving(let reception): reception.progress
    case .leaving(let progress), .over(let progress): progress
    }
  }

  // MARK: Facts

  /// The connection is there.
  public mutating func connected() -> [RTSPClientOrder] {
    guard case .idle = state else {
      assertionFailure("connected twice")
      return [.close]
    }
    state = .askingOptions
    return [send(Request(method: .options, url: url))]
  }

  /// The server sent something.
  ///
  /// - Throws: when there will be no picture; the connection is to be closed then.
  public mutating func received(
    _ message: RTSPServerMessage
  ) throws(RTSPClientError) -> [RTSPClientOrder] {
    switch message {
    case .reply(let reply):
      return try receivedReply(reply)
    case .interleaved(let channel, let payload):
      return receivedFrame(payload, on: channel)
    case .request(_, let cseq):
      return [.send(RTSPResponse(.notImplemented, cseq: cseq).encoded())]
    }
  }

  // MARK: Frames

  private mutating func receivedFrame(
    _ payload: ByteBuffer, on channel: UInt8
  ) -> [RTSPClientOrder] {
    let isPlaying: Bool
    var reception: RTSPReception
    switch state {
    case .startingPlay(let current): (isPlaying, reception) = (false, current)
    case .receiving(let current): (isPlaying, reception) = (true, current)
    case .idle, .askingOptions, .describing, .settingUp, .leaving, .over: return []
    }
    state = .idle  // `reception` is now the only owner of its packets: no copy on append.
    let isFirst = reception.progress.packetCount == 0
    let picture = reception.receive(payload, on: channel)
    var orders: [RTSPClientOrder] = []
    if isFirst, reception.progress.packetCount > 0 { orders.append(.reached(.firstPacket)) }
    if let picture {
      orders += [.reached(.picture), .deliver(picture), leave(reception)]
    } else {
      // live555 may send the first packets ahead of its answer to PLAY.
      state = isPlaying ? .receiving(reception) : .startingPlay(reception)
    }
    return orders
  }

  private mutating func leave(_ reception: RTSPReception) -> RTSPClientOrder {
    state = .leaving(reception.progress)
    return send(
      Request(
        method: .teardown, url: reception.track.presentationURL,
        headers: [.init(name: "Session", value: reception.sessionID)]))
  }

  // MARK: Answers

  private mutating func receivedReply(
    _ reply: RTSPReply
  ) throws(RTSPClientError) -> [RTSPClientOrder] {
    // 1xx says that the answer is still to come; an answer to an older request may be late.
    guard let request = pending, reply.code >= 200,
      reply.cseq == nil || reply.cseq == request.cseq
    else { return [] }
    pending = nil
    if case .leaving(let progress) = state {
      state = .over(progress)
      return [.reached(.teardown), .close]
    }
    if reply.code == 401 { return [try authorized(request, challengedBy: reply)] }
    if case .askingOptions = state { return describe() }
    guard !(300...399).contains(reply.code) else {
      throw .redirected(request.method, location: Self.location(of: reply))
    }
    guard reply.isSuccess else {
      throw .refused(request.method, code: reply.code, reason: reply.reason)
    }
    switch state {
    case .describing:
      return try described(reply)
    case .settingUp(let track):
      return try setUp(track, by: reply)
    case .startingPlay(let reception):
      state = .receiving(reception)
      return [.reached(.play)]
    case .idle, .askingOptions, .receiving, .leaving, .over:
      return []
    }
  }

  /// The same request again, this time with user name and password.
  private mutating func authorized(
    _ request: Request, challengedBy reply: RTSPReply
  ) throws(RTSPClientError) -> RTSPClientOrder {
    let challenges = AuthenticationChallenge.parse(reply.headers.values("WWW-Authenticate"))
    let basic = challenges.first { $0.scheme.isEqualIgnoringCase("Basic") }
    // Servers name first what they like best.
    let digest = challenges.lazy.compactMap(DigestChallenge.init).first
    let realm = basic?.realm ?? digest?.realm
    var request = request
    // Before the question of the scheme: a refusal need not carry a challenge once more.
    if request.carriesLogin {
      guard case .digest? = proof, let digest, digest.isStale, !request.isRenewed else {
        throw .credentialRejected(realm: realm)
      }
      request.isRenewed = true
      proof = .digest(digest, count: 0)
      return send(request)
    }
    guard basic != nil || digest != nil else {
      throw .authenticationUnsupported(offered: challenges.map(\.scheme))
    }
    guard login != nil else { throw .credentialMissing(realm: realm) }
    proof = basic == nil ? digest.map { .digest($0, count: 0) } : .basic
    return send(request)
  }

  private mutating func describe() -> [RTSPClientOrder] {
    state = .describing
    let request = Request(
      method: .describe, url: url, headers: [.init(name: "Accept", value: "application/sdp")])
    return [.reached(.options), send(request)]
  }

  private mutating func described(
    _ reply: RTSPReply
  ) throws(RTSPClientError) -> [RTSPClientOrder] {
    let type = reply.headers["Content-Type"].map { String($0.prefix { $0 != ";" }).trimmed }
    guard type.map({ $0.isEqualIgnoringCase("application/sdp") }) ?? true else {
      throw .notADescription(contentType: type)
    }
    let description: SessionDescription
    do {
      description = try SessionDescription(
        parsing: String(decoding: reply.body.readableBytesView, as: UTF8.self))
    } catch {
      throw .descriptionMalformed(error)
    }
    let named = reply.headers["Content-Base"] ?? reply.headers["Content-Location"]
    // A base that is not absolute, or empty, is worth no more than none.
    let base = named.flatMap { $0.contains("://") ? $0 : nil } ?? url
    let track = try VideoTrack(in: description, base: base, urlLimit: limits.urlBytes)
    state = .settingUp(track)
    let transport = "RTP/AVP/TCP;unicast;interleaved=0-1"
    let request = Request(
      method: .setup, url: track.trackURL,
      headers: [.init(name: "Transport", value: transport)])
    return [.reached(.describe), send(request)]
  }

  private mutating func setUp(
    _ track: VideoTrack, by reply: RTSPReply
  ) throws(RTSPClientError) -> [RTSPClientOrder] {
    let transport = try? TransportHeader(parsing: reply.headers.values("Transport"))
    guard let entry = transport?.entries.first, entry.lowerTransport == .tcp else {
      throw .transportUnusable(reply.headers["Transport"])
    }
    let sessionID = reply.headers["Session"].map { String($0.prefix { $0 != ";" }).trimmed }
    guard let sessionID, !sessionID.isEmpty else { throw .sessionIDMissing }
    // Servers may choose other channels than asked for.
    state = .startingPlay(
      RTSPReception(track: track, sessionID: sessionID, channel: entry.channels?.rtp ?? 0))
    let request = Request(
      method: .play, url: track.presentationURL,
      headers: [
        .init(name: "Session", value: sessionID), .init(name: "Range", value: "npt=0.000-"),
      ])
    return [.reached(.setup), send(request)]
  }

  private static func location(of reply: RTSPReply) -> String? {
    guard let text = reply.headers["Location"],
      let endpoint = try? RTSPEndpoint(parsing: text)
    else { return nil }
    return endpoint.url
  }

  // MARK: Requests

  private mutating func send(_ request: Request) -> RTSPClientOrder {
    lastCSeq &+= 1
    var request = request
    request.cseq = lastCSeq
    var buffer = ByteBuffer()
    buffer.writeString("\(request.method.name) \(request.url) RTSP/1.0\r\n")
    buffer.writeString("CSeq: \(request.cseq)\r\nUser-Agent: \(userAgent)\r\n")
    if let authorization = authorization(for: request) {
      buffer.writeString("Authorization: \(authorization)\r\n")
      request.carriesLogin = true
    }
    for field in request.headers {
      buffer.writeString("\(field.name): \(field.value)\r\n")
    }
    buffer.writeString("\r\n")
    pending = request
    return .send(buffer)
  }

  private mutating func authorization(for request: Request) -> String? {
    guard let login else { return nil }
    switch proof {
    case nil:
      return nil
    case .basic?:
      return login.basicAuthorization
    case .digest(let challenge, let count)?:
      proof = .digest(challenge, count: count &+ 1)
      return login.digestAuthorization(
        for: challenge, method: request.method, url: request.url, count: count &+ 1,
        clientNonce: clientNonce)
    }
  }
}
