import Media
import Metrics
import RTP

/// The RTSP server's figures as metrics.
///
/// | name, after `bridge_rtsp_` | kind | what |
/// |---|---|---|
/// | `connections_total` | counter | connections, refused ones too |
/// | `connections_refused_total` | counter | of these, those there was no room for, or from elsewhere |
/// | `logins_failed_total` | counter | wrong user names or passwords |
/// | `viewers_total` | counter | sessions that played |
/// | `viewers` | gauge | sessions now |
/// | `pictures_sent_total` | counter | pictures sent, once for each viewer |
/// | `pictures_skipped_total` | counter | pictures left out for slow viewers |
/// | `bytes_total` | counter | bytes sent to viewers |
/// | `start_bytes_total` | counter | of these, what viewers started with: the price of snapshots |
/// | `viewer_loss_ratio` | gauge | label `viewer`: of its newest receiver report, 0…1 |
/// | `viewer_jitter_seconds` | gauge | the same |
/// | `viewer_round_trip_seconds` | gauge | the same; needs sender reports |
///
/// Used on one event loop only.
final class RTSPServerInstruments {
  private typealias Count = @Sendable (RTSPServerStatus.Contents) -> UInt64

  private static let counts: [(name: String, count: Count)] = [
    ("connections_total", { $0.totals.connections }),
    ("connections_refused_total", { $0.totals.connectionsRefused }),
    ("logins_failed_total", { $0.totals.loginsFailed }),
    ("viewers_total", { $0.totals.viewers }),
    ("pictures_sent_total", { $0.picturesSent }),
    ("pictures_skipped_total", { $0.picturesSkipped }),
    ("bytes_total", { $0.bytesSent }),
    ("start_bytes_total", { $0.startBytes }),
  ]

  /// One viewer's gauges; those for what nobody told do not exist.
  private struct Reception {
    var loss: Gauge
    var jitter: Gauge
    var roundTrip: Gauge?

    func destroy() {
      loss.destroy()
      jitter.destroy()
      roundTrip?.destroy()
    }
  }

  private let factory: any MetricsFactory
  private let counters: [Counter]
  private let viewers: Gauge
  private var recorded: [UInt64]
  private var receptions: [String: Reception] = [:]

  /// - Parameters:
  ///   - contents: What was counted before, by an earlier session of this output.
  ///   - factory: Another than the process's only for tests.
  init(
    after contents: RTSPServerStatus.Contents, factory: any MetricsFactory = MetricsSystem.factory
  ) {
    self.factory = factory
    counters = Self.counts.map { Counter(label: Self.prefix + $0.name, factory: factory) }
    viewers = Gauge(label: Self.prefix + "viewers", factory: factory)
    recorded = Self.counts.map { $0.count(contents) }
  }

  /// Raises and sets everything to the figures of now.
  func record(_ contents: RTSPServerStatus.Contents) {
    for (index, entry) in Self.counts.enumerated() {
      let now = entry.count(contents)
      guard now > recorded[index] else { continue }
      counters[index].increment(by: now - recorded[index])
      recorded[index] = now
    }
    viewers.record(contents.viewers.count)
    for viewer in contents.viewers where viewer.reception.reportCount > 0 {
      record(viewer.reception, of: viewer.address)
    }
    let present = Set(contents.viewers.map(\.address))
    for address in receptions.keys where !present.contains(address) {
      receptions.removeValue(forKey: address)?.destroy()
    }
  }

  private func record(_ reception: ReceiverReportStatistics, of viewer: String) {
    var gauges =
      receptions[viewer]
      ?? Reception(
        loss: gauge("viewer_loss_ratio", viewer), jitter: gauge("viewer_jitter_seconds", viewer))
    gauges.loss.record(reception.lossRatio)
    gauges.jitter.record(reception.jitter.inSeconds)
    if let roundTrip = reception.roundTripTime {
      let gauge = gauges.roundTrip ?? gauge("viewer_round_trip_seconds", viewer)
      gauge.record(roundTrip.inSeconds)
      gauges.roundTrip = gauge
    }
    receptions[viewer] = gauges
  }

  private func gauge(_ name: String, _ viewer: String) -> Gauge {
    Gauge(label: Self.prefix + name, dimensions: [("viewer", viewer)], factory: factory)
  }

  private static let prefix = "bridge_rtsp_"
}
