import HTTPTypes
import Hummingbird
import Media
import Pipeline
import Synchronization

/// What each page of the control plane shows.
final class ControlPages: Sendable {
  private let line: StreamLine
  private let board: StatusBoard
  private let registry: PrometheusRegistry
  private let clock: MediaClock
  private let rates = Mutex(LineRates())

  init(line: StreamLine, board: StatusBoard, registry: PrometheusRegistry, clock: MediaClock) {
    self.line = line
    self.board = board
    self.registry = registry
    self.clock = clock
  }

  func router(hosts: HostPolicy, actions policy: ActionPolicy) -> Router<ControlContext> {
    let router = Router(context: ControlContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: RequestGuard(hosts: hosts))
    router.get("/") { _, _ in Response.text(Self.index) }
    router.get("/status") { [self] _, _ in Response.json(status()) }
    router.get("/metrics") { [self] _, _ in metrics() }
    router.get("/healthz") { _, _ in Response.text("ok\n") }
    router.get("/readyz") { [self] _, _ in readiness() }
    router.get("/snapshot.jpg") { [line, clock] _, _ in
      await Snapshot.take(from: line, clock: clock).response()
    }
    // Who asks for the headers only has no use for a camera that is woken.
    router.head("/snapshot.jpg") { [line, clock] _, _ in
      Snapshot.headers(from: line, clock: clock)
    }
    ControlActions(board: board.controls, policy: policy).addRoutes(to: router)
    return router
  }

  /// Takes note of the line's totals once per `LineRates.interval`, until cancelled.
  func sampleRates() async {
    while !Task.isCancelled {
      let sample = LineRates.Sample(line.statistics, at: clock.now())
      rates.withLock { $0.note(sample) }
      try? await Task.sleep(for: LineRates.interval)
    }
  }

  private static let index = """
    liveview-bridge

    /status        everything the bridge knows about itself, JSON
    /metrics       the same in figures, for Prometheus
    /healthz       200 while the process lives
    /readyz        200 while viewers who come can see the camera and all outputs run, a camera
                   that sleeps until then included; otherwise 503 with reasons
    /snapshot.jpg  a fresh picture of the camera; wakes it if it sleeps, for GET only
    /control       what can be changed while the bridge runs, with POST to the paths it lists

    """

  private func readiness() -> Response {
    let readiness = readinessNow()
    return .json(readiness.status, status: readiness.isReady ? .ok : .serviceUnavailable)
  }

  private func readinessNow() -> Readiness {
    Readiness(
      Readiness.CameraFacts(line.viewing), pictureAge: line.newestPicture()?.age,
      components: board.components)
  }

  private func metrics() -> Response {
    let families =
      LineMetrics(line: line, board: board).families()
      + ProcessStatistics(startedAt: board.startedAt).families + registry.families()
    return .text(MetricsPage.text(of: families), contentType: MetricsPage.contentType)
  }

  private func status() -> StatusValue {
    guard case .object(var members) = board.snapshot() else { return .null }
    let sample = LineRates.Sample(line.statistics, at: clock.now())
    members["rates"] = rates.withLock { $0 }.status(now: sample)
    members["newestPicture"] = newestPicture()
    members["process"] = ProcessStatistics(startedAt: board.startedAt).status
    members["viewing"] = line.viewing.status
    members["ready"] = .bool(readinessNow().isReady)
    return .object(members)
  }

  private func newestPicture() -> StatusValue {
    guard let (frame, age) = line.newestPicture() else { return .null }
    return .object([
      "ageSeconds": .seconds(age),
      "size": .string("\(frame.size)"),
      "bytes": .int(frame.byteCount),
    ])
  }
}
