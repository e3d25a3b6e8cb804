/// The order of one camera session: which call comes next, until pictures flow, and what to do when
/// they stop.
///
/// ```
///  started            startRecMode listed            refused: pause, then list again
///     │               ┌────────────────┐           ┌─────────────────────────────────┐
///     ▼               │                ▼           │                                 │
///  getVersions ─▶ getApplicationInfo ─▶ getAvailableApiList ─▶ startRecMode ─▶ list  │
///                                             │ not listed                      │    │
///                                             ▼                                 ▼    │
///                               startLiveviewWithSize ─ no such thing ─▶ startLiveview
///                                             │ address                    │ address
///                                             └────────────┬───────────────┘
///                                                          ▼
///        pause, open again ◀── closed ──────────── open, receive pictures ◀─┐
///        pause, startLiveview ◀── stalled ─────────────────┘                │
///               └───────────────────────────────────────────────────────────┘
///
///  from anywhere:  call without answer ─▶ finish(unreachable)
///                  stopRequested ─▶ stopLiveview ─▶ stopRecMode ─▶ finish(stopped)
/// ```
/// There is one order at a time, so calls are serial by construction: cameras hang on parallel
/// ones. What is possible is found out by trying; the method list decides only about
/// `startRecMode`, because real lists are incomplete.
///
/// Source: Camera Remote API, "Liveview"; behaviour of ILCE-6000, NEX-5T and ILCE-6300.
public struct CameraSession: Sendable {
  public struct Settings: Sendable, Hashable {
    /// The API's `camera` part, `…/sony/camera`.
    public var endpoint: CameraURL
    /// `large` is tried first and falls back to `medium`.
    public var liveviewSize: LiveviewSize
    /// Whether to leave remote shooting mode at the end.
    public var stopsRecMode = true
    /// For each of the two calls at the end.
    public var stopTimeLimit = Duration.milliseconds(700)
    /// Refusals in a row after which the session gives up; about two minutes.
    public var refusalLimit = 30

    public init(endpoint: CameraURL, liveviewSize: LiveviewSize = .large) {
      self.endpoint = endpoint
      self.liveviewSize = liveviewSize
    }
  }

  private enum Step: Sendable {
    case versions
    case application
    case list(afterRecMode: Bool)
    case recMode
    case sizedLiveview
    /// Liveview runs in another size and must stop before it starts anew.
    case stopForRestart
    case liveview(hasStopped: Bool)
  }

  private enum Resumption: Sendable {
    case step(Step)
    case open(CameraURL)
  }

  private enum State: Sendable {
    case idle
    case calling(Step)
    case pausing(CameraActivity, then: Resumption)
    case streaming(CameraURL, hasPictures: Bool)
    case stoppingLiveview
    case stoppingRecMode
    case ended
  }

  public private(set) var information = CameraInformation()
  /// The newest refusal, for the status page.
  public private(set) var lastRefusal: (method: CameraMethod, code: CameraErrorCode?)?

  private let settings: Settings
  private var state = State.idle
  private var backOff = BackOff(first: .milliseconds(500), longest: .seconds(5))
  /// Refusals since the last picture.
  private var refusalCount = 0
  /// Streams in a row that brought no picture.
  private var emptyStreamCount = 0
  /// Lists in a row without `startLiveview` after `startRecMode`.
  private var settlingCount = 0
  private var isChangingMode = false
  private var hasSizedLiveview: Bool
  private var hasTouchedRecMode = false
  private var hasTouchedLiveview = false

  public init(settings: Settings) {
    self.settings = settings
    hasSizedLiveview = settings.liveviewSize == .large
  }

  /// What the session is doing.
  public var activity: CameraActivity {
    switch state {
    case .idle: .idle
    case .calling(.versions), .calling(.application): .identifying
    case .calling(.list): isChangingMode ? .enteringRemoteShooting : .listing
    case .calling(.recMode): .enteringRemoteShooting
    case .calling(.sizedLiveview), .calling(.stopForRestart), .calling(.liveview):
      .startingLiveview
    case .pausing(let activity, _): activity
    case .streaming(_, let hasPictures): hasPictures ? .receiving : .awaitingFirstPicture
    case .stoppingLiveview, .stoppingRecMode: .stopping
    case .ended: .ended
    }
  }

  // MARK: Facts

  /// The camera was found and may be called.
  public mutating func started() -> CameraOrder {
    perform(.versions)
  }

