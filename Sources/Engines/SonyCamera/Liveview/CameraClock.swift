import Media

/// Turns the camera's millisecond clock and arrival times into presentation times.
///
/// The camera's clock gives the spacing of pictures, which the network cannot disturb; arrival
/// gives the offset to the bridge's clock. Of all offsets seen, the smallest belongs to the picture
/// that was delayed least, so that one is kept; it may rise slowly, to follow two clocks that drift
/// apart.
///
/// Results are strictly increasing and never later than the arrival, except that pictures which
/// arrive in the same moment with the same camera time are set `minimumStep` apart. When the
/// camera's clock jumps or the stream pauses, the clock is anchored anew at the arrival.
public struct CameraClock: Sendable {
  /// Smallest distance between two presentation times: 9 units of the 90 kHz RTP clock.
  public static let minimumStep = Duration.microseconds(100)
  /// A longer pause on the camera's clock ends the timeline; cameras that are busy pause for
  /// some seconds and may do anything to their clock meanwhile.
  public static let longestGap = Duration.seconds(10)
  /// Largest disagreement between both clocks that is taken for network delay.
  public static let largestDelay = Duration.seconds(2)
  /// How fast the offset may rise: more than two quartz clocks drift apart, less than an eye sees.
  public static let driftPerMillion: Int64 = 500

  private struct Anchored: Sendable {
    /// Newest camera time.
    var cameraMilliseconds: UInt32
    /// The same without wrapping, counted from the anchor.
    var cameraElapsed: Int64
    /// Presentation time of the anchor's camera time, nanoseconds.
    var offset: Int64
  }

  private var anchored: Anchored?
  private var lastArrival: MediaTime?
  private var lastPresentation: MediaTime?
  /// Times the clock was anchored, the first time included.
  public private(set) var anchorCount = 0

  public init() {}

  /// Forgets the camera's timeline, after a reconnect; results go on increasing.
  public mutating func reset() {
    anchored = nil
  }

  /// When the picture with this camera time was taken.
  ///
  /// - Parameters:
  ///   - cameraMilliseconds: From the packet header; wraps at 2^32.
  ///   - arrival: When the picture's last byte arrived.
  public mutating func presentationTime(
    cameraMilliseconds: UInt32, arrival: MediaTime
  ) -> MediaTime {
    // The monotonic clock does not go back; should a caller's do, nothing here may depend on it.
    let arrival = max(arrival, lastArrival ?? arrival)
    lastArrival = arrival
    var result = continued(cameraMilliseconds, arrival) ?? anchor(cameraMilliseconds, arrival)
    if let last = lastPresentation {
      result = max(result, last.advanced(by: Self.minimumStep))
    }
    lastPresentation = result
    return result
  }

  /// The result on the present timeline; nil if the camera time does not continue it.
  private mutating func continued(_ cameraMilliseconds: UInt32, _ arrival: MediaTime) -> MediaTime?
  {
    guard var now = anchored else { return nil }
    let step = Int64(Int32(bitPattern: cameraMilliseconds &- now.cameraMilliseconds)) * 1_000_000
    guard step >= 0, step <= Self.longestGap.wholeNanoseconds else { return nil }
    now.cameraMilliseconds = cameraMilliseconds
    now.cameraElapsed &+= step
    let seen = arrival.nanoseconds &- now.cameraElapsed
    let disagreement = (seen &- now.offset).magnitude
    guard disagreement <= Self.largestDelay.wholeNanoseconds.magnitude else { return nil }
    let drift = step / 1_000_000 * Self.driftPerMillion
    now.offset = min(seen, now.offset &+ drift)
    anchored = now
    return MediaTime(nanoseconds: now.offset &+ now.cameraElapsed)
  }

  private mutating func anchor(_ cameraMilliseconds: UInt32, _ arrival: MediaTime) -> MediaTime {
    anchored = Anchored(
      cameraMilliseconds: cameraMilliseconds, cameraElapsed: 0, offset: arrival.nanoseconds)
    anchorCount += 1
    return arrival
  }
}
