import Media

/// Maps presentation times to RTP timestamps that only go forwards.
///
/// Ticks count media clock units since the first packet in 64 bits; the RTP timestamp is the
/// initial value plus ticks, modulo 2^32.
struct RTPTimeline {
  private let firstTimestamp: UInt32
  private let clockRate: Int64
  private var anchor: Anchor?
  private var lastTicks: Int64?
  private var lastMoment: MediaTime?
  private var announcedTicks: Int64?

  /// A picture can be older than the moment that was announced by as much as a camera that gives
  /// few of them is slow.
  private static let mostSecondsBehind: Int64 = 4

  private struct Anchor {
    var moment: MediaTime
    var ticks: Int64
  }

  init(firstTimestamp: UInt32, clockRate: UInt32) {
    self.firstTimestamp = firstTimestamp
    self.clockRate = Int64(clockRate)
  }

  /// Fixes the RTP timestamp of the next access unit and returns it.
  mutating func announce(now: MediaTime) -> UInt32 {
    let ticks = max(ticks(at: now) ?? 0, lastTicks.map { $0 &+ 1 } ?? 0)
    announcedTicks = ticks
    return rtpTimestamp(ticks: ticks)
  }

  /// The RTP timestamp for an access unit that is sent now.
  mutating func stamp(_ presentationTime: MediaTime) -> UInt32 {
    let ticks = nextTicks(presentationTime)
    lastTicks = ticks
    lastMoment = presentationTime
    return rtpTimestamp(ticks: ticks)
  }

  /// The RTP timestamp of any moment; nil before the first access unit.
  func rtpTimestamp(at moment: MediaTime) -> UInt32? {
    ticks(at: moment).map(rtpTimestamp(ticks:))
  }

  private mutating func nextTicks(_ presentationTime: MediaTime) -> Int64 {
    guard let mapped = ticks(at: presentationTime) else {
      let first = announcedTicks ?? 0
      announcedTicks = nil
      anchor = Anchor(moment: presentationTime, ticks: first)
      return first
    }
    // The anchor stays after a later announcement: the announced access unit is late by its
    // own delay, the next one is back in place, and repeated announcements do not add up.
    if let announced = announcedTicks {
      announcedTicks = nil
      return announced
    }
    guard let last = lastTicks, mapped <= last else { return mapped }
    // Behind what was announced: in small steps, until the time is reached. Steps of a millisecond
    // are what every container can tell apart.
    if last &- mapped <= clockRate &* Self.mostSecondsBehind {
      let step = lastMoment.flatMap { moment in
        ticks(at: presentationTime).flatMap { now in ticks(at: moment).map { now &- $0 } }
      }
      return last &+ max(1, min(step ?? 1, clockRate / 1000))
    }
    // So far back means another clock; start over one frame later instead of standing still until
    // the old time is reached.
    let restart = last &+ clockRate / 30
    anchor = Anchor(moment: presentationTime, ticks: restart)
    return restart
  }

  private func ticks(at moment: MediaTime) -> Int64? {
    guard let anchor else { return nil }
    let nanoseconds = anchor.moment.duration(to: moment).wholeNanoseconds
    let seconds = nanoseconds / 1_000_000_000
    let rest = nanoseconds % 1_000_000_000
    return anchor.ticks &+ seconds &* clockRate &+ rest &* clockRate / 1_000_000_000
  }

  private func rtpTimestamp(ticks: Int64) -> UInt32 {
    firstTimestamp &+ UInt32(truncatingIfNeeded: ticks)
  }
}
