import Metrics
import Synchronization

/// The channels as metrics.
///
/// | name, after `bridge_imageflux_` | kind | what |
/// |---|---|---|
/// | `channels_created_total` | counter | channels that became ready |
/// | `channels_deleted_total` | counter | channels deleted, those of earlier runs included |
/// | `channels_lost_total` | counter | channels that did not exist any more |
/// | `deletions_failed_total` | counter | deletions that have to be repeated |
/// | `channel_ready` | gauge | 1 while there is a channel to publish to |
/// | `channels_left_over` | gauge | channels still to be deleted |
/// | `channels_unclaimed` | gauge | channels that may be left over from an unfinished creation |
final class ImageFluxInstruments: Sendable {
  enum Event: String, CaseIterable {
    case created = "channels_created_total"
    case deleted = "channels_deleted_total"
    case lost = "channels_lost_total"
    case deletionFailed = "deletions_failed_total"
  }

  private struct Instruments {
    var counters: [Event: Counter]
    var ready: Gauge
    var leftOver: Gauge
    var unclaimed: Gauge
  }

  private static let prefix = "bridge_imageflux_"
  private let factory: @Sendable () -> any MetricsFactory
  /// Made with the first figures: before, the process has no metrics yet.
  private let instruments = Mutex<Instruments?>(nil)

  /// - Parameter factory: Another than the process's only for tests.
  init(factory: @escaping @Sendable () -> any MetricsFactory = { MetricsSystem.factory }) {
    self.factory = factory
  }

  func record(events: [Event], isReady: Bool, leftOver: Int, unclaimed: Int) {
    instruments.withLock { instruments in
      let present = instruments ?? makeInstruments()
      instruments = present
      for event in events { present.counters[event]?.increment() }
      present.ready.record(isReady ? 1 : 0)
      present.leftOver.record(leftOver)
      present.unclaimed.record(unclaimed)
    }
  }

  private func makeInstruments() -> Instruments {
    func gauge(_ name: String) -> Gauge { Gauge(label: Self.prefix + name, factory: factory()) }
    let counters = Event.allCases.map { event in
      (event, Counter(label: Self.prefix + event.rawValue, factory: factory()))
    }
    return Instruments(
      counters: Dictionary(counters) { first, _ in first }, ready: gauge("channel_ready"),
      leftOver: gauge("channels_left_over"), unclaimed: gauge("channels_unclaimed"))
  }
}
