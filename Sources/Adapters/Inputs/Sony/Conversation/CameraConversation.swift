import Logging
import Media
import Pipeline
import SonyCamera

/// Talks to one camera: carries out what the session orders to get pictures, and beside it what
/// the watch orders to know what the camera is doing.
///
/// ```
///            ┌─ CameraSession ─ order ─┐      ┌─ call lane (one short call at a time)
///  facts ──▶─┤                         ├─▶────┼─ liveview reader
///    ▲       └─ CameraWatch ─── order ─┘      ├─ held poll
///    │                                        └─ pauses
///    └──────────────────── facts ◀─────────────────┘
/// ```
/// Everything that happens comes as a fact through one stream, so the engines see one thing after
/// the other; everything that takes time runs in a task that is abandoned when its engine orders
/// something else.
actor CameraConversation {
  /// For a call under way when the bridge stops; calls that change the mode take longer.
  private static let farewellPatience = Duration.milliseconds(450)
  /// Between two attempts of a watch that was lost while pictures came.
  private static let watchRetryPause = Duration.seconds(5)

  let camera: FoundCamera
  let settings: SonyCameraSettings
  let record: LiveviewRecord
  let telemetry: ComponentTelemetry
  let sink: FrameSink
  private let http: CameraHTTPClient
  private let reader: LiveviewReader

  var session: CameraSession
  var watch: CameraWatch
  var steps: StepTimes
  var lastActivity = CameraActivity.idle
  var recoveryStep: RecoveryStep?

  private var lane = CallLane()
  private var calling = OrderInProgress()
  private var sessionOrder = OrderInProgress()
  private var watchOrder = OrderInProgress()
  private var hasStartedWatch = false
  private var end: CameraSessionEnd?
  private let facts: AsyncStream<ConversationFact>
  let continuation: AsyncStream<ConversationFact>.Continuation

  init(
    camera: FoundCamera, settings: SonyCameraSettings, http: CameraHTTPClient,
    reader: LiveviewReader, record: LiveviewRecord, sink: FrameSink,
    telemetry: ComponentTelemetry, searchedSince beganAt: MediaTime
  ) {
    self.camera = camera
    self.settings = settings
    self.http = http
    self.reader = reader
    self.record = record
    self.sink = sink
    self.telemetry = telemetry
    var sessionSettings = CameraSession.Settings(
      endpoint: camera.endpoint, liveviewSize: settings.liveviewSize)
    sessionSettings.stopsRecMode = settings.stopsRecModeAtExit
    sessionSettings.sleepDepth = settings.sleepDepth
    sessionSettings.rivalry = settings.whenTaken
    session = CameraSession(
      settings: sessionSettings, hasSizedLiveview: record.hasSizedLiveview)
    watch = CameraWatch(
      setup: settings.setup, condition: record.condition, information: record.information)
    steps = StepTimes(beganAt: beganAt)
    steps.add("search", took: beganAt.duration(to: telemetry.clock.now()))
    (facts, continuation) = AsyncStream.makeStream(of: ConversationFact.self)
  }

  /// Talks to the camera until the session ends by itself, which is an error, or the task is
  /// cancelled, which is not; then the camera is left as it was found.
  ///
  /// - Throws: `SonyInputError`.
  func run() async throws {
    let observers = startObservers()
    defer { observers.cancel() }
    // The finder has called a moment ago.
    try await Task.sleep(for: CallLane.spacing)
    var failure: SonyInputError?
    obey(session.started(isWanted: sink.demand.isWanted))
    progressed()
    sendNextCall()
    for await fact in facts {
      if case .interfaceLost(let name) = fact {
        failure = .interfaceLost(camera: camera.name, interface: name)
        if session.activity == .receiving { record.picturesAreLost(at: telemetry.clock.now()) }
        break
      }
      handle(fact)
      if let end {
        failure = .sessionEnded(
          camera: camera.name, end, lastTold: watch.condition.explanation)
        break
      }
      progressed()
      sendNextCall()
    }
    // A task of its own, because this one's cancellation would cancel the farewell too.
    if failure == nil { await Task { await leave() }.value }
    await abandonEverything()
    record.ended(watch, because: failure, at: telemetry.clock.now())
    if let failure { throw failure }
  }

  // MARK: Facts

  private func handle(_ fact: ConversationFact) {
    switch fact {
    case .answered(let request, let answer, let took):
      answered(request, answer, took: took)
    case .laneFree:
      lane.free()
    case .firstPicture(let order, let size) where order == sessionOrder.number:
      firstPictureReceived(size)
    case .liveviewEnded(let order, let end) where order == sessionOrder.number:
      picturesEnded(end)
      obey(session.liveviewEnded(end, at: record.lastArrival ?? telemetry.clock.now()))
    case .waitEnded(.session, let order, let took) where order == sessionOrder.number:
      steps.add("waiting", took: took)
      obey(session.waitEnded())
    case .waitEnded(.watch, let order, _) where order == watchOrder.number:
      obeyWatch(watch.waitEnded())
    case .watchDue:
      obeyWatch(watch.started(knows: watch.information))
    case .demandBegan:
      if session.activity == .asleep || session.activity == .goingToSleep {
        steps = StepTimes(beganAt: telemetry.clock.now())
      }
      if let order = session.demandBegan() { obey(order) }
    case .demandEnded:
      // Somebody may have come while this was on its way.
      if !sink.demand.isWanted, let order = session.demandEnded() { obey(order) }
    case .firstPicture, .liveviewEnded, .waitEnded, .interfaceLost:
      break
    }
  }

  private func answered(
    _ request: CallLane.Request, _ answer: ConversationFact.Answer, took: Duration
  ) {
    switch request.side {
    case .watch:
      guard request.order == watchOrder.number else { return }
      tellWatch(answer, to: request.call, took: took)
    case .session:
      guard request.order == sessionOrder.number else { return }
      steps.add(request.call.method.rawValue, took: took)
      let next = tellSession(answer, to: request.call)
      if request.call.method == .stopRecMode, let order = watch.recModeLeft() { obeyWatch(order) }
      obey(next)
    }
  }

  /// Tells the session, and the status page what the camera refused.
  private func tellSession(
    _ answer: ConversationFact.Answer, to call: CameraCall
  ) -> CameraOrder {
    switch answer {
    case .success(let reply):
      // Most cameras refuse the large size; that is expected and no error.
      if case .failure(let code, let message) = reply.outcome, call.method != .startLiveviewWithSize
      {
        telemetry.report(error: "\(call.method): error \(code) \(message)")
      }
      return session.replyReceived(reply)
    case .failure(let fault):
      return session.callFailed(call.method, fault)
    }
  }

  private func tellWatch(
    _ answer: ConversationFact.Answer, to call: CameraCall, took: Duration
  ) {
    switch answer {
    case .success(let reply): obeyWatch(watch.replyReceived(reply, took: took))
    case .failure(let fault): obeyWatch(watch.callFailed(call.method, fault))
    }
    let condition = CameraSession.Condition(watch)
    record.progressed(session.activity, watch, at: telemetry.clock.now())
    if let order = session.conditionChanged(condition) { obey(order) }
  }

  private func firstPictureReceived(_ size: PictureSize) {
    let now = telemetry.clock.now()
    if let beganAt = record.streamBeganAt {
      steps.add("first picture", took: beganAt.duration(to: now))
    }
    session.pictureReceived(at: now)
    recoveryStep = nil
    announcePictures(size, at: now)
    if let order = watch.liveviewBegan() { obeyWatch(order) }
  }

  // MARK: Orders

  private func obey(_ order: CameraOrder) {
    sessionOrder.replace()
    lane.leave(.session)
    let number = sessionOrder.number
    let continuation = continuation
    switch order {
    case .call(let call, let timeLimit):
      lane.enter(
        CallLane.Request(side: .session, call: call, timeLimit: timeLimit, order: number))
    case .openLiveview(let url, let firstPictureLimit):
      let reader = reader
      sessionOrder.run {
        let end = await reader.read(url, firstPictureLimit: firstPictureLimit) {
          continuation.yield(.firstPicture(order: number, $0))
        }
        continuation.yield(.liveviewEnded(order: number, end))
      }
    case .wait(let duration):
      sessionOrder.run { await Self.wait(duration, .session, number, continuation) }
    case .finish(let reason):
      end = reason
    }
  }

  private func obeyWatch(_ order: CameraWatchOrder) {
    watchOrder.replace()
    lane.leave(.watch)
    let number = watchOrder.number
    let continuation = continuation
    switch order {
    case .call(let call, let timeLimit):
      lane.enter(CallLane.Request(side: .watch, call: call, timeLimit: timeLimit, order: number))
    case .poll(let call, let timeLimit):
      lane.enter(
        CallLane.Request(
          side: .watch, call: call, timeLimit: timeLimit, order: number, isHeld: true))
    case .wait(let duration):
      watchOrder.run { await Self.wait(duration, .watch, number, continuation) }
    case .rest:
      break
    case .lost(let method, let fault):
      if let order = session.watchLost(method, fault) { obey(order) }
      watchOrder.run {
        do { try await Task.sleep(for: Self.watchRetryPause) } catch { return }
        continuation.yield(.watchDue)
      }
    }
  }

  private static func wait(
    _ duration: Duration, _ side: CallLane.Side, _ order: Int,
    _ continuation: AsyncStream<ConversationFact>.Continuation
  ) async {
    do { try await Task.sleep(for: duration) } catch { return }
    continuation.yield(.waitEnded(side, order: order, took: duration))
  }

  private func sendNextCall() {
    guard let request = lane.next() else { return }
    let continuation = continuation
    calling.replace()
    if request.isHeld {
      watchOrder.run { [self] in
        let (answer, took) = await exchange(request.call, timeLimit: request.timeLimit)
        continuation.yield(.answered(request, answer, took: took))
      }
      return calling.run { await Self.freeLane(continuation) }
    }
    calling.run { [self] in
      let (answer, took) = await exchange(request.call, timeLimit: request.timeLimit)
      switch answer {
      case .success: record.health.callAnswered(request.call.method, after: took)
      case .failure: record.health.callFailed()
      }
      continuation.yield(.answered(request, answer, took: took))
      await Self.freeLane(continuation)
    }
  }

  private static func freeLane(
    _ continuation: AsyncStream<ConversationFact>.Continuation
  ) async {
    do { try await Task.sleep(for: CallLane.spacing) } catch { return }
    continuation.yield(.laneFree)
  }

  private nonisolated func exchange(
    _ call: CameraCall, timeLimit: Duration
  ) async -> (ConversationFact.Answer, took: Duration) {
    let begin = telemetry.clock.now()
    let answer: ConversationFact.Answer
    do {
      answer = .success(
        try await http.call(call, endpoint: camera.endpoint, timeLimit: timeLimit))
    } catch {
      answer = .failure(error)
    }
    let took = begin.duration(to: telemetry.clock.now())
    telemetry.logger.debug(
      "camera called",
      metadata: [
        LogKey.method: .string(call.method.rawValue),
        LogKey.tookSeconds: .string(StepTimes.seconds(took)),
      ])
    return (answer, took)
  }

  // MARK: The watch

  /// Who the camera is and what it is doing is asked when nobody waits for a picture.
  func startWatchIfDue() {
    guard !hasStartedWatch else { return }
    switch session.activity {
    case .receiving, .waitingUntilReady, .asleep, .standingBack:
      hasStartedWatch = true
      obeyWatch(watch.started(knows: record.information))
    case .idle, .listing, .enteringRemoteShooting, .startingLiveview, .awaitingFirstPicture,
      .recovering, .goingToSleep, .stopping, .ended:
      break
    }
  }

  /// Remote shooting mode was entered; what was set before may be lost.
  func tellWatchOfRecMode() {
    if let order = watch.recModeEntered() { obeyWatch(order) }
  }

  // MARK: The end

  private func abandonEverything() async {
    let abandoned = [calling.replace(), sessionOrder.replace(), watchOrder.replace()]
    for task in abandoned { await task?.value }
  }

  /// Two calls of limited time; whatever they answer, that is it. A call under way comes first, if
  /// it does not take long.
  private func leave() async {
    sessionOrder.replace()
    watchOrder.replace()
    if let call = calling.task {
      let patience = Task {
        try await Task.sleep(for: Self.farewellPatience)
        call.cancel()
      }
      await call.value
      patience.cancel()
    }
    var order = session.stopRequested()
    while case .call(let call, let timeLimit) = order {
      try? await Task.sleep(for: CallLane.spacing)
      let (answer, _) = await exchange(call, timeLimit: timeLimit)
      order = tellSession(answer, to: call)
    }
  }
}
