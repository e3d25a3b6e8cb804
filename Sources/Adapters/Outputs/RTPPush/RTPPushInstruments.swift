import Media
import Metrics
import RTP
import Synchronization

/// One target's figures as metrics, with its name as the label `target`.
///
/// | name, after `bridge_rtp_push_` | kind | what |
/// |---|---|---|
/// | `access_units_total` | counter | pictures sent |
/// | `access_units_skipped_total` | counter | pictures left out: the link takes no more |
/// | `packets_total`, `bytes_total` | counter | RTP packets, and their payload |
/// | `packets_refused_total` | counter | answers that nobody listens there |
/// | `packets_failed_total` | counter | packets the system would not send |
/// | `packets_reported_lost_total` | counter | packets the target reported by NACK |
/// | `packets_retransmitted_total` | counter | packets sent again for that |
/// | `keyframe_requests_total` | counter | PLI and FIR |
/// | `address_changes_total` | counter | times the host name had another address |
/// | `route_changes_total` | counter | times Sora's description changed address, port or form |
/// | `paused` | gauge | 1 while the target is paused |
/// | `standing_by` | gauge | 1 while it leaves sending to Sora |
/// | `loss_ratio` | gauge | of the newest receiver report, 0…1 |
/// | `jitter_seconds` | gauge | the same |
/// | `round_trip_seconds` | gauge | the same; needs sender reports |
final class RTPPushInstruments: Sendable {
  private typealias Count = @Sendable (RTPPushCounters) -> UInt64

  private struct Instruments {
    var counters: [Counter]
    var paused: Gauge
    var standingBy: Gauge
    /// Made with the first report, so that there is none where nobody tells.
    var reception: (loss: Gauge, jitter: Gauge)?
    var roundTrip: Gauge?
  }

  private struct State {
    var recorded = RTPPushCounters()
    /// Made with the first figures: before, the process has no metrics yet.
    var instruments: Instruments?
  }

  private static let counts: [(name: String, count: Count)] = [
    ("access_units_total", { $0.accessUnits }),
    ("access_units_skipped_total", { $0.skipped }),
    ("packets_total", { $0.packets }),
    ("bytes_total", { $0.octets }),
    ("packets_refused_total", { $0.refused }),
    ("packets_failed_total", { $0.sendFailures }),
    ("packets_reported_lost_total", { $0.packetsReportedLost }),
    ("packets_retransmitted_total", { $0.packetsRetransmitted }),
    ("keyframe_requests_total", { $0.keyframeRequests }),
    ("address_changes_total", { $0.addressChanges }),
    ("route_changes_total", { $0.routeChanges }),
  ]

  private let target: String
  private let factory: @Sendable () -> any MetricsFactory
  private let state = Mutex(State())

  /// - Parameter factory: Another than the process's only for tests.
  init(
    target: String,
    factory: @escaping @Sendable () -> any MetricsFactory = { MetricsSystem.factory }
  ) {
    self.target = target
    self.factory = factory
  }

  /// Raises and sets everything to the figures of now.
  func record(
    _ counters: RTPPushCounters, _ reception: ReceiverReportStatistics, isPaused: Bool,
    isStandingBy: Bool = false
  ) {
    state.withLock { state in
      var instruments = state.instruments ?? makeInstruments()
      instruments.paused.record(isPaused ? 1 : 0)
      instruments.standingBy.record(isStandingBy ? 1 : 0)
      for (entry, counter) in zip(Self.counts, instruments.counters) {
        let (before, now) = (entry.count(state.recorded), entry.count(counters))
        if now > before { counter.increment(by: now - before) }
      }
      record(reception, by: &instruments)
      state.recorded = counters
      state.instruments = instruments
    }
  }

  private func record(_ reception: ReceiverReportStatistics, by instruments: inout Instruments) {
    guard reception.reportCount > 0 else { return }
    let gauges = instruments.reception ?? (gauge("loss_ratio"), gauge("jitter_seconds"))
    instruments.reception = gauges
    gauges.loss.record(reception.lossRatio)
    gauges.jitter.record(reception.jitter.inSeconds)
    guard let roundTrip = reception.roundTripTime else { return }
    let gauge = instruments.roundTrip ?? gauge("round_trip_seconds")
    instruments.roundTrip = gauge
    gauge.record(roundTrip.inSeconds)
  }

  private func makeInstruments() -> Instruments {
    Instruments(
      counters: Self.counts.map { entry in
        Counter(label: Self.prefix + entry.name, dimensions: labels, factory: factory())
      },
      paused: gauge("paused"), standingBy: gauge("standing_by"))
  }

  private func gauge(_ name: String) -> Gauge {
    Gauge(label: Self.prefix + name, dimensions: labels, factory: factory())
  }

  private static let prefix = "bridge_rtp_push_"
  private var labels: [(String, String)] { [("target", target)] }
}
