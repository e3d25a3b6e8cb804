/// What the owner of a `CameraSession` has to do next; there is never more than one order, and a
/// new one replaces the one before, whether that was finished or not.
public enum CameraOrder: Sendable, Hashable {
  /// Send the call, and report `replyReceived` or `callFailed`.
  case call(CameraCall, timeLimit: Duration)
  /// Open the stream, report its first picture by `pictureReceived`, and at the end
  /// `liveviewEnded`. If there is a limit, the first picture has to come within it.
  case openLiveview(CameraURL, firstPictureLimit: Duration?)
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
  /// No step of recovery brought pictures.
  case noPictures(LiveviewEnd)
}

/// What a session is doing, as a person would say it; the raw value is the phrase.
public enum CameraActivity: String, Sendable, Hashable, CaseIterable {
  case idle = "not connected"
  case listing = "asking the camera what it can do"
  case enteringRemoteShooting = "waiting for the camera to enter remote shooting mode"
  case startingLiveview = "waiting for the camera to start its liveview"
  case waitingUntilReady = "waiting for the camera to be ready"
  case awaitingFirstPicture = "waiting for the first picture"
  case receiving = "receiving pictures"
  case recovering = "getting the liveview back"
  case standingBack = "another program has the liveview"
  case goingToSleep = "stopping the liveview because nobody watches"
  case asleep = "asleep until somebody watches"
  case stopping = "leaving the camera"
  case ended = "finished with the camera"
}

/// Something an operator may want to read about, once.
public enum CameraSessionNotice: Sendable, Hashable {
  /// The stream ended, and this is done about it.
  case recovering(RecoveryStep, after: LiveviewEnd)
  /// Another program takes the liveview; the next try is after this time.
  case standingBack(Duration)
  /// The camera refuses, and is asked again.
  case refused(CameraMethod, CameraErrorCode?)
  /// Remote shooting mode was entered; what was set before may be lost.
  case enteredRemoteShooting
}

/// How much of a camera is switched off while nobody watches.
public enum SleepDepth: String, Sendable, Hashable, CaseIterable {
  /// Its liveview only: it is back within a second, but its screen and sensor stay on.
  case liveview
  /// Remote shooting mode, too: it is back within some seconds, and stays cooler.
  case recMode
}
