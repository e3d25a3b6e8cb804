import Media

/// When a target must ask for an IDR so that two of them are never further apart than the
/// interval.
///
/// A receiver of plain RTP cannot ask; one that starts late waits for the next IDR. While
/// pictures flow, an IDR is asked for only if the encoder would not make it in time by itself;
/// when they stall, a repeated picture has to do. That holds for the two seconds in which a picture
/// passes for live; then there is none to ask until the offline picture comes.
struct KeyframeSchedule: Sendable {
  /// How long an unanswered request is left alone.
  static let retry: Duration = .milliseconds(500)
  /// Time a repeated picture takes from the request to the socket, and to spare.
  private static let stallLead: Duration = .milliseconds(100)

  /// Longest time between two IDRs.
  let interval: Duration
  private var lastIDR: MediaTime
  private var lastPicture: MediaTime
  private var spacing: Duration = .zero

  /// - Parameter start: When sending began; the subscription itself has asked for an IDR then.
  init(interval: Duration, start: MediaTime) {
    self.interval = interval
    lastIDR = start
    lastPicture = start
  }

  /// A picture was sent. True if an IDR must be asked for now, because the next picture, expected
  /// after the same spacing as this one, would come too late.
  mutating func pictureSent(presentationTime: MediaTime, isIDR: Bool) -> Bool {
    spacing = max(lastPicture.duration(to: presentationTime), .zero)
    lastPicture = presentationTime
    if isIDR {
      lastIDR = presentationTime
      return false
    }
    return lastIDR.duration(to: presentationTime) + spacing > interval
  }

  /// Time left until an IDR must be asked for even though no picture comes; zero if that is now.
  func timeUntilRequest(now: MediaTime) -> Duration {
    let end = lastIDR.advanced(by: interval)
    let isLate = lastPicture.advanced(by: spacing * 3 / 2)
    let due = min(end, max(isLate, end.advanced(by: .zero - min(Self.stallLead, interval / 4))))
    return max(now.duration(to: due), .zero)
  }
}
