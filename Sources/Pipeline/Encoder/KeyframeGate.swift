import Media

/// Lets keyframe requests through at a bounded rate, whatever their origin, and merges them.
///
/// An IDR costs several times the bytes of other pictures, and every viewer pays for it.
public struct KeyframeGate: Sendable {
  /// Least time between two IDRs made on request, for joiners and for reported loss.
  public static let joinInterval: Duration = .milliseconds(500)
  /// Least time between any IDR and one made for a joiner, who can start with the first as well:
  /// it is hardly older, and little has to be sent after it.
  public static let joinSpacing: Duration = .milliseconds(200)
  /// The same for subscribers that are too slow: more IDRs would make them slower still.
  public static let overflowInterval: Duration = .seconds(2)

  private var pending: KeyframeReason?
  private var lastIDR: MediaTime?
  private var lastRequestedIDR: MediaTime?

  public init() {}

  /// Somebody wants an IDR.
  public mutating func request(_ reason: KeyframeReason) {
    // The impatient reason wins when requests merge.
    switch (pending, reason) {
    case (nil, _), (.overflow, _), (.pictureLoss, .join), (.interval, .join): pending = reason
    default: break
    }
  }

  /// Whether the picture at hand should be made an IDR now.
  public func isOpen(at now: MediaTime) -> Bool {
    guard pending != nil else { return false }
    guard let opening else { return true }
    return opening <= now
  }

  /// When the gate opens for those who wait; nil if nobody does, or no IDR was made yet.
  public var opening: MediaTime? { pending.flatMap(opening(for:)) }

  /// Whether a request made now would be granted now.
  public func grants(_ reason: KeyframeReason, at now: MediaTime) -> Bool {
    guard let opening = opening(for: reason) else { return true }
    return opening <= now
  }

  private func opening(for reason: KeyframeReason) -> MediaTime? {
    guard let lastIDR else { return nil }
    switch reason {
    case .overflow: return lastIDR.advanced(by: Self.overflowInterval)
    case .pictureLoss, .interval: return lastIDR.advanced(by: Self.joinInterval)
    case .join:
      let spaced = lastIDR.advanced(by: Self.joinSpacing)
      return lastRequestedIDR.map { max(spaced, $0.advanced(by: Self.joinInterval)) } ?? spaced
    }
  }

  /// An IDR was made; all requests so far are answered.
  ///
  /// - Parameter isRequested: Whether it was made because somebody asked.
  public mutating func idrMade(at now: MediaTime, isRequested: Bool) {
    lastIDR = now
    if isRequested { lastRequestedIDR = now }
    pending = nil
  }
}