  /// The camera answered the last call, with a result or an error.
  public mutating func replyReceived(_ reply: CameraReply) -> CameraOrder {
    switch state {
    case .calling(let step): return advance(from: step, with: reply)
    case .stoppingLiveview: return stopRecMode()
    case .stoppingRecMode: return end(.stopped)
    case .idle, .pausing, .streaming, .ended: return misused()
    }
  }

  /// The last call got no answer that could be read.
  public mutating func callFailed(_ method: CameraMethod, _ fault: CameraCallFault) -> CameraOrder {
    switch state {
    case .calling(let step):
      guard case .unreadable = fault else { return end(.unreachable(method, fault)) }
      switch step {
      case .versions: return perform(.application)
      case .application: return perform(.list(afterRecMode: false))
      case .sizedLiveview: return perform(.liveview(hasStopped: false))
      case .list, .recMode, .stopForRestart, .liveview: return refused(method, code: nil)
      }
    case .stoppingLiveview: return stopRecMode()
    case .stoppingRecMode: return end(.stopped)
    case .idle, .pausing, .streaming, .ended: return misused()
    }
  }

  /// The ordered time has passed.
  public mutating func waitEnded() -> CameraOrder {
    switch state {
    case .pausing(_, .step(let step)): return perform(step)
    case .pausing(_, .open(let url)): return open(url)
    case .idle, .calling, .streaming, .stoppingLiveview, .stoppingRecMode, .ended:
      return misused()
    }
  }

  /// A complete picture came out of the stream.
  public mutating func pictureReceived() {
    guard case .streaming(let url, hasPictures: false) = state else { return }
    state = .streaming(url, hasPictures: true)
    refusalCount = 0
    emptyStreamCount = 0
    isChangingMode = false
    backOff.reset()
  }

  /// The stream is over.
  public mutating func liveviewEnded(_ reason: LiveviewEnd) -> CameraOrder {
    switch state {
    case .streaming(let url, let hasPictures):
      return hasPictures ? resume(url, after: reason) : escalate(url, after: reason)
    case .idle, .calling, .pausing, .stoppingLiveview, .stoppingRecMode, .ended:
      return misused()
    }
  }

  /// The program wants to end. Calls, pauses and streams under way have to be abandoned first.
  public mutating func stopRequested() -> CameraOrder {
    switch state {
    case .idle, .calling, .pausing, .streaming:
      guard hasTouchedLiveview else { return stopRecMode() }
      state = .stoppingLiveview
      return .call(.stopLiveview, timeLimit: settings.stopTimeLimit)
    case .stoppingLiveview, .stoppingRecMode, .ended:
      return end(.stopped)
    }
  }
}

// MARK: - From step to step

extension CameraSession {
  private mutating func advance(from step: Step, with reply: CameraReply) -> CameraOrder {
    switch step {
    case .versions:
      information.versions = try? reply.versions()
      return perform(.application)
    case .application:
      information.application = try? reply.applicationInfo()
      return perform(.list(afterRecMode: false))
    case .list(let afterRecMode):
      return listed(try? reply.methodNames(), afterRecMode: afterRecMode)
    case .recMode:
      return recModeAnswered(reply)
    case .sizedLiveview:
      if let address = try? reply.liveviewAddress() { return open(liveviewURL(address)) }
      // 12: the app does not know it; 1 and 3: it knows it but not for this camera or panel.
      // Only the first answer holds for ever.
      if reply.failureCode == .noSuchMethod { hasSizedLiveview = false }
      return perform(.liveview(hasStopped: false))
    case .stopForRestart:
      return perform(.liveview(hasStopped: true))
    case .liveview(let hasStopped):
      if let address = try? reply.liveviewAddress() { return open(liveviewURL(address)) }
      // 3: runs in another size, left over from another program.
      if reply.failureCode == .illegalArgument, !hasStopped { return perform(.stopForRestart) }
      return refused(.startLiveview, code: reply.failureCode)
    }
  }

  private mutating func listed(
    _ methods: Set<CameraMethod>?, afterRecMode: Bool
  ) -> CameraOrder {
    information.methods = methods ?? information.methods
    if !afterRecMode {
      settlingCount = 0
      // Needed if listed; without a list harmless, because it does nothing in that mode.
      // NEX-5T app 1.1.0 lists it even afterwards, hence only before.
      if methods?.contains(.startRecMode) ?? true { return perform(.recMode) }
    } else if let methods, !methods.contains(.startLiveview), settlingCount < 3 {
      settlingCount += 1
      return pause(
        .seconds(1), .enteringRemoteShooting, then: .step(.list(afterRecMode: true)))
    }
    return startLiveview()
  }

