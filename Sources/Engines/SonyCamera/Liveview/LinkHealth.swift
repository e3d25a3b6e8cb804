import Media

/// Judges the way pictures take from the camera to here, and whose fault it is when they do not
/// come.
///
/// Every picture has two times: the camera's clock says when it was taken, arrival when it was
/// here. A gap on arrival without one on the camera's clock was made by the network; a gap on both
/// clocks was made by the camera, which took no pictures. (After a network's gap the camera's clock
/// jumps with the next fresh picture, because a camera whose sending is blocked takes none; that
/// picture arrives without a gap and is not counted again.)
///
/// Rates, gaps and jitter are those of a window of some seconds; totals only grow. Memory is
/// bounded by `Limits`, whatever the camera's clock and the caller's say.
public struct LinkHealth: Sendable {
  /// What is kept and what counts as a gap.
  public struct Limits: Sendable, Hashable {
    /// How far back the report looks.
    public var window = Duration.seconds(10)
    /// Pictures of the window that are kept. A camera sends at most 29 a second; with more, the
    /// window is shorter.
    public var pictureCount = 512
    /// Answered calls that are kept.
    public var callCount = 32
    /// A longer time between two pictures is a gap. Real cameras pause for up to 209 ms (NEX-5T)
    /// while they work as they should.
    public var gap = Duration.milliseconds(400)

    public init() {}
  }

  /// One picture and its distance to the one before.
  struct Arrival: Sendable {
    var time: MediaTime
    var byteCount: Int
    /// Nil for the first picture of a stream.
    var step: Step?
  }

  /// The distance between two pictures, on both clocks.
  struct Step: Sendable {
    var arrival: Duration
    /// Nil if the camera's clock went back: it was started anew.
    var camera: Duration?
    var gap: Report.Cause?
  }

  let limits: Limits
  private(set) var arrivals: RecentValues<Arrival>
  private(set) var answerTimes: RecentValues<Duration>
  private(set) var totals = Report.Totals()
  private(set) var lastArrival: MediaTime?
  private var lastCameraMilliseconds: UInt32?
  /// What the present stream's statistics said last.
  private var counted = LiveviewStatistics()
  private var hasHadStream = false

  public init(limits: Limits = Limits()) {
    self.limits = limits
    arrivals = RecentValues(limit: limits.pictureCount)
    answerTimes = RecentValues(limit: limits.callCount)
  }

  // MARK: Facts

  /// A liveview stream is opened; what was between it and the one before is no gap.
  public mutating func streamBegan() {
    if hasHadStream { totals.streamRestartCount &+= 1 }
    hasHadStream = true
    lastCameraMilliseconds = nil
    counted = LiveviewStatistics()
  }

  /// A complete picture is here.
  ///
  /// - Parameters:
  ///   - arrival: When its last byte arrived.
  ///   - cameraMilliseconds: From the packet header; wraps at 2^32.
  ///   - byteCount: Of the JPEG.
  ///   - statistics: Of the stream's parser, which follows the sequence numbers: they count packets
  ///     of every type.
  public mutating func pictureReceived(
    at arrival: MediaTime, cameraMilliseconds: UInt32, byteCount: Int,
    statistics: LiveviewStatistics
  ) {
    // The monotonic clock does not go back; should a caller's do, nothing here may depend on it.
    let time = max(arrival, lastArrival ?? arrival)
    let size = max(0, byteCount)
    var step: Step?
    if let last = lastArrival, let lastCamera = lastCameraMilliseconds {
      step = self.step(
        arrival: last.duration(to: time),
        cameraMilliseconds: Int64(Int32(bitPattern: cameraMilliseconds &- lastCamera)))
    }
    lastArrival = time
    lastCameraMilliseconds = cameraMilliseconds
    totals.pictureCount &+= 1
    totals.byteCount &+= UInt64(size)
    follow(statistics)
    arrivals.append(Arrival(time: time, byteCount: size, step: step))
  }

  /// An API call was answered. Not for calls the camera holds or that change its mode: they say
  /// nothing about the link.
  public mutating func callAnswered(after duration: Duration) {
    totals.callCount &+= 1
    answerTimes.append(max(.zero, duration))
  }

  /// An API call got no answer.
  public mutating func callFailed() {
    totals.failedCallCount &+= 1
  }

  /// Pictures that a newer one replaced before the encoder took them, since the beginning.
  public mutating func picturesReplaced(_ count: UInt64) {
    totals.replacedPictureCount = max(totals.replacedPictureCount, count)
  }

  // MARK: Judging

  private mutating func step(arrival: Duration, cameraMilliseconds: Int64) -> Step {
    if cameraMilliseconds < 0 { totals.clockRestartCount &+= 1 }
    var step = Step(
      arrival: arrival, camera: cameraMilliseconds < 0 ? nil : .milliseconds(cameraMilliseconds))
    guard arrival > limits.gap else { return step }
    // A camera that started its clock anew was busy with itself. Where both clocks have a gap, but
    // not the same one, the larger part decides.
    let isNetworks = step.camera.map { $0 <= limits.gap || $0 < arrival / 2 } ?? false
    step.gap = isNetworks ? .network : .camera
    if isNetworks {
      totals.networkGaps.add(arrival)
    } else {
      totals.cameraGaps.add(arrival)
    }
    return step
  }

  private mutating func follow(_ statistics: LiveviewStatistics) {
    func growth(_ count: KeyPath<LiveviewStatistics, Int>) -> UInt64 {
      let (difference, overflow) = statistics[keyPath: count].subtractingReportingOverflow(
        counted[keyPath: count])
      return overflow ? 0 : UInt64(max(0, difference))
    }
    totals.sequenceGapCount &+= growth(\.sequenceGapCount)
    totals.missingPacketCount &+= growth(\.missingPacketCount)
    totals.corruptPictureCount &+= growth(\.corruptImageCount)
    counted = statistics
  }
}

/// The newest values of a series, in order; older ones are overwritten.
struct RecentValues<Value: Sendable>: Sendable {
  private let limit: Int
  private var values: [Value] = []
  /// Where the oldest value is, once there are `limit`.
  private var oldest = 0

  init(limit: Int) {
    self.limit = max(1, limit)
  }

  mutating func append(_ value: Value) {
    if values.count < limit {
      values.append(value)
    } else {
      values[oldest] = value
      oldest = (oldest + 1) % limit
    }
  }

  /// Oldest first.
  var inOrder: [Value] { Array(values[oldest...] + values[..<oldest]) }

  var newest: Value? {
    guard !values.isEmpty else { return nil }
    return values[(oldest + values.count - 1) % values.count]
  }
}
