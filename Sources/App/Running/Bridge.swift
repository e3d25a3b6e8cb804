import ControlPlane
import Inputs
import Logging
import Media
import Metrics
import Outputs
import Pipeline
import ServiceLifecycle
import SoraServices
import UnixSignals

/// The whole program: input → encoder → hub → outputs, and the control plane beside it.
///
/// Everything is built and every setting checked before anything is opened.
struct Bridge {
  /// What `camera.simulated` can say.
  enum Simulation: String, CaseIterable, Sendable {
    /// Wait for a real camera for ever.
    case never
    /// Use the built-in simulated camera if no real one answers at the start.
    case whenAbsent
    /// Use the built-in simulated camera.
    case always
  }

  private let sources: ConfigurationSources
  private let log: LogSettings
  private let logger: Logger
  private let board: StatusBoard
  private let clock: MediaClock
  private let line: StreamLine
  private let simulation: Simulation
  private let input: SonyCameraInput
  private let inputTelemetry: ComponentTelemetry
  private let outputs: [(output: any Output, telemetry: ComponentTelemetry)]
  private let imageFlux: ImageFluxChannels
  private let sora: SoraForwarding
  private let soraTelemetry: ComponentTelemetry
  private let control: ControlPlaneSettings

  /// - Throws: ``ConfigurationProblems`` with everything that is wrong with the settings.
  init(sources: ConfigurationSources) async throws {
    let reader = sources.reader
    self.sources = sources
    clock = .system
    log = LogSettings(settings: reader.scoped(to: "log"))
    let (level, format) = (log.level, log.format)
    var logger = Logger(label: "liveview-bridge") { _ in
      LineLogHandler(level: level, format: format, writer: .standardError)
    }
    logger.logLevel = level
    self.logger = logger
    board = StatusBoard(clock: clock)
    let (board, clock) = (board, clock)

    let cameraSettings = reader.scoped(to: SonyCameraInput.kind)
    simulation = cameraSettings.choice("simulated", default: .never)
    inputTelemetry = ComponentTelemetry(
      name: SonyCameraInput.kind, board: board, clock: clock, logger: logger)
    let camera = SonyCameraSettings(settings: cameraSettings)
    line = StreamLine(
      settings: EncoderSettings(settings: reader.scoped(to: "encoder")),
      offline: OfflineSettings(settings: reader.scoped(to: "offline")),
      freshWithin: camera.freshWithin, stalledAfter: camera.viewersPatience,
      board: board, clock: clock, logger: logger)
    input = SonyCameraInput(
      settings: cameraSettings, sink: line.sink, telemetry: inputTelemetry)
    let outputSettings = reader.scoped(to: "outputs")
    let handle = line.handle
    outputs = OutputRegistry.all.map { type in
      let telemetry = ComponentTelemetry(
        name: type.kind, board: board, clock: clock, logger: logger)
      let output = type.init(
        settings: outputSettings.scoped(to: type.kind), stream: handle, telemetry: telemetry)
      return (output, telemetry)
    }
    let state = StateSettings(settings: reader.scoped(to: "state"))
    imageFlux = ImageFluxChannels(
      settings: reader.scoped(to: ImageFluxChannels.kind), state: state,
      telemetry: ComponentTelemetry(
        name: ImageFluxChannels.kind, board: board, clock: clock, logger: logger))
    soraTelemetry = ComponentTelemetry(
      name: SoraForwarding.kind, board: board, clock: clock, logger: logger)
    sora = SoraForwarding(
      settings: reader.scoped(to: SoraForwarding.kind), state: state,
      descriptions: handle.peerDescriptions, telemetry: soraTelemetry)
    if !sora.isEnabled {
      for key in handle.peerDescriptions.expectations(of: .sora) {
        reader.report(
          key, value: nil,
          allowed: "used with sora.enabled true only: it goes by what Sora says it forwards")
      }
    }
    control = ControlPlaneSettings(settings: reader.scoped(to: "control"))
    try sources.checkEverything()
  }

  /// Serves until SIGTERM or SIGINT, then says goodbye to everybody.
  ///
  /// The goodbyes have 1.8 seconds together; what is not over by then is broken off.
  func run() async throws {
    let metrics = PrometheusRegistry()
    MetricsSystem.bootstrap(metrics)
    announce()
    sora.warnAtStart()
    imageFlux.warnAtStart()
    // Shut down in reverse order: outputs say goodbye, the camera is left, the line ends last.
    var services: [any Service] = [BridgeService(name: "line") { await line.run() }]
    services.append(
      BridgeService(name: SonyCameraInput.kind) {
        await CameraRunner(
          simulation: simulation, input: input, line: line, telemetry: inputTelemetry,
          sources: sources
        ).run()
      })
    // Undone when nobody publishes any more, both at a time: either may take a second.
    if imageFlux.isEnabled || sora.isEnabled {
      services.append(
        BridgeService(name: SoraForwarding.kind) {
          async let forwarding: Void = forwardFromSora()
          async let channel: Void = haveChannel()
          _ = await (forwarding, channel)
        })
    }
    for (output, telemetry) in outputs where output.isEnabled {
      services.append(
        BridgeService(name: telemetry.name) {
          await Supervisor(telemetry: telemetry).run { try await output.runSession() }
        })
    }
    if control.isEnabled {
      services.append(controlService(metrics))
    }
    var configuration = ServiceGroupConfiguration(
      services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: quietLogger)
    configuration.maximumGracefulShutdownDuration = .milliseconds(1800)
    try await ServiceGroup(configuration: configuration).run()
    logger.notice("stopped")
  }

  private func forwardFromSora() async {
    guard sora.isEnabled else { return }
    await Supervisor(telemetry: soraTelemetry).run { try await sora.runSession() }
  }

  private func haveChannel() async {
    guard imageFlux.isEnabled else { return }
    await imageFlux.run()
  }

  private func controlService(_ metrics: PrometheusRegistry) -> BridgeService {
    let telemetry = ComponentTelemetry(
      name: "control", board: board, clock: clock, logger: logger)
    let plane = ControlPlane(
      settings: control, line: line, board: board, metrics: metrics, clock: clock,
      logger: telemetry.logger)
    return BridgeService(name: "control") {
      await Supervisor(telemetry: telemetry).run {
        telemetry.report(.running)
        try await plane.run()
      }
    }
  }

  /// The group's own log lines are about services, a word operators do not know.
  private var quietLogger: Logger {
    var logger = logger
    logger.logLevel = max(log.level, .warning)
    return logger
  }

  /// What a person needs next, on standard output.
  private func announce() {
    var lines = ["liveview-bridge \(Version.current)"]
    for (output, _) in outputs where output.isEnabled { lines += output.startUpLines() }
    if sora.isEnabled { lines += sora.startUpLines() }
    if imageFlux.isEnabled { lines += imageFlux.startUpLines() }
    if control.isEnabled {
      lines.append(
        "Status:   http://\(control.listenAddress):\(control.listenPort)/status "
          + "(also /metrics /healthz /readyz /snapshot.jpg)")
    }
    switch log.format {
    case .text: for line in lines { LogLineWriter.standardOutput.write(line) }
    case .json:
      for line in lines { logger.notice("start-up", metadata: [LogKey.detail: "\(line)"]) }
    }
  }
}
