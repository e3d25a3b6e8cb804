import Metrics
import SoraControl
import Synchronization

/// The forwarding's figures as metrics.
///
/// | name, after `bridge_sora_` | kind | what |
/// |---|---|---|
/// | `forwarding` | gauge | 1 while Sora is thought to forward |
/// | `forwardings_started_total`, `forwardings_restored_total` | counter | begun; of these, after a loss |
/// | `keyframe_requests_total` | counter | keyframes asked for |
/// | `failures_total` | counter | calls that failed |
final class ForwardingInstruments: Sendable {
  private struct State {
    var recorded = ForwardingCounters()
    /// Made with the first figures: before, the process has no metrics yet.
    var instruments: (forwarding: Gauge, counters: [Counter])?
  }

  private static let counts: [(name: String, count: @Sendable (ForwardingCounters) -> UInt64)] = [
    ("forwardings_started_total", { $0.starts }),
    ("forwardings_restored_total", { $0.restores }),
    ("keyframe_requests_total", { $0.keyframeRequests }),
    ("failures_total", { $0.failures }),
  ]

  private let state = Mutex(State())

  func record(_ report: ForwardingReport) {
    state.withLock { state in
      let instruments =
        state.instruments
        ?? (
          Gauge(label: "bridge_sora_forwarding"),
          Self.counts.map { Counter(label: "bridge_sora_" + $0.name) }
        )
      state.instruments = instruments
      instruments.forwarding.record(report.since == nil ? 0 : 1)
      for (entry, counter) in zip(Self.counts, instruments.counters) {
        // A new session begins at zero.
        let (before, count) = (entry.count(state.recorded), entry.count(report.counters))
        if count > before { counter.increment(by: Int64(clamping: count - before)) }
      }
      state.recorded = report.counters
    }
  }
}
