import Media

/// Decides which pictures become IDRs by time, because a count of pictures means nothing at a
/// variable rate.
///
/// A picture is due when the interval since the last IDR is over, or when the next picture,
/// expected after the same spacing as this one, would come too late.
struct IDRSchedule {
  private let interval: Duration
  private var lastIDR: MediaTime?
  private var lastPicture: MediaTime?

  init(interval: Duration) {
    self.interval = interval
  }

  /// True if the picture taken at `time` has to be an IDR; the first one always has to.
  func isDue(at time: MediaTime) -> Bool {
    guard let lastIDR, let lastPicture else { return true }
    let elapsed = lastIDR.duration(to: time)
    return elapsed >= interval || elapsed + lastPicture.duration(to: time) > interval
  }

  /// Notes a picture that was encoded.
  mutating func pictureEncoded(at time: MediaTime, isIDR: Bool) {
    lastPicture = time
    if isIDR { lastIDR = time }
  }
}
