import Logging
import Media
import Pipeline
import SonyCamera

/// Carries out the orders of one camera session.
///
/// The engine decides what comes next; this actor sends, waits and reads, one thing at a time.
actor CameraConversation {
  private let camera: FoundCamera
  private let http: CameraHTTPClient
  private let reader: LiveviewReader
  private let record: LiveviewRecord
  private let telemetry: ComponentTelemetry
  private var session: CameraSession

  init(
    camera: FoundCamera, settings: SonyCameraSettings, http: CameraHTTPClient,
    reader: LiveviewReader, record: LiveviewRecord, telemetry: ComponentTelemetry
  ) {
    self.camera = camera
    self.http = http
    self.reader = reader
    self.record = record
    self.telemetry = telemetry
    var sessionSettings = CameraSession.Settings(
      endpoint: camera.endpoint, liveviewSize: settings.liveviewSize)
    sessionSettings.stopsRecMode = settings.stopsRecModeAtExit
    session = CameraSession(settings: sessionSettings)
  }

  /// Talks to the camera until the session ends by itself, which is an error, or the task is
  /// cancelled, which is not; then the camera is left as it was found.
  ///
  /// - Throws: `SonyInputError.sessionEnded`.
  func run() async throws {
    var order = session.started()
    while !Task.isCancelled {
      announce()
      switch order {
      case .call(let call, let timeLimit):
        let answer = await exchange(call, timeLimit: timeLimit)
        // A call cut short by the stop says nothing about the camera.
        if Task.isCancelled { break }
        order = report(answer, to: call)
      case .openLiveview(let url):
        let end = await reader.read(url) { await self.firstPictureReceived($0) }
        if Task.isCancelled { break }
        telemetry.report(error: "liveview ended: \(end.phrase)")
        telemetry.logger.debug(
          "liveview ended", metadata: [LogKey.reason: .string(end.phrase)])
        order = session.liveviewEnded(end)
      case .wait(let duration):
        try? await Task.sleep(for: duration)
        if Task.isCancelled { break }
        order = session.waitEnded()
      case .finish(let reason):
        throw SonyInputError.sessionEnded(camera: camera.name, reason)
      }
    }
    // A task of its own, because this one's cancellation would cancel the farewell too.
    await Task { await leave() }.value
  }

  private func exchange(
    _ call: CameraCall, timeLimit: Duration
  ) async -> Result<CameraReply, CameraCallFault> {
    let begin = telemetry.clock.now()
    let answer: Result<CameraReply, CameraCallFault>
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
        LogKey.tookSeconds: .stringConvertible((took.inSeconds * 1000).rounded() / 1000),
      ])
    return answer
  }

  /// Tells the session, and the status page what the camera refused.
  private func report(
    _ answer: Result<CameraReply, CameraCallFault>, to call: CameraCall
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

  /// Two calls of limited time; whatever they answer, that is it.
  private func leave() async {
    var order = session.stopRequested()
    while case .call(let call, let timeLimit) = order {
      order = report(await exchange(call, timeLimit: timeLimit), to: call)
    }
    record.progressed(session.activity, session.information)
  }

  private func firstPictureReceived(_ size: PictureSize) {
    session.pictureReceived()
    record.progressed(session.activity, session.information)
    telemetry.report(.running, "receiving \(size) from \(camera.name) at \(camera.endpoint.host)")
  }

  /// One line for what takes long or needs a person; quick steps share one.
  private func announce() {
    let activity = session.activity
    record.progressed(activity, session.information)
    switch activity {
    case .identifying, .listing, .startingLiveview, .awaitingFirstPicture:
      telemetry.report(
        .starting, "found \(camera.name) at \(camera.endpoint.host), starting its liveview")
    case .enteringRemoteShooting, .reopening:
      telemetry.report(.waiting, activity.rawValue)
    case .waitingUntilReady:
      let code = session.lastRefusal?.code.map { " (error \($0))" } ?? ""
      telemetry.report(.waiting, activity.rawValue + code)
    case .idle, .receiving, .stopping, .ended:
      break
    }
  }
}
