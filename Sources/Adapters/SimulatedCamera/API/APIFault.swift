/// Something wrong with the answer to one API call; handed to
/// `SimulatedCamera.injectAPIFaults(_:method:)`.
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
}
