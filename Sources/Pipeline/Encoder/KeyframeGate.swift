import Media

/// Lets keyframe requests through at a bounded rate, whatever their origin, and merges them.
///
/// An IDR costs several times the bytes of other pictures, and every viewer pays for it.
public struct KeyframeGate: Sendable {
  /// Least time between two IDRs made for joiners and for reported loss.
  public static let joinInterval: Duration = .milliseconds(500)
  /// The same for subscribers that are too slow: more IDRs would make them slower still.
  public static let overflowInterval: Duration = .seconds(2)

  private var pending: KeyframeReason?
  private var lastIDR: MediaTime?

  public init() {}

  /// Somebody wants an IDR.
  public mutating func request(_ reason: KeyframeReason) {
    // The impatient reason wins when requests merge.
    if pending == nil || pending == .overflow { pending = reason }
  }

  /// Whether the picture at hand should be made an IDR now.
  public func isOpen(at now: MediaTime) -> Bool {
    guard pending != nil else { return false }
    guard let opening else { return true }
    return opening <= now
  }

  /// When the gate opens for those who wait; nil if nobody does, or no IDR was made yet.
  public var opening: MediaTime? {
    guard let pending, let lastIDR else { return nil }
    return lastIDR.advanced(by: pending == .overflow ? Self.overflowInterval : Self.joinInterval)
  }

  /// An IDR was made, asked for or not; all requests so far are answered.
  public mutating func idrMade(at now: MediaTime) {
    lastIDR = now
    pending = nil
  }
}
