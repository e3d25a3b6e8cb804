import Media

/// The newest IDR and what followed it, for viewers who join right after an IDR.
///
/// Bounded by count and bytes: a GOP that grows beyond the bounds is forgotten until the next
/// IDR, and joiners then ask for one.
public struct RecentGOP: Sendable {
  /// The IDR first, then every following access unit; empty if there is nothing to start from.
  public private(set) var accessUnits: [AccessUnit] = []
  private var byteCount = 0
  /// When its IDR was given out. A picture that was shown again can be older.
  private var began: MediaTime?
  private let maxCount: Int
  private let maxBytes: Int

  /// - Parameters:
  ///   - maxCount: Access units kept; at least 1.
  ///   - maxBytes: Sum of their NAL units.
  public init(maxCount: Int = 64, maxBytes: Int = 1 << 20) {
    self.maxCount = max(1, maxCount)
    self.maxBytes = maxBytes
  }

  /// Takes note of the next access unit of the stream.
  public mutating func append(_ accessUnit: AccessUnit, at now: MediaTime) {
    if accessUnit.isIDR {
      clear()
      began = max(accessUnit.presentationTime, now)
    } else if accessUnits.isEmpty {
      return
    }
    accessUnits.append(accessUnit)
    byteCount += accessUnit.byteCount
    if accessUnits.count > maxCount || byteCount > maxBytes { clear() }
  }

  /// Forgets everything, for example when encoding stops.
  public mutating func clear() {
    accessUnits.removeAll(keepingCapacity: true)
    byteCount = 0
  }

  /// The access units a joiner can start with; nil if a new IDR is the better start.
  ///
  /// A new one is better than an IDR that is not quite recent, because less has to be sent after
  /// it; but not if the joiner would have to wait for it.
  ///
  /// - Parameter grantsIDR: Whether a new IDR would be made at once.
  public func start(at now: MediaTime, grantsIDR: Bool) -> [AccessUnit]? {
    guard !accessUnits.isEmpty, let began else { return nil }
    let maxAge = grantsIDR ? KeyframeGate.joinSpacing : KeyframeGate.joinInterval
    return began.duration(to: now) <= maxAge ? accessUnits : nil
  }
}
