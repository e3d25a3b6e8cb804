import CoreMetrics
import Synchronization

/// Keeps the instruments of swift-metrics and shows them as a page for Prometheus.
///
/// Bootstrap it once, `MetricsSystem.bootstrap(registry)`. Counters and floating-point counters
/// become counters (names end in `_total`), meters and gauges become gauges, recorders become
/// summaries, timers become summaries in seconds (names end in `_seconds`). Asking twice for the
/// same name and labels gives the same instrument.
///
/// Bounded: names and series beyond the limits, and names that were first used for another kind,
/// get an instrument that nobody sees; `bridge_metrics_rejected_total` counts them.
///
/// Source: Prometheus "Metric and label naming", "Exposition formats".
public final class PrometheusRegistry: MetricsFactory, Sendable {
  /// Most names, and most series of one name. A label with a value per viewer would otherwise
  /// grow for as long as the process lives.
  public struct Limits: Sendable {
    public var names: Int
    public var seriesPerName: Int

    public init(names: Int = 500, seriesPerName: Int = 100) {
      self.names = names
      self.seriesPerName = seriesPerName
    }
  }

  private enum Instrument {
    case counter(CounterInstrument)
    case gauge(GaugeInstrument)
    case summary(SummaryInstrument)

    var kind: MetricFamily.Kind {
      switch self {
      case .counter: .counter
      case .gauge: .gauge
      case .summary: .summary
      }
    }

    var samples: [(suffix: String, value: Double)] {
      switch self {
      case .counter(let counter): counter.samples
      case .gauge(let gauge): gauge.samples
      case .summary(let summary): summary.samples
      }
    }

    var identity: ObjectIdentifier {
      switch self {
      case .counter(let counter): ObjectIdentifier(counter)
      case .gauge(let gauge): ObjectIdentifier(gauge)
      case .summary(let summary): ObjectIdentifier(summary)
      }
    }
  }

  private struct Family {
    var kind: MetricFamily.Kind
    var series: [MetricLabels: Instrument] = [:]
  }

  private struct State {
    var families: [String: Family] = [:]
    var help: [String: String] = [:]
    var rejected: UInt64 = 0
  }

  private let state = Mutex(State())
  private let limits: Limits

  public init(limits: Limits = Limits()) {
    self.limits = limits
  }

  /// Gives the metric called `label` its sentence on the page.
  public func describe(_ label: String, _ help: String) {
    state.withLock { $0.help[MetricName.metric(label)] = help }
  }

  /// Everything registered, with the values of this moment; in no particular order.
  public func families() -> [MetricFamily] {
    let (families, help, rejected) = state.withLock { ($0.families, $0.help, $0.rejected) }
    let registered = families.map { name, family in
      MetricFamily(
        name: name, kind: family.kind, help: help[name],
        samples: family.series.flatMap { labels, instrument in
          instrument.samples.map {
            MetricFamily.Sample(suffix: $0.suffix, labels: labels, value: $0.value)
          }
        })
    }
    return registered + [
      MetricFamily(
        "bridge_metrics_rejected_total", .counter,
        "Instruments left out of this page because of its limits or of their kind.",
        Double(rejected))
    ]
  }

  /// The page in text format 0.0.4, sorted.
  public func render() -> String { MetricsPage.text(of: families()) }

  /// The instrument registered under `name` and `labels`, `fresh` if there is none yet; nil if
  /// the limits or another kind are in the way.
  private func register(
    _ name: String, _ dimensions: [(String, String)], _ fresh: Instrument
  ) -> Instrument? {
    let labels = MetricLabels(dimensions)
    let limits = limits
    return state.withLock { state in
      if let family = state.families[name] {
        if family.kind == fresh.kind, let known = family.series[labels] { return known }
        guard family.kind == fresh.kind, family.series.count < limits.seriesPerName else {
          state.rejected &+= 1
          return nil
        }
      } else if state.families.count >= limits.names {
        state.rejected &+= 1
        return nil
      }
      state.families[name, default: Family(kind: fresh.kind)].series[labels] = fresh
      return fresh
    }
  }

  private func remove(_ handler: AnyObject) {
    let identity = ObjectIdentifier(handler)
    state.withLock { state in
      for (name, family) in state.families {
        guard let labels = family.series.first(where: { $0.value.identity == identity })?.key
        else { continue }
        state.families[name]?.series[labels] = nil
        if family.series.count == 1 { state.families[name] = nil }
        return
      }
    }
  }

  private func counter(_ label: String, _ dimensions: [(String, String)]) -> CounterInstrument {
    let fresh = CounterInstrument()
    let name = MetricName.name(MetricName.metric(label), endingWith: "_total")
    guard case .counter(let counter)? = register(name, dimensions, .counter(fresh)) else {
      return fresh
    }
    return counter
  }

  private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeInstrument {
    let fresh = GaugeInstrument()
    let name = MetricName.metric(label)
    guard case .gauge(let gauge)? = register(name, dimensions, .gauge(fresh)) else { return fresh }
    return gauge
  }

  private func summary(_ name: String, _ dimensions: [(String, String)]) -> SummaryInstrument {
    let fresh = SummaryInstrument()
    guard case .summary(let summary)? = register(name, dimensions, .summary(fresh)) else {
      return fresh
    }
    return summary
  }
}

// What swift-metrics asks for.
extension PrometheusRegistry {
  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    counter(label, dimensions)
  }

  public func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    counter(label, dimensions)
  }

  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    gauge(label, dimensions)
  }

  public func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    aggregate ? summary(MetricName.metric(label), dimensions) : gauge(label, dimensions)
  }

  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    summary(
      MetricName.name(MetricName.metric(label), endingWith: "_seconds"), dimensions)
  }

  public func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
  public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
    remove(handler)
  }
  public func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
  public func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
  public func destroyTimer(_ handler: any TimerHandler) { remove(handler) }
}
