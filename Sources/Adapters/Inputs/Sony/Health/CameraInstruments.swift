import Media
import Metrics
import SonyCamera
import Synchronization

/// The link's figures as metrics; made once, set from a report.
///
/// | name | kind | what |
/// |---|---|---|
/// | `bridge_camera_pictures_per_second` | gauge | pictures over the last ten seconds |
/// | `bridge_camera_bytes_per_second` | gauge | the same in bytes |
/// | `bridge_camera_jitter_seconds` | gauge | how much arrival differs from the camera's clock |
/// | `bridge_camera_longest_gap_seconds{cause}` | gauge | by `camera` or `network`, last ten seconds |
/// | `bridge_camera_gaps_total{cause}` | counter | times over 0.4 s without a picture |
/// | `bridge_camera_gap_milliseconds_total{cause}` | counter | the same in milliseconds |
/// | `bridge_camera_sequence_gaps_total` | counter | jumps in the packets' numbers |
/// | `bridge_camera_missing_packets_total` | counter | packets they leave out |
/// | `bridge_camera_stream_restarts_total` | counter | streams after the first |
/// | `bridge_camera_call_seconds` | summary | answer times of API calls |
/// | `bridge_camera_calls_failed_total` | counter | calls without an answer |
/// | `bridge_camera_busy` | gauge | 1 while the camera says that it is |
/// | `bridge_camera_error` | gauge | 1 while it tells of an error such as high temperature |
/// | `bridge_camera_photos` | gauge | photos taken since the camera was found |
/// | `bridge_camera_battery_percent` | gauge | where the camera tells |
/// | `bridge_camera_wifi_signal_dbm` | gauge | signal of the camera's interface, where readable |
/// | `bridge_camera_wifi_link_quality` | gauge | the driver's own figure, mostly 0…70 |
final class CameraInstruments: Sendable {
  private typealias Cause = LinkHealth.Report.Cause

  /// Made with their first figures, so that there is none where nobody tells.
  private struct OptionalGauges {
    var level: Gauge?
    var quality: Gauge?
    var battery: Gauge?
  }

  private let picturesPerSecond: Gauge
  private let bytesPerSecond: Gauge
  private let jitter: Gauge
  private let longestGap: [Cause: Gauge]
  private let gaps: [Cause: Counter]
  private let gapMilliseconds: [Cause: Counter]
  private let sequenceGaps: Counter
  private let missingPackets: Counter
  private let streamRestarts: Counter
  private let callsFailed: Counter
  private let callTime: Timer
  private let factory: any MetricsFactory
  private let busy: Gauge
  private let error: Gauge
  private let photos: Gauge
  private let optionalGauges = Mutex(OptionalGauges())

  /// - Parameter factory: Another than the process's only for tests.
  init(factory: any MetricsFactory = MetricsSystem.factory) {
    self.factory = factory
    func gauge(_ name: String) -> Gauge { Gauge(label: "bridge_camera_" + name, factory: factory) }
    func counter(_ name: String) -> Counter {
      Counter(label: "bridge_camera_" + name, factory: factory)
    }
    func byCause<Instrument>(_ make: ([(String, String)]) -> Instrument) -> [Cause: Instrument] {
      Dictionary(uniqueKeysWithValues: Cause.allCases.map { ($0, make([("cause", $0.rawValue)])) })
    }
    picturesPerSecond = gauge("pictures_per_second")
    bytesPerSecond = gauge("bytes_per_second")
    jitter = gauge("jitter_seconds")
    longestGap = byCause {
      Gauge(label: "bridge_camera_longest_gap_seconds", dimensions: $0, factory: factory)
    }
    gaps = byCause {
      Counter(label: "bridge_camera_gaps_total", dimensions: $0, factory: factory)
    }
    gapMilliseconds = byCause {
      Counter(label: "bridge_camera_gap_milliseconds_total", dimensions: $0, factory: factory)
    }
    sequenceGaps = counter("sequence_gaps_total")
    missingPackets = counter("missing_packets_total")
    streamRestarts = counter("stream_restarts_total")
    callsFailed = counter("calls_failed_total")
    busy = gauge("busy")
    error = gauge("error")
    photos = gauge("photos")
    callTime = Timer(label: "bridge_camera_call_seconds", factory: factory)
  }

  /// Sets the gauges, and raises the counters by what is new.
  ///
  /// - Parameter earlier: The totals of the call before.
  func record(_ report: LinkHealth.Report, since earlier: LinkHealth.Report.Totals) {
    let totals = report.totals
    picturesPerSecond.record(report.picturesPerSecond)
    bytesPerSecond.record(report.bytesPerSecond)
    jitter.record(report.jitter.inSeconds)
    record(.camera, report.cameraGaps, totals.cameraGaps, since: earlier.cameraGaps)
    record(.network, report.networkGaps, totals.networkGaps, since: earlier.networkGaps)
    sequenceGaps.raise(from: earlier.sequenceGapCount, to: totals.sequenceGapCount)
    missingPackets.raise(from: earlier.missingPacketCount, to: totals.missingPacketCount)
    streamRestarts.raise(from: earlier.streamRestartCount, to: totals.streamRestartCount)
    callsFailed.raise(from: earlier.failedCallCount, to: totals.failedCallCount)
  }

  /// An API call was answered.
  func callAnswered(after duration: Duration) {
    callTime.recordNanoseconds(duration.wholeNanoseconds)
  }

  /// Sets the gauges to what the camera said last.
  func record(_ condition: CameraCondition) {
    busy.record(condition.isBusy ? 1 : 0)
    error.record(condition.isCurrent && condition.hasError ? 1 : 0)
    photos.record(condition.photoCount)
    guard let percent = condition.battery?.percent else { return }
    optionalGauges.withLock { gauges in
      let gauge =
        gauges.battery ?? Gauge(label: "bridge_camera_battery_percent", factory: factory)
      gauges.battery = gauge
      gauge.record(percent)
    }
  }

  /// Sets the gauges to what the kernel tells.
  func record(_ signal: WirelessSignal) {
    optionalGauges.withLock { gauges in
      if let level = signal.levelDBm {
        let gauge =
          gauges.level ?? Gauge(label: "bridge_camera_wifi_signal_dbm", factory: factory)
        gauges.level = gauge
        gauge.record(level)
      }
      if let quality = signal.linkQuality {
        let gauge =
          gauges.quality ?? Gauge(label: "bridge_camera_wifi_link_quality", factory: factory)
        gauges.quality = gauge
        gauge.record(quality)
      }
    }
  }

  private func record(
    _ cause: Cause, _ recent: LinkHealth.Report.Gaps, _ total: LinkHealth.Report.Gaps,
    since earlier: LinkHealth.Report.Gaps
  ) {
    longestGap[cause]?.record(recent.longest.inSeconds)
    gaps[cause]?.raise(from: earlier.count, to: total.count)
    func milliseconds(_ duration: Duration) -> UInt64 {
      UInt64(max(0, duration.wholeNanoseconds) / 1_000_000)
    }
    gapMilliseconds[cause]?.raise(
      from: milliseconds(earlier.total), to: milliseconds(total.total))
  }
}

extension Counter {
  fileprivate func raise(from earlier: UInt64, to total: UInt64) {
    if total > earlier { increment(by: Int64(clamping: total - earlier)) }
  }
}
