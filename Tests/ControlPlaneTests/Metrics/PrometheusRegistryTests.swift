import CoreMetrics
import Testing

@testable import ControlPlane

@Suite struct PrometheusRegistryTests {
  private let registry = PrometheusRegistry()

  /// The page without the registry's own counter.
  private var page: [String] {
    registry.render().split(separator: "\n").map(String.init)
      .filter { !$0.contains("bridge_metrics_rejected_total") }
  }

  @Test func countersRise() {
    let counter = Counter(label: "a", dimensions: [("x", "1")], factory: registry)
    counter.increment()
    counter.increment(by: 41)
    counter.increment(by: -5)
    #expect(page == ["# TYPE a_total counter", "a_total{x=\"1\"} 42"])
    counter.reset()
    #expect(page.last == "a_total{x=\"1\"} 0")
  }

  @Test func floatingPointCounters() {
    let counter = FloatingPointCounter(label: "a_seconds_total", factory: registry)
    counter.increment(by: 0.25)
    counter.increment(by: Double.nan)
    counter.increment(by: -1)
    #expect(page.last == "a_seconds_total 0.25")
  }

  @Test func gaugesAndMetersHoldTheLastValue() {
    let gauge = Gauge(label: "g", factory: registry)
    gauge.record(5)
    gauge.record(2.5)
    let meter = Meter(label: "m", factory: registry)
    meter.set(10)
    meter.increment(by: 2)
    meter.decrement(by: 5)
    #expect(page == ["# TYPE g gauge", "g 2.5", "# TYPE m gauge", "m 7"])
  }

  @Test func recordersSumUp() {
    let recorder = Recorder(label: "r", factory: registry)
    recorder.record(2)
    recorder.record(0.5)
    recorder.record(Double.infinity)
    #expect(page == ["# TYPE r summary", "r_count 2", "r_sum 2.5"])
  }

  @Test func timersAreInSeconds() {
    let timer = Timer(label: "t", factory: registry)
    timer.recordMilliseconds(1500)
    timer.recordNanoseconds(250_000_000)
    #expect(page == ["# TYPE t_seconds summary", "t_seconds_count 2", "t_seconds_sum 1.75"])
  }

  @Test func theSameNameAndLabelsAreOneInstrument() {
    let pairs = [("b", "2"), ("a", "1")]
    Counter(label: "c", dimensions: pairs, factory: registry).increment()
    Counter(label: "c", dimensions: pairs.reversed(), factory: registry).increment()
    #expect(page == ["# TYPE c_total counter", "c_total{a=\"1\",b=\"2\"} 2"])
  }

  @Test func helpComesFromWhoeverKnows() {
    registry.describe("g", "Things at hand.")
    Gauge(label: "g", factory: registry).record(1)
    #expect(page.first == "# HELP g Things at hand.")
  }

  @Test func destroyedInstrumentsLeaveThePage() {
    let first = Gauge(label: "g", dimensions: [("x", "1")], factory: registry)
    let second = Gauge(label: "g", dimensions: [("x", "2")], factory: registry)
    first.record(1)
    second.record(2)
    first.destroy()
    #expect(page == ["# TYPE g gauge", "g{x=\"2\"} 2"])
    second.destroy()
    #expect(page.isEmpty)
  }

  @Test func oneKindPerName() {
    let gauge = Gauge(label: "a_total", factory: registry)
    gauge.record(1)
    let counter = Counter(label: "a_total", factory: registry)
    counter.increment(by: 9)
    #expect(page == ["# TYPE a_total gauge", "a_total 1"])
    #expect(registry.render().contains("bridge_metrics_rejected_total 1"))
  }

  @Test func seriesAndNamesAreBounded() {
    let registry = PrometheusRegistry(limits: .init(names: 2, seriesPerName: 3))
    for number in 0..<10 {
      Counter(label: "a", dimensions: [("n", "\(number)")], factory: registry).increment()
      Counter(label: "b\(number)", factory: registry).increment()
    }
    let lines = registry.render().split(separator: "\n")
    #expect(lines.count { $0.hasPrefix("a_total{") } == 3)
    #expect(lines.filter { $0.wholeMatch(of: /b\d_total 1/) != nil } == ["b0_total 1"])
    #expect(lines.contains("bridge_metrics_rejected_total 16"))
  }

  @Test func aLongLabelValueIsCut() {
    let long = String(repeating: "é", count: 500)
    Gauge(label: "g", dimensions: [("x", long)], factory: registry).record(1)
    #expect(page.last == "g{x=\"\(long.prefix(MetricLabels.maxValueLength))\"} 1")
  }

  @Test func manyWritersLoseNothing() async {
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask { [registry] in
          for number in 0..<500 {
            Counter(label: "c", dimensions: [("n", "\(number % 4)")], factory: registry)
              .increment()
          }
        }
      }
    }
    #expect(page.dropFirst() == (0..<4).map { "c_total{n=\"\($0)\"} 1000" }[...])
  }
}
