import NIOCore
import NIOHTTP1

/// Something wrong with the answer to an API call; handed to
/// `SimulatedCamera.injectAPIFaults(_:method:)` or `SimulatedCamera.setAPIFault(_:method:)`.
public enum APIFault: Sendable, Hashable {
  /// The right answer, but only after this time.
  case slow(Duration)
  /// No answer; the connection stays open.
  case hang
  /// This HTTP status instead of 200.
  case httpStatus(Int)
  /// Status 200 and a body that is not JSON.
  case notJSON
  /// An error of the API.
  case error(code: Int, text: String)
  /// The connection is closed without an answer.
  case close
  /// The connection is reset without an answer.
  case reset
  /// Only the first half of the right answer's body comes; the connection stays open.
  case truncated
  /// The connection is closed after the first half of the right answer's body.
  case closeInsideAnswer
  /// The connection is reset after the first half of the right answer's body.
  case resetInsideAnswer
  /// The right answer, one byte at a time, with this time between two.
  case trickle(Duration)
  /// A body of 1 GiB.
  case giantBody
  /// Header lines without end.
  case endlessHeaders
  /// The right answer to another request: its id is not the one of the call.
  case wrongID
  /// A result of nulls only.
  case nulls
}

extension APIFault {
  /// The texts of errors, by code.
  ///
  /// Source: Camera Remote API Reference, "Error code".
  private static let texts = [
    1: "Not Available Now", 2: "Timed out", 3: "illegal argument", 5: "Illegal Request",
    7: "Illegal State", 12: "No Such Method", 14: "Unsupported Version", 401: "Unauthorized",
    403: "Forbidden", 404: "Not Found", 503: "Service Unavailable", 40400: "Shooting fail",
    40401: "Camera Not Ready", 40402: "Already Running Polling Api",
    40403: "Still Capturing Not Finished",
  ]

  /// An error with the text that goes with its code.
  public static func error(code: Int) -> APIFault {
    .error(code: code, text: texts[code] ?? "Any")
  }
}

extension SimulatedCamera {
  /// Bytes of `giantBody`, sent in pieces of 64 KiB.
  private static let giantBodySize = 1 << 30
  private static let pieceSize = 65_536

  /// What is wrong with this answer: what was queued first, then what lasts.
  func nextAPIFault(of method: String) -> APIFault? {
    for key in [method, Self.anyMethod] where apiFaults[key]?.isEmpty == false {
      return apiFaults[key]?.removeFirst()
    }
    return lastingAPIFaults[method] ?? lastingAPIFaults[Self.anyMethod]
  }

  func perform(
    _ fault: APIFault, for call: APIRequest, _ request: HTTPRequest, on id: ObjectIdentifier
  ) {
    switch fault {
    case .slow(let delay): after(delay) { $0.perform(call, request, on: id) }
    case .hang: break
    case .httpStatus(let code):
      answer(.refusal(HTTPResponseStatus(statusCode: code)), to: request, on: id)
    case .notJSON:
      let body = ByteBuffer(string: "<html><body>Internal error</body></html>")
      answer(HTTPAnswer(status: .ok, body: body), to: request, on: id)
    case .error(let code, let text):
      send(.error(APIError(code: code, text: text)), id: call.id, to: request, on: id)
    case .nulls:
      let nulls = [JSONValue](repeating: .null, count: EventPosition.counts[call.version] ?? 1)
      send(.result(nulls), id: call.id, to: request, on: id)
    case .close: close(id)
    case .reset:
      if let channel = connections[id]?.channel { reset(channel) }
    case .giantBody: sendGiantBody(on: id)
    case .endlessHeaders:
      pourHeaders(
        HTTPAnswer(status: .ok, headers: [("Content-Type", "application/json")]), onto: id)
    case .truncated, .closeInsideAnswer, .resetInsideAnswer, .trickle, .wrongID:
      spoilAnswer(fault, to: call, request, on: id)
    }
  }

  private func sendGiantBody(on id: ObjectIdentifier) {
    let head = HTTPAnswer(
      status: .ok,
      headers: [
        ("Content-Type", "application/json"), ("Content-Length", String(Self.giantBodySize)),
      ])
    connections[id]?.channel.writeAndFlush(head.head(), promise: nil)
    let piece = ByteBuffer(repeating: UInt8(ascii: " "), count: Self.pieceSize)
    let count = Self.giantBodySize / Self.pieceSize
    pour(onto: id, every: .milliseconds(1)) { $0 < count ? piece : nil }
  }

  /// The call is carried out, and its answer comes over the line in a bad way.
  ///
  /// A call whose answer must wait, as a long poll's, is answered well.
  private func spoilAnswer(
    _ fault: APIFault, to call: APIRequest, _ request: HTTPRequest, on id: ObjectIdentifier
  ) {
    guard case .send(let result) = body.reply(to: call, baseURL: baseURL(on: id)),
      let channel = connections[id]?.channel
    else { return perform(call, request, on: id) }
    defer { cameraChanged() }
    guard fault != .wrongID else {
      return send(result, id: call.id == 1 ? 2 : 1, to: request, on: id)
    }
    let message = HTTPAnswer.json(
      result.message(id: call.id), escapesSlashes: present.escapesSlashes)
    let whole = message.encoded()
    if case .trickle(let interval) = fault {
      return pour(onto: id, every: interval) { number in
        whole.getSlice(at: whole.readerIndex + number, length: 1)
      }
    }
    var half = whole
    half.moveWriterIndex(to: whole.writerIndex - message.body.readableBytes / 2)
    let written = channel.writeAndFlush(half)
    switch fault {
    case .closeInsideAnswer: close(id)
    // Only after the kernel took it: a reset throws away what is unsent.
    case .resetInsideAnswer:
      written.whenComplete { _ in self.assumeIsolated { $0.reset(channel) } }
    default: break
    }
  }
}
