/// What the owner of a `CameraWatch` has to do next; there is never more than one order, and a new
/// one replaces the one before, whether that was finished or not.
public enum CameraWatchOrder: Sendable, Hashable {
  /// Send the call when no other is under way (cameras hang on parallel ones), and report
  /// `replyReceived` or `callFailed`. The limit begins with sending.
  case call(CameraCall, timeLimit: Duration)
  /// The same at once, beside other calls: the camera holds its answer until something changes.
  case poll(CameraCall, timeLimit: Duration)
  /// Let the time pass, then report `waitEnded`.
  case wait(Duration)
  /// Nothing to do until something else happens.
  case rest
  /// The camera did not answer. Nothing to do until it is `started` again.
  case lost(CameraMethod, CameraCallFault)
}

/// How the watch learns what the camera is doing; the raw value is the phrase.
public enum PollingMode: String, Sendable, Hashable, CaseIterable {
  case undecided = "not asked yet"
  case longPoll = "told at once"
  case contested = "asked every 5 seconds, because another program polls the camera"
  /// Polls break, or are never answered; other calls are.
  case unheld = "asked every 5 seconds, because the camera cannot hold a request"
  case slow = "asked every 30 seconds, because it refuses, or its answers make no sense"
  case unavailable = "asked every 30 seconds what it offers, because it tells nothing else"
}
