import Media

/// Spreads the packets of large pictures, so that an IDR of sixty packets does not overrun the
/// queue of a mobile link or a small router.
///
/// A token bucket: a burst leaves at once, the rest at a multiple of the encoder's bit rate, but
/// never slower than needed to be through well before the next picture is due. When the next
/// picture already waits, everything leaves at once. Most pictures fit the burst and are not
/// delayed at all.
///
/// Call ``begin(sizes:bitrateKbps:presentationTime:now:)`` for each access unit, then
/// ``step(nextIsWaiting:now:)`` until it returns nil.
///
/// Source: the pacer of WebRTC senders, which sends at 2.5 times the target bit rate.
public struct PacketPacer: Sendable {
  /// What to do next.
  public enum Step: Sendable, Hashable {
    /// Hand over so many packets, those that follow the ones sent before.
    case send(packetCount: Int)
    /// Ask again after this time, or as soon as the next picture comes.
    case wait(Duration)
  }

  /// Share of the frame interval in which a picture leaves, at most.
  static let share = 0.7
  /// Frame intervals outside this range are stalls or repeats, not the camera's rate.
  private static let plausibleInterval: ClosedRange<Duration> =
    .milliseconds(8)...(.milliseconds(200))

  /// Multiple of the encoder's bit rate at which the packets after the burst leave.
  public let factor: Double
  /// Bytes that may leave at once.
  public let burstBytes: Int
  /// Smoothed time between pictures.
  public private(set) var frameInterval: Duration = .milliseconds(33)

  private var lastPresentationTime: MediaTime?
  private var bucket: TokenBucket
  private var sizes: [Int] = []
  private var sentCount = 0

  /// - Parameters:
  ///   - burstBytes: At least the largest packet.
  ///   - factor: At least 1: below, the queue would only grow.
  public init(burstBytes: Int, factor: Double) {
    self.burstBytes = max(burstBytes, 1)
    self.factor = max(factor, 1)
    bucket = TokenBucket(capacity: self.burstBytes)
  }

  /// A picture whose packets are so large is to be sent; what is left of the one before is
  /// forgotten.
  public mutating func begin(
    sizes: [Int], bitrateKbps: Int, presentationTime: MediaTime, now: MediaTime
  ) {
    learn(presentationTime)
    self.sizes = sizes
    sentCount = 0
    bucket.refill(at: now)
    let rest = Double(sizes.reduce(0, +)) - bucket.level
    let needed = rest / (frameInterval.inSeconds * Self.share)
    bucket.refill(at: now, newRate: max(Double(bitrateKbps) * 125 * factor, needed))
  }

  /// The next thing to do for the picture; nil if all of its packets have been handed over.
  ///
  /// - Parameter nextIsWaiting: The next picture is there, so there is no time left.
  public mutating func step(nextIsWaiting: Bool, now: MediaTime) -> Step? {
    guard sentCount < sizes.count else { return nil }
    bucket.refill(at: now)
    let batch = nextBatch()
    if !nextIsWaiting {
      let delay = bucket.delay(until: batch.bytes)
      guard delay == .zero else { return .wait(delay) }
    }
    var (end, bytes) = (batch.end, batch.bytes)
    while end < sizes.count, nextIsWaiting || Double(bytes + sizes[end]) <= bucket.level {
      bytes += sizes[end]
      end += 1
    }
    defer { sentCount = end }
    bucket.take(bytes)
    return .send(packetCount: end - sentCount)
  }

  /// The fewest packets worth a wake-up: half a burst, the rest of the picture if that is less.
  private func nextBatch() -> (end: Int, bytes: Int) {
    var (end, bytes) = (sentCount, 0)
    while end < sizes.count, end == sentCount || bytes + sizes[end] <= max(burstBytes / 2, 1) {
      bytes += sizes[end]
      end += 1
    }
    return (end, bytes)
  }

  private mutating func learn(_ presentationTime: MediaTime) {
    defer { lastPresentationTime = presentationTime }
    guard let interval = lastPresentationTime?.duration(to: presentationTime),
      Self.plausibleInterval.contains(interval)
    else { return }
    frameInterval = (frameInterval * 7 + interval) / 8
  }
}
