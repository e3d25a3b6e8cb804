import Configuration
import Logging
import Media
import SimulatedCamera
import SonyCamera
import Testing

@testable import Inputs
@testable import Pipeline

/// A simulated camera on loopback and an input that is after it.
struct CameraRig: Sendable {
  let camera: SimulatedCamera
  let endpoints: SimulatedCameraEndpoints
  let tray = PictureTray()
  let board = StatusBoard(clock: .system)

  /// Discovery ports of tests, each test its own, so that they find only their own camera.
  static func discoveryPort(_ number: Int) -> Int { 19_200 + number }

  /// Switches a camera on, runs `body`, and switches it off.
  static func with(
    _ change: (inout SimulatedCameraConfiguration) -> Void = { _ in },
    _ body: (CameraRig) async throws -> Void
  ) async throws {
    var configuration = SimulatedCameraConfiguration()
    configuration.apiPort = 0
    configuration.descriptionPort = 0
    configuration.answersDiscovery = false
    configuration.delayScale = 0
    configuration.framesPerSecond = 30
    change(&configuration)
    let camera = try SimulatedCamera(configuration: configuration)
    let endpoints = try await camera.start()
    do {
      try await body(CameraRig(camera: camera, endpoints: endpoints))
    } catch {
      await camera.stop()
      throw error
    }
    await camera.stop()
  }

  private init(camera: SimulatedCamera, endpoints: SimulatedCameraEndpoints) {
    self.camera = camera
    self.endpoints = endpoints
  }

  /// An input with these settings.
  func input(_ values: [AbsoluteConfigKey: ConfigValue], discoveryPort: Int? = nil)
    -> SonyCameraInput
  {
    let reader = SettingsReader(
      sources: [
        SettingsSource(name: "test", provider: InMemoryProvider(values: values))
      ], ledger: SettingsLedger())
    let telemetry = ComponentTelemetry(
      name: "camera", board: board, clock: .system,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    var input = SonyCameraInput(
      settings: reader.scoped(to: "camera"), sink: tray.sink, telemetry: telemetry)
    if let discoveryPort { input.discoveryPort = discoveryPort }
    return input
  }

  /// An input that is told where the camera is.
  func input(url: String? = nil) -> SonyCameraInput {
    input([
      "camera.url": ConfigValue(stringLiteral: url ?? endpoints.descriptionURL),
      "camera.stallSeconds": 1.0,
    ])
  }

  /// Runs the input under a supervisor while `body` runs; gives up after a minute.
  func running(_ input: SonyCameraInput, _ body: @escaping @Sendable () async throws -> Void)
    async throws
  {
    let telemetry = ComponentTelemetry(
      name: "supervisor", board: board, clock: .system,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let backoff = Backoff(initial: .milliseconds(10), maximum: .milliseconds(50))
    try await withTimeLimit(.seconds(60)) {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          await Supervisor(telemetry: telemetry, backoff: backoff).run {
            try await input.runSession()
          }
        }
        defer { group.cancelAll() }
        try await body()
      }
    }
  }

  /// Calls of `method` that reached the camera.
  func callCount(_ method: CameraMethod) async -> Int {
    await camera.status.counters.requestsByMethod[method.rawValue] ?? 0
  }

  /// The input's line on the status board.
  var entry: StatusBoard.Entry? { board.components.first { $0.name == "camera" } }
}

/// Takes pictures as an encoder does.
struct PictureTray: Sendable {
  private let slot = FrameSlot(clock: .system, preparedSize: .alpha6000Liveview)

  init() {
    slot.setDemand(true)
  }

  var sink: FrameSink { FrameSink(slot: slot) }

  /// Whether somebody watches; true in the beginning.
  func want(_ isWanted: Bool) { slot.setDemand(isWanted) }

  /// The next new picture; waits for it.
  func next() async throws -> JPEGFrame {
    try await withTaskCancellationHandler {
      try await take()
    } onCancel: {
      slot.finish()
    }
  }

  private func take() async throws -> JPEGFrame {
    while let order = await slot.nextOrder() {
      if case .encode(let frame, _, isRepeat: false) = order { return frame }
    }
    throw CancellationError()
  }

  /// The next `count` pictures.
  func next(_ count: Int) async throws -> [JPEGFrame] {
    var frames: [JPEGFrame] = []
    while frames.count < count { frames.append(try await next()) }
    return frames
  }
}
