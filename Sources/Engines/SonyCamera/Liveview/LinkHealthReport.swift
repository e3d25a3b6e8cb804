import Media

extension LinkHealth {
  /// How the link was during the window, and in total.
  public struct Report: Sendable, Hashable {
    /// Who made a gap.
    public enum Cause: String, Sendable, Hashable, CaseIterable {
      case camera
      case network
    }

    /// Whose fault it is; the raw value is for status pages.
    public enum Verdict: String, Sendable, Hashable, CaseIterable {
      /// No picture in the window; a silent link does not say why.
      case noPictures
      /// Pictures come without gaps.
      case steady
      /// The camera made most of the gaps.
      case camera
      /// The network made most of the gaps.
      case network
    }

    /// Some gaps.
    public struct Gaps: Sendable, Hashable {
      public var count: UInt64 = 0
      public var longest = Duration.zero
      /// All of them together.
      public var total = Duration.zero

      public init() {}

      mutating func add(_ gap: Duration) {
        count &+= 1
        longest = max(longest, gap)
        total += gap
      }
    }

    /// The newest answered API calls.
    public struct Calls: Sendable, Hashable {
      /// How many the figures are taken from.
      public var count = 0
      public var newest: Duration?
      public var median: Duration?
      public var longest: Duration?

      public init() {}
    }

    /// Since the beginning; only grow.
    public struct Totals: Sendable, Hashable {
      public var pictureCount: UInt64 = 0
      /// Of the pictures.
      public var byteCount: UInt64 = 0
      public var cameraGaps = Gaps()
      public var networkGaps = Gaps()
      /// Jumps in the sequence numbers, and packets they leave out.
      public var sequenceGapCount: UInt64 = 0
      public var missingPacketCount: UInt64 = 0
      /// Left out because they were no whole JPEG.
      public var corruptPictureCount: UInt64 = 0
      /// Replaced by a newer one before the encoder took them.
      public var replacedPictureCount: UInt64 = 0
      /// Streams after the first.
      public var streamRestartCount: UInt64 = 0
      /// Times the camera's clock went back within a stream.
      public var clockRestartCount: UInt64 = 0
      public var callCount: UInt64 = 0
      public var failedCallCount: UInt64 = 0

      public init() {}
    }

    public var verdict = Verdict.noPictures
    /// What the figures are taken from: the window, or less if it has just begun.
    public var window = Duration.zero
    /// Pictures in the window.
    public var pictureCount = 0
    public var picturesPerSecond = 0.0
    public var bytesPerSecond = 0.0
    /// Mean difference between the distance of two pictures on arrival and on the camera's clock.
    public var jitter = Duration.zero
    /// Longest time between two pictures, whoever made it and however short it is.
    public var longestStep = Duration.zero
    /// Gaps in the window.
    public var cameraGaps = Gaps()
    public var networkGaps = Gaps()
    /// Nil if there was none yet.
    public var sinceLastPicture: Duration?
    public var calls = Calls()
    public var totals = Totals()

    public init() {}
  }

  /// The report as of `now`.
  public func snapshot(at now: MediaTime) -> Report {
    var report = Report()
    report.totals = totals
    report.sinceLastPicture = lastArrival.map { max(.zero, $0.duration(to: now)) }
    report.calls = calls
    let begin = now.advanced(by: .zero - limits.window)
    let recent = arrivals.inOrder.filter { $0.time > begin && $0.time <= now }
    guard let first = recent.first else { return report }
    report.pictureCount = recent.count
    report.window = first.time.duration(to: now)
    let seconds = report.window.inSeconds
    // The first one opens the window; its bytes came before it.
    if seconds > 0 {
      report.picturesPerSecond = Double(recent.count - 1) / seconds
      report.bytesPerSecond = recent.dropFirst().reduce(0) { $0 + Double($1.byteCount) } / seconds
    }
    report.judge(recent.compactMap(\.step))
    return report
  }

  private var calls: Report.Calls {
    let times = answerTimes.inOrder.sorted()
    var calls = Report.Calls()
    calls.count = times.count
    calls.newest = answerTimes.newest
    calls.median = times.isEmpty ? nil : times[times.count / 2]
    calls.longest = times.last
    return calls
  }
}

extension LinkHealth.Report {
  /// Takes gaps, jitter and the verdict from the steps of the window.
  fileprivate mutating func judge(_ steps: [LinkHealth.Step]) {
    var differences = Duration.zero
    var comparableCount = 0
    for step in steps {
      longestStep = max(longestStep, step.arrival)
      if let camera = step.camera {
        let difference = step.arrival - camera
        differences += difference < .zero ? .zero - difference : difference
        comparableCount += 1
      }
      switch step.gap {
      case .camera: cameraGaps.add(step.arrival)
      case .network: networkGaps.add(step.arrival)
      case nil: break
      }
    }
    if comparableCount > 0 { jitter = differences / comparableCount }
    if cameraGaps.count + networkGaps.count == 0 {
      verdict = .steady
    } else {
      verdict = networkGaps.total > cameraGaps.total ? .network : .camera
    }
  }
}
