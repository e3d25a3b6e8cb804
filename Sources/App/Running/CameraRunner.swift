import Inputs
import Logging
import Pipeline
import SimulatedCamera

/// Runs the input, with a simulated camera in front of it if the settings say so.
struct CameraRunner: Sendable {
  let simulation: Bridge.Simulation
  let input: SonyCameraInput
  let line: StreamLine
  let telemetry: ComponentTelemetry
  let sources: ConfigurationSources

  /// How long to look for a real camera before the simulated one takes its place. Real cameras
  /// answer a search 0.2 to 1.5 seconds late.
  private static let patience: Duration = .seconds(2)
  /// Short waits: a camera that comes back should be served within a second or so.
  private static let backoff = Backoff(initial: .milliseconds(200), maximum: .seconds(1))
  /// Enough for pictures. A Wi-Fi that comes and goes must not make each return slower; the finder
  /// keeps its own pace, so the camera is not asked more often.
  private static let goodSession = Duration.seconds(1)

  /// Where the simulated camera listens, whatever interface leads to a real one.
  private static let loopback = "127.0.0.1"

  func run() async {
    guard await needsSimulatedCamera() else { return await supervise(input) }
    // It stays when a session fails; only what it needs to start is tried again.
    await Supervisor(telemetry: telemetry, backoff: Self.backoff).run {
      try await withSimulatedCamera { await supervise($0) }
    }
  }

  /// Session after session, and the metrics beside them.
  private func supervise(_ input: SonyCameraInput) async {
    await withDiscardingTaskGroup { group in
      group.addTask { await input.keepRecording() }
      await Supervisor(
        telemetry: telemetry, backoff: Self.backoff, goodSession: Self.goodSession
      ).run { try await input.runSession() }
      group.cancelAll()
    }
  }

  private func needsSimulatedCamera() async -> Bool {
    switch simulation {
    case .never: return false
    case .always: return true
    case .whenAbsent:
      telemetry.report(.starting, "looking for a camera")
      return await !input.isCameraInReach(within: Self.patience)
    }
  }

  private func withSimulatedCamera(
    _ body: (SonyCameraInput) async -> Void
  ) async throws {
    var configuration = SimulatedCameraConfiguration()
    configuration.apiPort = 0
    configuration.descriptionPort = 0
    configuration.answersDiscovery = false
    let camera = try SimulatedCamera(configuration: configuration)
    let endpoints = try await camera.start()
    telemetry.logger.notice(
      "using the built-in simulated camera",
      metadata: [
        LogKey.reason: .string(
          simulation == .always ? "set by camera.simulated" : "no camera in reach"),
        LogKey.url: .string(endpoints.descriptionURL),
      ])
    let reader = sources.reader(overriding: [
      "camera.url": endpoints.descriptionURL, "camera.interface": Self.loopback,
    ])
    let simulated = SonyCameraInput(
      settings: reader.scoped(to: SonyCameraInput.kind), sink: line.sink, telemetry: telemetry)
    await body(simulated)
    await camera.stop()
  }
}
