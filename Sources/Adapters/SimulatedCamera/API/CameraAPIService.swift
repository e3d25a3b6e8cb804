import Logging
import NIOCore
import NIOHTTP1

/// A long poll of getEvent that waits for a change.
struct HeldPoll {
  let connection: ObjectIdentifier
  let request: HTTPRequest
  let call: APIRequest
  /// Tells this poll's time-out from that of an earlier one.
  let number: Int
}

extension SimulatedCamera {
  static let postviewPath = "/postview/"

  /// Checks a request for `/sony/…` and answers it after the time the camera takes.
  func handleAPICall(_ request: HTTPRequest, on id: ObjectIdentifier) {
    guard request.method == .POST else {
      let isCommon: Bool = [.GET, .HEAD, .PUT, .DELETE].contains(request.method)
      return answer(.refusal(isCommon ? .methodNotAllowed : .notImplemented), to: request, on: id)
    }
    guard !request.isTooLong else {
      return answer(.refusal(.payloadTooLarge, closesConnection: true), to: request, on: id)
    }
    // The other services of the description have no handler in the newer applications.
    guard ["/sony/camera", "/sony/camera/"].contains(request.path) else {
      return answer(.refusal(.notFound), to: request, on: id)
    }
    let call: APIRequest
    do throws(APIRequest.Fault) {
      call = try APIRequest(parsing: request.body)
    } catch {
      return send(.error(error.error), id: error.id, to: request, on: id)
    }
    counters.requestsByMethod[call.method, default: 0] += 1
    calls.arrived(call.method, version: call.version, on: id, at: lifetimeMilliseconds)
    lastCall = .now()
    logger.debug("call", metadata: ["method": "\(call.method)", "id": "\(call.id)"])
    statusChanged()
    withWorker(for: id) { $0.begin(call, request, on: id) }
  }

  private func begin(_ call: APIRequest, _ request: HTTPRequest, on id: ObjectIdentifier) {
    if let fault = nextAPIFault(of: call.method) {
      return perform(fault, for: call, request, on: id)
    }
    after(delay(of: call.method)) { $0.perform(call, request, on: id) }
  }

  func perform(_ call: APIRequest, _ request: HTTPRequest, on id: ObjectIdentifier) {
    guard connections[id] != nil else { return }
    if liveview.wedge?.isEnded(by: call.method) == true { liveview.wedge = nil }
    switch body.reply(to: call, baseURL: baseURL(on: id)) {
    case .send(let result):
      if call.method == "startRecMode" { slowCalls = CallDelay.afterModeChange }
      send(result, id: call.id, to: request, on: id)
    case .holdPoll:
      hold(call, request, on: id)
    case .takePicture:
      takePicture(call, request, on: id)
    }
    cameraChanged()
  }

  func send(
    _ result: APIAnswer, id callID: Int, to request: HTTPRequest, on id: ObjectIdentifier
  ) {
    let message = result.message(id: callID)
    answer(
      .json(message, escapesSlashes: present.escapesSlashes), to: request, on: id)
  }

  // MARK: - Time

  /// How long the camera takes to answer, by method and by what it did before.
  private func delay(of method: String) -> Duration {
    let usual = CallDelay.usual(of: method)
    guard !slowCalls.isEmpty, method != "startRecMode" else {
      return usual * present.delayScale
    }
    return max(usual, slowCalls.removeFirst()) * present.delayScale
  }

  // MARK: - Long poll

  private func hold(_ call: APIRequest, _ request: HTTPRequest, on id: ObjectIdentifier) {
    if let earlier = poll {
      poll = nil
      send(
        .error(.doublePolling), id: earlier.call.id, to: earlier.request, on: earlier.connection)
    }
    pollCount += 1
    let number = pollCount
    poll = HeldPoll(connection: id, request: request, call: call, number: number)
    after(present.longPollDuration) { $0.endPoll(number) }
  }

  private func endPoll(_ number: Int) {
    guard let held = poll, held.number == number else { return }
    poll = nil
    let nulls = body.events(version: held.call.version, onlyChanged: true)
    let result: APIAnswer =
      present.longPollEnd == .error ? .error(.timedOut) : .result(nulls)
    send(result, id: held.call.id, to: held.request, on: held.connection)
  }

  /// Answers the held poll if there is something to tell.
  func answerPoll() {
    guard let held = poll, body.hasChanges(version: held.call.version) else { return }
    poll = nil
    let events = body.events(version: held.call.version, onlyChanged: true)
    send(.result(events), id: held.call.id, to: held.request, on: held.connection)
  }

  // MARK: - Shooting

  /// Liveview pauses while the camera captures, and the call lasts as long.
  private func takePicture(_ call: APIRequest, _ request: HTTPRequest, on id: ObjectIdentifier) {
    guard body.status == .idle else {
      let stillCapturing = APIError(code: 40403, text: "Still Capturing")
      return send(.error(stillCapturing), id: call.id, to: request, on: id)
    }
    body.show(.stillCapturing)
    after(Self.usualCaptureDuration * present.delayScale) { camera in
      guard camera.body.status == .stillCapturing else { return }
      camera.counters.picturesTaken += 1
      let url = camera.postviewURL(camera.baseURL(on: id))
      camera.body.pictureTaken(url)
      camera.body.show(camera.body.restingStatus)
      camera.send(.result([[.string(url)]]), id: call.id, to: request, on: id)
      camera.cameraChanged()
    }
  }

  /// Address of the newest picture.
  func postviewURL(_ baseURL: String) -> String {
    baseURL + Self.postviewPath + "pict\(counters.picturesTaken).JPG"
  }

  /// The picture behind the address actTakePicture gave.
  func answerPostview(_ request: HTTPRequest, on id: ObjectIdentifier) {
    guard request.method == .GET, counters.picturesTaken > 0, let jpeg = drawPicture() else {
      return answer(.refusal(.notFound), to: request, on: id)
    }
    let headers = [("Content-Type", "image/jpeg")]
    answer(HTTPAnswer(status: .ok, headers: headers, body: jpeg), to: request, on: id)
  }
}