  private mutating func recModeAnswered(_ reply: CameraReply) -> CameraOrder {
    guard let code = reply.failureCode else { return perform(.list(afterRecMode: true)) }
    // Cameras without that mode say 12; whether they have liveview shows by trying.
    return code.isTemporary ? refused(.startRecMode, code: code) : startLiveview()
  }

  private mutating func startLiveview() -> CameraOrder {
    perform(liveviewStep)
  }

  private var liveviewStep: Step {
    hasSizedLiveview ? .sizedLiveview : .liveview(hasStopped: false)
  }

  /// Pauses and begins again with the list: the camera may have gone back to its waiting screen.
  private mutating func refused(_ method: CameraMethod, code: CameraErrorCode?) -> CameraOrder {
    lastRefusal = (method, code)
    refusalCount += 1
    guard refusalCount <= settings.refusalLimit else { return end(.notReady(method, code)) }
    return pause(backOff.next(), .waitingUntilReady, then: .step(.list(afterRecMode: false)))
  }

  private mutating func perform(_ step: Step) -> CameraOrder {
    state = .calling(step)
    let call: CameraCall
    switch step {
    case .versions: call = .getVersions
    case .application: call = .getApplicationInfo
    case .list: call = .getAvailableApiList
    case .recMode:
      call = .startRecMode
      hasTouchedRecMode = true
      isChangingMode = true
    case .sizedLiveview:
      call = .startLiveviewWithSize(settings.liveviewSize)
      hasTouchedLiveview = true
    case .stopForRestart: call = .stopLiveview
    case .liveview:
      call = .startLiveview
      hasTouchedLiveview = true
    }
    let timeLimit = isChangingMode ? CameraCall.timeLimitDuringModeChange : call.timeLimit
    return .call(call, timeLimit: timeLimit)
  }
}

// MARK: - The stream

extension CameraSession {
  /// Where the stream is, by the camera's own word if that makes sense.
  private func liveviewURL(_ address: String) -> CameraURL {
    let usual = CameraURL(
      host: settings.endpoint.host, port: settings.endpoint.port,
      path: "/liveview/liveviewstream")
    return settings.endpoint.resolving(address)?.replacingUnusableHost(by: settings.endpoint)
      ?? usual
  }

  private mutating func open(_ url: CameraURL) -> CameraOrder {
    state = .streaming(url, hasPictures: false)
    return .openLiveview(url)
  }

  /// After a stream that had brought pictures.
  private mutating func resume(_ url: CameraURL, after reason: LiveviewEnd) -> CameraOrder {
    switch reason {
    case .closed, .unreachable, .refused, .unreadable:
      pause(.milliseconds(200), .reopening, then: .open(url))
    case .stalled:
      // Newer apps keep the connection open and silent after somebody's `stopLiveview`; calling
      // `startLiveview` wakes it and does no harm otherwise.
      pause(.milliseconds(200), .reopening, then: .step(liveviewStep))
    }
  }

  /// After a stream without a single picture: from one time to the next, start further back.
  private mutating func escalate(_ url: CameraURL, after reason: LiveviewEnd) -> CameraOrder {
    emptyStreamCount += 1
    if reason == .unreachable, emptyStreamCount == 1, url.host != settings.endpoint.host {
      // The camera named an address that cannot be reached from here; the API's can.
      return open(CameraURL(host: settings.endpoint.host, port: url.port, path: url.path))
    }
    switch emptyStreamCount {
    case 1: return pause(.milliseconds(300), .reopening, then: .step(liveviewStep))
    case 2, 3, 4:
      return pause(.seconds(1), .reopening, then: .step(.list(afterRecMode: false)))
    default: return end(.noPictures(reason))
    }
  }

  private mutating func pause(
    _ duration: Duration, _ activity: CameraActivity, then resumption: Resumption
  ) -> CameraOrder {
    state = .pausing(activity, then: resumption)
    return .wait(duration)
  }
}

// MARK: - The end

extension CameraSession {
  private mutating func stopRecMode() -> CameraOrder {
    guard settings.stopsRecMode, hasTouchedRecMode || hasTouchedLiveview else {
      return end(.stopped)
    }
    state = .stoppingRecMode
    return .call(.stopRecMode, timeLimit: settings.stopTimeLimit)
  }

  private mutating func end(_ reason: CameraSessionEnd) -> CameraOrder {
    state = .ended
    return .finish(reason)
  }

  private mutating func misused() -> CameraOrder {
    assertionFailure("fact does not fit the state")
    return end(.stopped)
  }
}

extension CameraReply {
  fileprivate var failureCode: CameraErrorCode? {
    if case .failure(let code, _) = outcome { code } else { nil }
  }
}
