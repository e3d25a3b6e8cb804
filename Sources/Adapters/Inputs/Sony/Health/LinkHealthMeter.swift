import Media
import Pipeline
import SonyCamera
import Synchronization

/// Keeps the link's health while a camera is talked to, for status page and metrics.
///
/// Pictures come from the stream's event loop, answer times from the call lane, readers from
/// anywhere. One meter outlives all sessions, so that its totals go on.
final class LinkHealthMeter: Sendable {
  /// Between two settings of the metrics.
  private static let recordingInterval = Duration.seconds(1)

  private struct State {
    var health = LinkHealth()
    /// The interface that leads to the camera.
    var interface: String?
    /// What the metrics know.
    var recorded = LinkHealth.Report.Totals()
    /// Nil until the process has its metrics.
    var instruments: CameraInstruments?
  }

  private let state = Mutex(State())
  private let signalFile: String

  /// - Parameters:
  ///   - instruments: Nil: made by `keepRecording`, when the process has its metrics.
  ///   - signalFile: Another than the kernel's only for tests.
  init(
    instruments: CameraInstruments? = nil, signalFile: String = WirelessSignal.statusFile
  ) {
    self.signalFile = signalFile
    state.withLock { $0.instruments = instruments }
  }

  // MARK: Facts

  /// A camera was found on this interface; its signal is reported from now on.
  func found(on interface: String?) {
    state.withLock { $0.interface = interface }
  }

  func streamBegan() {
    state.withLock { $0.health.streamBegan() }
  }

  /// - Parameter statistics: Of the parser the picture comes from.
  func pictureReceived(
    _ image: LiveviewImage, at arrival: MediaTime, statistics: LiveviewStatistics
  ) {
    state.withLock {
      $0.health.pictureReceived(
        at: arrival, cameraMilliseconds: image.cameraMilliseconds,
        byteCount: image.outline.byteCount, statistics: statistics)
    }
  }

  /// A short call was answered, with a result or an error.
  ///
  /// Calls that change the mode are left out of the health figures: the camera takes seconds for
  /// them however good the link is. Do not report long polls.
  func callAnswered(_ method: CameraMethod, after duration: Duration) {
    state.withLock { $0.instruments }?.callAnswered(after: duration)
    switch method {
    case .startRecMode, .stopRecMode, .actTakePicture, .setTouchAFPosition: break
    default: state.withLock { $0.health.callAnswered(after: duration) }
    }
  }

  func callFailed() {
    state.withLock { $0.health.callFailed() }
  }

  /// Pictures the encoder never saw, since the beginning.
  func picturesReplaced(_ count: UInt64) {
    state.withLock { $0.health.picturesReplaced(count) }
  }

  // MARK: Reports

  func report(at now: MediaTime) -> LinkHealth.Report {
    state.withLock { $0.health.snapshot(at: now) }
  }

  /// Signal of the camera's interface; nil for a cable, and where the kernel does not tell.
  func signal() -> WirelessSignal? {
    guard let interface = state.withLock({ $0.interface }) else { return nil }
    return WirelessSignal.current(of: interface, statusFile: signalFile)
  }

  /// For the status page, as its member `link`.
  func status(at now: MediaTime) -> StatusValue {
    report(at: now).status(signal: signal())
  }

  /// Sets the metrics to the figures of `now`.
  func record(at now: MediaTime) {
    let (report, earlier, instruments) = state.withLock { state in
      let report = state.health.snapshot(at: now)
      defer { state.recorded = report.totals }
      return (report, state.recorded, state.instruments)
    }
    instruments?.record(report, since: earlier)
    if let signal = signal() { instruments?.record(signal) }
  }

  /// Sets the metrics to what the camera says of itself.
  func record(_ condition: CameraCondition) {
    state.withLock { $0.instruments }?.record(condition)
  }

  /// Sets them once a second until cancelled; let it run beside the sessions, not within one, so
  /// that a camera that is away has no rate.
  func keepRecording(_ clock: MediaClock, condition: @Sendable () -> CameraCondition) async {
    state.withLock { $0.instruments = $0.instruments ?? CameraInstruments() }
    while !Task.isCancelled {
      record(at: clock.now())
      record(condition())
      try? await Task.sleep(for: Self.recordingInterval)
    }
  }
}

extension LinkHealth.Report {
  /// The report as the status page shows it.
  func status(signal: WirelessSignal?) -> StatusValue {
    .object([
      "verdict": .string(verdict.rawValue),
      "windowSeconds": .seconds(window),
      "picturesPerSecond": .rounded(picturesPerSecond),
      "bytesPerSecond": .rounded(bytesPerSecond),
      "jitterSeconds": .seconds(jitter),
      "longestStepSeconds": .seconds(longestStep),
      "cameraGaps": cameraGaps.status,
      "networkGaps": networkGaps.status,
      "calls": .object([
        "newestSeconds": calls.newest.map { .seconds($0) } ?? .null,
        "medianSeconds": calls.median.map { .seconds($0) } ?? .null,
        "longestSeconds": calls.longest.map { .seconds($0) } ?? .null,
        "answered": .int(totals.callCount),
        "failed": .int(totals.failedCallCount),
      ]),
      "total": .object([
        "cameraGaps": totals.cameraGaps.status,
        "networkGaps": totals.networkGaps.status,
        "sequenceGaps": .int(totals.sequenceGapCount),
        "missingPackets": .int(totals.missingPacketCount),
        "replacedPictures": .int(totals.replacedPictureCount),
        "streamRestarts": .int(totals.streamRestartCount),
        "cameraClockRestarts": .int(totals.clockRestartCount),
      ]),
      "wifi": signal.map { signal in
        .object([
          "signalDBm": signal.levelDBm.map { .int($0) } ?? .null,
          "noiseDBm": signal.noiseDBm.map { .int($0) } ?? .null,
          "linkQuality": signal.linkQuality.map { .int($0) } ?? .null,
        ])
      } ?? .null,
    ])
  }
}

extension LinkHealth.Report.Gaps {
  fileprivate var status: StatusValue {
    .object([
      "count": .int(count), "longestSeconds": .seconds(longest), "totalSeconds": .seconds(total),
    ])
  }
}
