import Media
import NIOCore

// What each method does in each state. Nothing here touches bytes, time or the waiting request.
extension RTSPServerConnection {
  /// Checks that hold for every method, then the method itself.
  mutating func outcome(of request: RTSPRequest, at now: MediaTime) -> Outcome {
    let unsupported = request.headers.tokens("Require") + request.headers.tokens("Proxy-Require")
    guard unsupported.isEmpty else {
      // ONVIF clients probe for the back channel this way; we offer no feature tags.
      var response = response(.optionNotSupported, to: request)
      response.headers.append("Unsupported", unsupported.joined(separator: ", "))
      return .answer(response)
    }
    switch request.method {
    case .options: return .answer(listingMethods(.ok, "Public", to: request))
    case .other: return .answer(listingMethods(.notImplemented, "Public", to: request))
    case .announce, .record, .redirect:
      return .answer(listingMethods(.methodNotAllowed, "Allow", to: request))
    case .describe, .setup, .play, .pause, .teardown, .getParameter, .setParameter: break
    }
    guard configuration.authentication.isRequired else { return outcomeForUser(request) }
    let attempt = RTSPLoginAttempt(request, proof: loginProof, at: now)
    return .wait(
      .login(request), [.authenticate(attempt)],
      limits.answerTimeout + limits.logins.longestWait)
  }

  /// What becomes of a request that everybody may make, or this client.
  mutating func outcomeForUser(_ request: RTSPRequest) -> Outcome {
    switch request.method {
    case .describe: return describe(request)
    case .setup: return setUp(request)
    case .play: return play(request)
    case .pause: return pause(request)
    case .teardown: return tearDown(request)
    default: return parameters(request)
    }
  }

  private func listingMethods(
    _ status: RTSPStatus, _ header: String, to request: RTSPRequest
  ) -> RTSPResponse {
    var response = response(status, to: request)
    response.headers.append(header, RTSPMethod.list(RTSPMethod.supported))
    return response
  }

  func unauthorized(_ challenges: [String], to request: RTSPRequest) -> RTSPResponse {
    var response = response(.unauthorized, to: request)
    for challenge in challenges { response.headers.append("WWW-Authenticate", challenge) }
    return response
  }

  // MARK: Methods

  private func describe(_ request: RTSPRequest) -> Outcome {
    guard let resource = namedResource(request) else {
      return .answer(response(.notFound, to: request))
    }
    guard resource != .server else {
      let status: RTSPStatus = request.url.isWildcard ? .badRequest : .notFound
      return .answer(response(status, to: request))
    }
    let accepted = request.headers.tokens("Accept")
    guard accepted.isEmpty || accepted.contains(where: Self.includesSessionDescription) else {
      return .answer(response(.notAcceptable, to: request))
    }
    return .wait(.description(request), [.describe], limits.answerTimeout)
  }

  /// A media range of `Accept`; a quality of zero means the client does not want it.
  ///
  /// Source: RFC 2326 §12.1, RFC 2068 §14.1.
  private static func includesSessionDescription(_ mediaRange: String) -> Bool {
    let parts = mediaRange.lowercased().split(separator: ";").map { $0.trimmed }
    let isUnwanted = parts.dropFirst().contains { parameter in
      parameter.hasPrefix("q=") && Double(parameter.dropFirst(2)) == 0
    }
    let ours = ["application/sdp", "application/*", "*/*", "*"]
    return !isUnwanted && parts.first.map(ours.contains) == true
  }

  private mutating func setUp(_ request: RTSPRequest) -> Outcome {
    guard let resource = namedResource(request) else {
      return .answer(response(.notFound, to: request))
    }
    // With a single track the presentation's URL names it just as well (RFC 2326 §11.4.11 is
    // about several); Debian's VLC and clients of descriptions without control do that.
    guard resource != .server else {
      let status: RTSPStatus =
        request.url.isWildcard ? .aggregateOperationNotAllowed : .notFound
      return .answer(response(status, to: request))
    }
    if request.sessionID != nil, !isInOurSession(request) {
      return .answer(response(.sessionNotFound, to: request))
    }
    if case .playing = state { return .answer(notValidNow(request)) }
    let header: TransportHeader
    do {
      header = try TransportHeader(parsing: request.headers.values("Transport"))
    } catch {
      return .answer(response(error.status, to: request))
    }
    // Through a tunnel nothing comes but what is inside.
    let offer = isTunnelled ? TransportOffer(allowsUDP: false) : configuration.transportOffer
    guard let choice = header.firstSupported(offer) else {
      return .answer(response(.unsupportedTransport, to: request))
    }
    var actions: [RTSPServerOrder] = []
    if state.session != nil {
      // The old transport goes first. Without a Session header the client has forgotten its
      // session (ffmpeg after UDP without packets), so it gets a new one.
      actions.append(.stopSession)
      if request.sessionID == nil { state = .initial(hadSession: true) }
    }
    actions.append(.openTransport(choice.transport))
    return .wait(
      .transport(request, choice.entry, choice.transport), actions, limits.answerTimeout)
  }

