import SonyCamera

/// Keeps short calls serial and apart: cameras hang on calls that overlap or follow each other too
/// quickly, until the battery is pulled.
///
/// Two sides want to call, the session and the watch; each has at most one call waiting. The
/// session's goes first, because pictures wait for it.
struct CallLane: Sendable {
  /// Between an answer and the next call.
  static let spacing = Duration.milliseconds(50)

  enum Side: Sendable, Hashable {
    case session
    case watch
  }

  struct Request: Sendable, Hashable {
    var side: Side
    var call: CameraCall
    /// Begins with sending.
    var timeLimit: Duration
    /// Of the side's order, to tell late answers.
    var order: Int
    /// The camera holds its answer until something changes: the lane is free again when the
    /// spacing has passed.
    var isHeld = false
  }

  private var waiting: [Side: Request] = [:]
  private var isTaken = false

  /// A side wants to call. What it wanted before, and was not sent yet, is forgotten.
  mutating func enter(_ request: Request) {
    waiting[request.side] = request
  }

  /// What the side wanted is not wanted any more, if it was not sent yet.
  mutating func leave(_ side: Side) {
    waiting[side] = nil
  }

  /// The call to send now, if any; the lane is taken until `free`.
  mutating func next() -> Request? {
    guard !isTaken, let request = waiting[.session] ?? waiting[.watch] else { return nil }
    waiting[request.side] = nil
    isTaken = true
    return request
  }

  /// The call under way was answered or is held, and the spacing has passed.
  mutating func free() {
    isTaken = false
  }
}
