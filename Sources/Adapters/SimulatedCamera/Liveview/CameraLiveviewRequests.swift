import Logging
import NIOCore
import NIOHTTP1

/// The stream's client: requests for the stream, and its end.
extension SimulatedCamera {
  /// Between two pieces of a flood.
  private static let floodInterval: Duration = .milliseconds(10)

  /// Makes this connection the one that gets pictures; an earlier one is closed.
  func openLiveview(_ request: HTTPRequest, on id: ObjectIdentifier) {
    guard request.method == .GET else {
      return answer(.refusal(.methodNotAllowed), to: request, on: id)
    }
    guard liveview.answer == .stream else { return answerWrongly(request, on: id) }
    guard body.isLiveviewActive else { return refuseLiveview(request, on: id) }
    after(CallDelay.liveviewRequest * present.delayScale) { camera in
      guard let channel = camera.connections[id]?.channel else { return }
      camera.becomeClient(id)
      var head = HTTPAnswer(
        status: .ok, headers: [("Content-Type", camera.liveview.contentType)])
      if camera.present.liveviewFraming == .chunked {
        head.headers.append(("Transfer-Encoding", "chunked"))
      }
      channel.writeAndFlush(head.head(), promise: nil)
      camera.runLiveview()
      camera.statusChanged()
    }
  }

  private func becomeClient(_ id: ObjectIdentifier) {
    if let earlier = liveview.client {
      liveview.client = nil
      close(earlier)
    }
    liveview.client = id
    liveview.blockedSince = nil
    liveview.isHanging = false
    liveview.trickling.clear()
    if liveview.wedge == .untilReopened { liveview.wedge = nil }
    if present.restartsSequence { liveview.sequenceNumber = 1 }
    counters.liveviewConnections += 1
    calls.answered(on: id, at: lifetimeMilliseconds)
    let peer = connections[id]?.channel.remoteAddress?.description ?? ""
    logger.debug("liveview opened", metadata: ["client": "\(peer)"])
  }

  private func refuseLiveview(_ request: HTTPRequest, on id: ObjectIdentifier) {
    switch present.liveviewRefusal {
    case .forbidden: answer(.refusal(.forbidden), to: request, on: id)
    case .unavailable: answer(.refusal(.serviceUnavailable), to: request, on: id)
    case .close: close(id)
    }
  }

  private func answerWrongly(_ request: HTTPRequest, on id: ObjectIdentifier) {
    switch liveview.answer {
    case .stream, .silence: break
    case .status(let code):
      answer(.refusal(HTTPResponseStatus(statusCode: code)), to: request, on: id)
    case .redirect(let location):
      answer(
        HTTPAnswer(status: .found, headers: [("Location", location)]), to: request, on: id)
    case .endlessHeaders:
      pourHeaders(HTTPAnswer(status: .ok, headers: [("Content-Type", "image/jpeg")]), onto: id)
    }
  }

  func liveviewClientGone() {
    liveview.client = nil
    logger.debug("liveview closed")
  }

  /// Brings the open stream in step with the camera's mode.
  func liveviewModeChanged() {
    if body.isLiveviewActive { liveview.outlivesRecMode = false }
    guard let id = liveview.client, !liveview.outlivesRecMode else { return }
    if body.isLiveviewActive {
      runLiveview()
    } else if present.liveviewAfterStop == .endsResponse || !body.isRecMode {
      endLiveview(id)
    }
  }

  /// Ends the response as HTTP wants it; a chunked one leaves the connection open.
  func endLiveview(_ id: ObjectIdentifier) {
    liveview.client = nil
    guard present.liveviewFraming == .chunked else { return close(id) }
    connections[id]?.channel.writeAndFlush(ByteBuffer(string: "0\r\n\r\n"), promise: nil)
    requestDone(closing: false, on: id)
  }

  // MARK: - Answers that never end

  /// Sends a head without the empty line at its end, and one more header line after the other.
  func pourHeaders(_ answer: HTTPAnswer, onto id: ObjectIdentifier) {
    var head = answer.head()
    head.moveWriterIndex(to: max(head.readerIndex, head.writerIndex - 2))
    connections[id]?.channel.writeAndFlush(head, promise: nil)
    pour(onto: id, every: Self.floodInterval) { _ in
      ByteBuffer(string: "X-Filler: " + String(repeating: "x", count: 1000) + "\r\n")
    }
  }

  /// Sends piece after piece as long as the client reads and its connection is open.
  ///
  /// - Parameter piece: By number, from 0; nil: that was all, the request is done.
  func pour(
    onto id: ObjectIdentifier, every interval: Duration, from number: Int = 0,
    _ piece: @escaping @Sendable (Int) -> ByteBuffer?
  ) {
    guard let channel = connections[id]?.channel else { return }
    var next = number
    if channel.isWritable {
      guard let bytes = piece(number) else { return requestDone(closing: false, on: id) }
      channel.writeAndFlush(bytes, promise: nil)
      next += 1
    }
    after(interval) { [next] in $0.pour(onto: id, every: interval, from: next, piece) }
  }
}
