import Media

/// Spreads the packets of one access unit over a part of the frame interval.
///
/// An IDR of fifty packets sent at once overruns the queues of small routers and mobile links.
/// Most pictures fit one burst and leave at once.
struct PacketPacing: Sendable {
  /// Packets that leave together.
  static let burstSize = 8
  /// Longest pause between two bursts: faster links need no more spreading than this.
  static let longestPause: Duration = .milliseconds(5)
  /// Frame intervals outside this range are stalls or repeats, not the camera's rate.
  private static let plausibleInterval: ClosedRange<Duration> =
    .milliseconds(8)...(.milliseconds(200))

  /// Smoothed time between pictures.
  private(set) var frameInterval: Duration = .milliseconds(33)
  private var lastPresentationTime: MediaTime?

  /// What to send when: bursts in order, and the pause between two of them.
  struct Plan: Sendable, Hashable {
    var bursts: [Range<Int>]
    var pause: Duration
  }

  /// The plan for an access unit of `packetCount` packets; at most 70 % of the frame interval
  /// passes between its first and its last packet.
  mutating func plan(packetCount: Int, presentationTime: MediaTime) -> Plan {
    learn(presentationTime)
    let bursts = stride(from: 0, to: packetCount, by: Self.burstSize).map { start in
      start..<min(start + Self.burstSize, packetCount)
    }
    guard bursts.count > 1 else { return Plan(bursts: bursts, pause: .zero) }
    let pause = frameInterval * 7 / 10 / (bursts.count - 1)
    return Plan(bursts: bursts, pause: min(pause, Self.longestPause))
  }

  private mutating func learn(_ presentationTime: MediaTime) {
    defer { lastPresentationTime = presentationTime }
    guard let interval = lastPresentationTime?.duration(to: presentationTime),
      Self.plausibleInterval.contains(interval)
    else { return }
    frameInterval = (frameInterval * 7 + interval) / 8
  }
}
