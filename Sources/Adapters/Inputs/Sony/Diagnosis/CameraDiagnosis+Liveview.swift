import Media
import Pipeline
import SonyCamera

extension CameraDiagnosis {
  /// Tries of a call that the camera refuses for the moment.
  private static let attemptLimit = 5
  private static let attemptPause = Duration.seconds(1)
  /// For each call of the farewell, and for the liveview's start.
  private static let farewellLimit = Duration.seconds(10)

  /// Enters remote shooting mode if need be, and starts liveview.
  ///
  /// - Returns: The address of the stream; nil if liveview does not start.
  func startLiveview(
    of camera: FoundCamera, _ diagnosis: inout Diagnosis, _ calls: inout DiagnosisCalls
  ) async -> CameraURL? {
    if !diagnosis.methodsBefore.contains(CameraMethod.startLiveview.rawValue) {
      let reply = await askUntilAccepted(.startRecMode, &calls)
      if case .result? = reply?.outcome { diagnosis.hasEnteredRecMode = true }
    }
    // At once, because what a camera says right after the change of its mode is a question.
    var reply = await calls.ask(
      .startLiveviewWithSize(.large), timeLimit: CameraCall.timeLimitDuringModeChange)
    if diagnosis.hasEnteredRecMode { diagnosis.afterRecMode = calls.records.last }
    diagnosis.methodsAfter = await callable(&calls)
    if calls.last(.startLiveviewWithSize)?.code?.isTemporary == true {
      reply = await calls.ask(.startLiveviewWithSize(.large))
    }
    if (try? reply?.liveviewAddress()) == nil {
      reply = await askUntilAccepted(.startLiveview, &calls)
    }
    guard let address = try? reply?.liveviewAddress(),
      let url = camera.endpoint.resolving(address)
    else {
      diagnosis.remarks.append("liveview did not start")
      return nil
    }
    let usable = url.replacingUnusableHost(by: camera.endpoint)
    diagnosis.liveviewURL = usable.description
    return usable
  }

  private func askUntilAccepted(
    _ call: CameraCall, _ calls: inout DiagnosisCalls
  ) async -> CameraReply? {
    for attempt in 1...Self.attemptLimit {
      let reply = await calls.ask(call, timeLimit: CameraCall.timeLimitDuringModeChange)
      guard calls.records.last?.code?.isTemporary == true, attempt < Self.attemptLimit else {
        return reply
      }
      try? await Task.sleep(for: Self.attemptPause)
    }
    return nil
  }

  /// Measures the stream; meanwhile asks the camera, and whether it answers a search.
  func measure(
    _ url: CameraURL, of camera: FoundCamera, _ diagnosis: inout Diagnosis,
    _ calls: inout DiagnosisCalls
  ) async {
    let probe = LiveviewProbe(
      connector: CameraConnector(interface: settings.interface), url: url, clock: clock,
      duration: settings.streamDuration)
    let (pictures, continuation) = AsyncStream.makeStream(of: Void.self)
    async let measured = {
      defer { continuation.finish() }
      return await probe.run {
        continuation.yield()
        continuation.finish()
      }
    }()
    for await _ in pictures {
      diagnosis.signalDuring = signal(of: camera)
      diagnosis.eventDuring = await event(
        of: diagnosis.eventBefore?.version ?? .best(of: diagnosis.versions), &calls)
      diagnosis.searchDuring = await survey.run(
        for: min(searchDuration, settings.streamDuration))
    }
    let finding = await measured
    diagnosis.liveview = finding
    if finding.pictureCount == 0 { diagnosis.remarks.append("no picture came") }
  }

  /// Undoes what `calls` did: two calls, whatever they answer.
  func leave(_ calls: DiagnosisCalls, wasRunning: Bool) async -> DiagnosisCalls {
    var calls = calls
    // What was not refused may have been done, even without an answer.
    func mayHaveDone(_ methods: CameraMethod...) -> Bool {
      calls.records.contains { methods.contains($0.call.method) && $0.code == nil }
    }
    let (hasStarted, hasEntered) = (
      mayHaveDone(.startLiveview, .startLiveviewWithSize), mayHaveDone(.startRecMode)
    )
    if hasStarted, !wasRunning {
      _ = await calls.ask(.stopLiveview, timeLimit: Self.farewellLimit)
    }
    if hasEntered { _ = await calls.ask(.stopRecMode, timeLimit: Self.farewellLimit) }
    return calls
  }
}
