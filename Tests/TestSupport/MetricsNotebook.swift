import CoreMetrics
import Synchronization

/// Writes down what instruments are told, by name and labels.
public final class MetricsNotebook: MetricsFactory, Sendable {
  private let values = Mutex<[String: Double]>([:])

  public init() {}

  /// What counters add up to, gauges show, and timers were told last.
  public var entries: [String: Double] { values.withLock { $0 } }

  private func entry(_ label: String, _ dimensions: [(String, String)]) -> Entry {
    Entry(
      name: dimensions.reduce(label) { "\($0){\($1.0)=\($1.1)}" }, notebook: self)
  }

  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    entry(label, dimensions)
  }

  public func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    entry(label, dimensions)
  }

  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    entry(label, dimensions)
  }

  public func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    entry(label, dimensions)
  }

  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    entry(label, dimensions)
  }

  public func destroyCounter(_ handler: any CounterHandler) {}
  public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
  public func destroyMeter(_ handler: any MeterHandler) { forget(handler) }
  public func destroyRecorder(_ handler: any RecorderHandler) { forget(handler) }
  public func destroyTimer(_ handler: any TimerHandler) {}

  private func forget(_ handler: Any) {
    guard let entry = handler as? Entry else { return }
    values.withLock { _ = $0.removeValue(forKey: entry.name) }
  }

  private final class Entry: CounterHandler, FloatingPointCounterHandler, MeterHandler,
    RecorderHandler, TimerHandler
  {
    let name: String
    private let notebook: MetricsNotebook

    init(name: String, notebook: MetricsNotebook) {
      self.name = name
      self.notebook = notebook
    }

    private func add(_ amount: Double) {
      notebook.values.withLock { $0[name, default: 0] += amount }
    }

    func increment(by amount: Int64) { add(Double(amount)) }
    func increment(by amount: Double) { add(amount) }
    func decrement(by amount: Double) { add(-amount) }
    func reset() { notebook.values.withLock { $0[name] = 0 } }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { notebook.values.withLock { $0[name] = value } }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
    func recordNanoseconds(_ duration: Int64) { set(Double(duration) / 1e9) }
  }
}