  private func play(_ request: RTSPRequest) -> Outcome {
    if let refusal = sessionRefusal(of: request) { return .answer(refusal) }
    if let range = request.headers["Range"], !RangeHeader.isValid(range) {
      return .answer(response(.invalidRange, to: request))
    }
    switch state {
    case .initial:
      return .answer(notValidNow(request))
    case .ready:
      return .wait(.playback(request), [.startPlaying], limits.answerTimeout)
    case .playing:
      // Some set-top boxes say PLAY again to keep the session alive.
      return .wait(.playback(request), [.announceNextPacket], limits.answerTimeout)
    }
  }

  private mutating func pause(_ request: RTSPRequest) -> Outcome {
    if let refusal = sessionRefusal(of: request) { return .answer(refusal) }
    switch state {
    case .initial: return .answer(notValidNow(request))
    case .ready: return .answer(response(.ok, to: request))
    case .playing(let session):
      state = .ready(session)
      return .act([.pausePlaying], response(.ok, to: request))
    }
  }

  private mutating func tearDown(_ request: RTSPRequest) -> Outcome {
    if let refusal = sessionRefusal(of: request) { return .answer(refusal) }
    let response = response(.ok, to: request)
    state = .initial(hadSession: true)
    return .act([.stopSession], response)
  }

  /// Keep-alives are GET_PARAMETER or SET_PARAMETER without a body; we know no parameters.
  private func parameters(_ request: RTSPRequest) -> Outcome {
    guard namedResource(request) != nil else {
      return .answer(response(.notFound, to: request))
    }
    if request.sessionID != nil, !isInOurSession(request) {
      return .answer(response(.sessionNotFound, to: request))
    }
    let isEmpty = request.body.readableBytesView.allSatisfy { $0 <= 0x20 }
    guard isEmpty else { return .answer(response(.parameterNotUnderstood, to: request)) }
    return .answer(response(.ok, to: request))
  }

  // MARK: Parts of answers

  /// Nil if the URL names nothing here.
  private func namedResource(_ request: RTSPRequest) -> RTSPPresentation.Resource? {
    let resource = configuration.presentation.resource(of: request.url)
    return resource == .nothing ? nil : resource
  }

  private func isInOurSession(_ request: RTSPRequest) -> Bool {
    guard let presented = request.sessionID, let session = state.session else { return false }
    return session.isNamed(presented)
  }

  /// 404, 454 or nothing, for methods that work on a session.
  private func sessionRefusal(of request: RTSPRequest) -> RTSPResponse? {
    guard namedResource(request) != nil else { return response(.notFound, to: request) }
    return isInOurSession(request) ? nil : response(.sessionNotFound, to: request)
  }

  private func notValidNow(_ request: RTSPRequest) -> RTSPResponse {
    var response = response(.methodNotValidInThisState, to: request)
    response.headers.append("Allow", RTSPMethod.list(state.allowedMethods))
    return response
  }

  /// - Parameter session: Value of the `Session` header; without it the session the request
  ///   names, if that is this connection's. RFC 2326 §12 wants it in the answers, too.
  func response(
    _ status: RTSPStatus, to request: RTSPRequest, session: String? = nil
  ) -> RTSPResponse {
    var response = response(status, cseq: request.cseq)
    if let session = session ?? (isInOurSession(request) ? state.session?.id : nil) {
      response.headers.append("Session", session)
    }
    // RFC 2326 §12.38: to be repeated exactly.
    if let timestamp = request.headers["Timestamp"] {
      response.headers.append("Timestamp", timestamp)
    }
    return response
  }

  func response(_ status: RTSPStatus, cseq: UInt64?) -> RTSPResponse {
    var response = RTSPResponse(status, cseq: cseq)
    response.headers.append("Server", configuration.serverName)
    return response
  }

  /// The track's URL for `RTP-Info`: control URL joined to `Content-Base`, host as the client
  /// wrote it, because clients compare it with the URL they made themselves.
  func trackURL(for url: RTSPURL) -> String {
    contentBase(for: url) + RTSPPresentation.trackControl
  }

  func contentBase(for url: RTSPURL) -> String {
    configuration.presentation.contentBase(
      for: url, authority: localAuthority, scheme: configuration.defaultScheme)
  }
}

extension RTSPSession {
  var isInterleaved: Bool {
    if case .interleaved = transport { true } else { false }
  }
}
