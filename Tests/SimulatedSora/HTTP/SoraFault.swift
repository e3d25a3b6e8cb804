/// What goes wrong with a call.
public enum SoraFault: Sendable, Hashable {
  // Nothing is done.
  /// This answer instead of the right one.
  case reply(status: Int, headers: [String: String] = [:], body: [UInt8])
  /// These bytes, which need not be HTTP, and the end of the connection.
  case bytes([UInt8])
  /// 307 to this URL: the channel lives on another node of the cluster.
  case redirect(to: String)
  /// The connection ends.
  case closed
  /// No answer until `release()`; then the call is done as if nothing had been.
  case held

  // The call is done.
  /// The connection ends without an answer.
  case lostReply
  /// The connection ends in the middle of the answer's body.
  case halfReply
  /// No answer until `release()`.
  case heldReply
  /// The answer comes this much later.
  case late(milliseconds: Int64)
  /// The answer comes byte by byte.
  case dripped
  /// 200 without a body, as Sora does for operations that have nothing to say.
  case emptyReply
  /// This body in place of the right one, if the call is not refused.
  case answers([UInt8])
  /// The right answer with this content type; nil for none.
  case contentType(String?)

  /// Not JSON, as a proxy in between answers.
  public static let badGateway = reply(
    status: 502, headers: ["content-type": "text/html"],
    body: Array("<html><body><h1>502 Bad Gateway</h1></body></html>".utf8))

  /// An operation's own error.
  public static func refusal(_ type: String, status: Int = 400) -> SoraFault {
    reply(
      status: status, headers: ["content-type": "application/json"],
      body: Array(#"{"error_type":"\#(type)"}"#.utf8))
  }

  /// A JSON text of so many bytes.
  public static func large(bytes: Int) -> SoraFault {
    reply(
      status: 200, headers: ["content-type": "application/json"],
      body: [UInt8(ascii: "\"")]
        + [UInt8](repeating: UInt8(ascii: "x"), count: max(0, bytes - 2)) + [UInt8(ascii: "\"")])
  }

  /// The operation is not done.
  var prevents: Bool {
    switch self {
    case .reply, .bytes, .redirect, .closed: true
    default: false
    }
  }
}

/// A fault and the calls it waits for.
struct PlannedFault: Sendable {
  var operation: String?
  var spared: Int
  var remaining: Int?
  var fault: SoraFault
}

extension [PlannedFault] {
  /// The fault of the next call of `operation`.
  mutating func take(for operation: String?) -> SoraFault? {
    for index in indices where self[index].operation == nil || self[index].operation == operation {
      if self[index].spared > 0 {
        self[index].spared -= 1
        continue
      }
      let fault = self[index].fault
      if let remaining = self[index].remaining {
        self[index].remaining = remaining - 1
        if remaining <= 1 { remove(at: index) }
      }
      return fault
    }
    return nil
  }
}
