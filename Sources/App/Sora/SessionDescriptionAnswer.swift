import JSON
import SoraControl

/// The answer to `StartForwardingRtp`, of which the user wants the session description: as a file
/// that a receiver reads.
enum SessionDescriptionAnswer {
  /// The text as it came, with its ends of lines.
  ///
  /// - Throws: If there is none that a receiver could read. A description is lines of text; other
  ///   control characters would only reach a terminal (RFC 8866 §5).
  static func text(_ answer: JSONValue?) throws(ControlReplyError) -> String {
    let sdp = try ForwardingReply(json: answer).sdp
    let isText = sdp.unicodeScalars.allSatisfy { scalar in
      switch scalar {
      case "\r", "\n", "\t": true
      default: !(scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value)
      }
    }
    guard isText, sdp.hasPrefix("v=0\r\n") || sdp.hasPrefix("v=0\n") else {
      throw ControlReplyError(path: "sdp", expected: "a session description")
    }
    return sdp
  }
}
