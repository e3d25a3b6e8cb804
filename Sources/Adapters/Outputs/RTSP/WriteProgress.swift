import Media

/// Whether a client takes bytes: what was written less what still waits must grow.
struct WriteProgress {
  private var taken: UInt64 = 0
  private var since: MediaTime

  init(at now: MediaTime) {
    since = now
  }

  mutating func note(written: UInt64, queued: Int, at now: MediaTime) {
    let taken = written &- UInt64(clamping: queued)
    if queued == 0 || taken != self.taken { since = now }
    self.taken = taken
  }

  /// How long nothing was taken although something waits.
  func stalled(at now: MediaTime) -> Duration { since.duration(to: now) }
}
