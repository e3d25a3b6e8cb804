import Media
import NIOCore
import RTP

// What the owner says in answer to the orders it was given.
extension RTSPServerConnection {
  /// The login asked about by `.authenticate` was judged.
  public mutating func authenticated(
    _ verdict: RTSPLoginVerdict, at now: MediaTime
  ) -> [RTSPServerOrder] {
    guard case .login(let request) = waiting else { return [] }
    switch verdict {
    case .granted(let grant):
      loginProof = grant.proof
      waiting = .nothing
      waitingUntil = nil
      var orders: [RTSPServerOrder] = []
      carryOut(outcomeForUser(request), at: now, into: &orders)
      process(at: now, into: &orders)
      return orders
    case .refused(let refusal):
      if refusal.isFailure { failedLogins += 1 }
      let response = unauthorized(refusal.challenges, to: request)
      let closes = refusal.isFinal || failedLogins >= limits.failedLogins
      guard refusal.answerAt > now else {
        closesAfterAnswer = closesAfterAnswer || closes
        return answerWaiting(response, at: now)
      }
      waiting = .delay(response, closes: closes)
      waitingUntil = refusal.answerAt
      return []
    }
  }

  /// The session description asked for by `.describe`; nil if there is no picture to describe.
  public mutating func described(
    with description: ByteBuffer?, at now: MediaTime
  ) -> [RTSPServerOrder] {
    guard case .description(let request) = waiting else { return [] }
    guard let description else {
      return answerWaiting(response(.serviceUnavailable, to: request), at: now)
    }
    var response = response(.ok, to: request)
    response.headers.append("Content-Type", "application/sdp")
    response.headers.append("Content-Base", contentBase(for: request.url))
    response.body = description
    return answerWaiting(response, at: now)
  }

  /// The transport asked for by `.openTransport` is there.
  ///
  /// - Parameter serverPorts: Our ports if it is UDP.
  public mutating func transportReady(
    ssrc: UInt32, serverPorts: PortPair?, at now: MediaTime
  ) -> [RTSPServerOrder] {
    guard case .transport(let request, let entry, let transport) = waiting else { return [] }
    let session = RTSPSession(
      id: state.session?.id ?? RTSPSession.makeID(using: &generator), transport: transport,
      trackURL: trackURL(for: request.url))
    state = .ready(session)
    let seconds = limits.advertisedSessionTimeout.components.seconds
    var response = response(.ok, to: request, session: "\(session.id);timeout=\(seconds)")
    response.headers.append(
      "Transport", entry.accepted(transport, serverPorts: serverPorts, ssrc: ssrc))
    return answerWaiting(response, at: now)
  }

  /// There are no sockets for the transport. 461 makes clients try the next one, usually TCP.
  public mutating func transportFailed(at now: MediaTime) -> [RTSPServerOrder] {
    guard case .transport(let request, _, _) = waiting else { return [] }
    if state.session != nil {
      state = .initial(hadSession: true)
    }
    return answerWaiting(response(.unsupportedTransport, to: request), at: now)
  }

  /// The numbers of the next packet are fixed; packets may follow the answer.
  public mutating func playbackReady(
    _ start: RTPSender.Announcement, at now: MediaTime
  ) -> [RTSPServerOrder] {
    guard case .playback(let request) = waiting, let session = state.session else { return [] }
    state = .playing(session)
    var response = response(.ok, to: request)
    response.headers.append("Range", "npt=now-")
    // RFC 2326 §12.34: the answer says which scale was chosen; a live stream has one.
    for name in ["Scale", "Speed"] where request.headers[name] != nil {
      response.headers.append(name, "1.0")
    }
    response.headers.append(
      "RTP-Info",
      "url=\(session.trackURL);seq=\(start.sequenceNumber);rtptime=\(start.rtpTimestamp)")
    return answerWaiting(response, at: now)
  }

  /// What was ordered last cannot be had: there is nothing to watch at present. The connection
  /// and a session that does not play stay.
  ///
  /// - Parameter retryAfter: When asking again makes sense; told to the client in whole seconds.
  ///
  /// Source: RFC 2326 §11 (503) and §12.31 (`Retry-After`).
  public mutating func streamUnavailable(
    retryAfter: Duration, at now: MediaTime
  ) -> [RTSPServerOrder] {
    let refused: RTSPRequest
    switch waiting {
    case .nothing, .delay, .login: return []
    case .description(let request), .playback(let request): refused = request
    case .transport(let request, _, _):
      refused = request
      if state.session != nil { state = .initial(hadSession: true) }
    }
    var response = response(.serviceUnavailable, to: refused)
    response.headers.append("Retry-After", "\(max(0, retryAfter.components.seconds))")
    return answerWaiting(response, at: now)
  }
}
