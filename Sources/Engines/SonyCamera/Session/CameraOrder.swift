/// What the owner of a `CameraSession` has to do next; there is never more than one order.
public enum CameraOrder: Sendable, Hashable {
  /// Send the call, and report `replyReceived` or `callFailed`.
  case call(CameraCall, timeLimit: Duration)
  /// Open the stream, report each picture by `pictureReceived`, and at the end `liveviewEnded`.
  case openLiveview(CameraURL)
  /// Let the time pass, then report `waitEnded`.
  case wait(Duration)
  /// The session is over; send nothing more.
  case finish(CameraSessionEnd)
}

/// Why there is no answer to a call.
public enum CameraCallFault: Error, Sendable, Hashable {
  /// No connection, or it broke.
  case unreachable
  case timedOut
  /// Something answered, but not in the camera's words.
  case unreadable(SonyCameraError)
}

/// Why an open liveview stream ended.
public enum LiveviewEnd: Error, Sendable, Hashable {
  /// The camera closed it: switched off, another client took it, or the Wi-Fi broke.
  case closed
  /// No complete picture for the settable time.
  case stalled
  /// It never opened.
  case unreachable
  /// HTTP status other than 200.
  case refused(status: Int)
  /// What came was no liveview.
  case unreadable(SonyCameraError)
}

/// Why a session is over.
public enum CameraSessionEnd: Sendable, Hashable {
  /// As ordered by `stopRequested`.
  case stopped
  /// A call got no answer; the camera has to be found again.
  case unreachable(CameraMethod, CameraCallFault)
  /// The camera refused for so long that it is better to start from the beginning.
  case notReady(CameraMethod, CameraErrorCode?)
  /// Liveview was started several times without a single picture.
  case noPictures(LiveviewEnd)
}

/// What a session is doing, as a person would say it; the raw value is the phrase.
public enum CameraActivity: String, Sendable, Hashable {
  case idle = "not connected"
  case identifying = "asking the camera who it is"
  case listing = "asking the camera what it can do"
  case enteringRemoteShooting = "waiting for the camera to enter remote shooting mode"
  case startingLiveview = "waiting for the camera to start its liveview"
  case waitingUntilReady = "waiting for the camera to be ready"
  case awaitingFirstPicture = "waiting for the first picture"
  case receiving = "receiving pictures"
  case reopening = "opening the liveview again"
  case stopping = "leaving the camera"
  case ended = "finished with the camera"
}

/// What a camera said about itself; grows during a session.
public struct CameraInformation: Sendable, Hashable {
  /// API versions; nil if not told.
  public var versions: [String]?
  public var application: CameraApplication?
  /// From `getAvailableApiList`; a hint, real lists are incomplete.
  public var methods: Set<CameraMethod>?

  public init() {}
}

/// Pauses that double from try to try.
///
/// Without jitter: only one client can talk to a camera, so there is nobody to keep apart from.
struct BackOff: Sendable {
  private let first: Duration
  private let longest: Duration
  private var current: Duration

  init(first: Duration, longest: Duration) {
    self.first = first
    self.longest = longest
    current = first
  }

  mutating func next() -> Duration {
    defer { current = min(current * 2, longest) }
    return current
  }

  mutating func reset() {
    current = first
  }
}
