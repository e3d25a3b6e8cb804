import Media

/// When a target must ask for an IDR so that two of them are never further apart than the
/// interval.
///
/// A receiver of plain RTP cannot ask; one that starts late waits for the next IDR.
struct KeyframeSchedule: Sendable {
  /// How long an unanswered request is left alone.
  static let retry: Duration = .milliseconds(500)

  /// Longest time between two IDRs.
  let interval: Duration
  /// When sending began; the subscription itself has asked for an IDR then.
  let start: MediaTime

  /// Time left until an IDR must be asked for; zero if that is now.
  ///
  /// - Parameter frameInterval: Expected time between pictures. The request comes two pictures
  ///   early, because the one that answers it may have to wait for the camera.
  func timeUntilRequest(
    now: MediaTime, lastIDR: MediaTime?, frameInterval: Duration
  ) -> Duration {
    let lead = min(frameInterval * 2, interval / 2)
    let due = max(lastIDR ?? start, start).advanced(by: interval - lead)
    return max(now.duration(to: due), .zero)
  }
}
