/// When a `CameraWatch` sets the camera up.
extension CameraWatch {
  /// Answers after which a setup does not wait for pictures any longer.
  private static let setupHoldLimit = 3

  var isRemoteShooting: Bool {
    remoteShooting == .onByEvent || remoteShooting == .onByCall
  }

  /// Not at once: right after a change of mode cameras refuse much, and the calls that lead to the
  /// first picture come first.
  mutating func planSetup() {
    setupPlan = setup.isEmpty ? .nothing : .held(answers: Self.setupHoldLimit)
    isListFresh = false
  }

  /// The camera answered; without pictures a setup begins when nothing goes on.
  mutating func releaseSetup(isQuiet: Bool) {
    guard case .held(let answers) = setupPlan, !condition.isBusy else { return }
    setupPlan = isQuiet || answers <= 1 ? .due : .held(answers: answers - 1)
  }

  mutating func interruptForSetup() -> CameraWatchOrder? {
    switch state {
    case .polling:
      polling.interrupted()
      return proceed()
    case .pausing, .resting: return proceed()
    // The answer that is waited for leads there.
    case .idle, .calling, .settingUp, .pausingSetup, .lost: return nil
    }
  }

  mutating func beginSetup() -> CameraWatchOrder {
    var setup = CameraSetup(
      setup, methods: condition.isCurrent ? condition.methods : nil,
      eventVersion: isVersionSure ? version : nil, refusals: information.setupRefusals)
    let action = setup.begin()
    return perform(action, of: setup)
  }

  mutating func setupAnswered(_ reply: CameraReply, in setup: CameraSetup) -> CameraWatchOrder {
    if reply.method == .getEvent, let event = try? reply.event() { take(event, isSnapshot: true) }
    if reply.method == .getAvailableApiList, let methods = try? reply.methodNames() {
      take(CameraEvent(methods: methods), isSnapshot: false)
    }
    guard remoteShooting != .off else { return setupEnded(setup) }
    var setup = setup
    let action = setup.replyReceived(reply)
    return perform(action, of: setup)
  }

  mutating func setupFailed(_ fault: CameraCallFault, in setup: CameraSetup) -> CameraWatchOrder {
    guard remoteShooting != .off else { return setupEnded(setup) }
    var setup = setup
    let action = setup.callFailed(fault)
    return perform(action, of: setup)
  }

  mutating func perform(
    _ action: CameraSetup.Action, of setup: CameraSetup
  ) -> CameraWatchOrder {
    switch action {
    case .call(let call):
      state = .settingUp(setup)
      return .call(call, timeLimit: call.timeLimit)
    case .wait(let duration):
      state = .pausingSetup(setup)
      return .wait(duration)
    case .done: return setupEnded(setup)
    }
  }

  mutating func setupEnded(_ setup: CameraSetup) -> CameraWatchOrder {
    information.setupRefusals = setup.refusals
    for item in SetupItem.allCases {
      guard let refusal = setup.refusals[item],
        information.noticedRefusals.insert(item).inserted
      else { continue }
      notices.append(.setupRefused(refusal))
    }
    defer { owedPause = .zero }
    return pause(owedPause)
  }
}
