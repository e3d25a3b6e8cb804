import Inputs
import Logging
import Media
import NIOCore
import Pipeline

/// Takes the first picture a camera sends, without decoding it.
///
/// Does what the bridge does: finds the camera, starts its liveview, and leaves it as it was.
struct CameraSnapshot: Sendable {
  /// As `camera.url`; nil searches.
  let address: String?
  /// As `camera.interface`.
  let interface: String?
  /// From the first step to the whole picture.
  let timeLimit: Duration

  /// Pictures come every 40 ms; looking more often would find nothing.
  private static let lookInterval: Duration = .milliseconds(10)

  /// - Parameter report: Gets each step, also those before a failure.
  /// - Returns: The picture with what lies behind its end cut off.
  /// - Throws: `SnapshotError.noCamera` or `cameraSettingsWrong`.
  func take(report: inout SnapshotReport) async throws -> ByteBuffer {
    var settings: [String: String] = [:]
    settings["camera.url"] = address
    settings["camera.interface"] = interface
    let sources = try await ConfigurationSources(arguments: [], environment: [:], filePath: nil)
    let reader = sources.reader(overriding: settings)
    let clock = MediaClock.system
    let board = StatusBoard(clock: clock)
    let telemetry = ComponentTelemetry(
      name: SonyCameraInput.kind, board: board, clock: clock, logger: .quiet)
    // Nobody runs the line, so nothing is decoded or encoded: it just keeps the newest picture.
    let line = StreamLine(
      settings: EncoderSettings(settings: reader.scoped(to: "encoder")), board: board,
      clock: clock, logger: .quiet)
    let input = SonyCameraInput(
      settings: reader.scoped(to: SonyCameraInput.kind), sink: line.sink, telemetry: telemetry)
    if let problem = reader.ledger.problems.first {
      throw SnapshotError.cameraSettingsWrong("\(problem)")
    }
    let deadline = ContinuousClock.now + timeLimit
    let frame = try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        await Supervisor(telemetry: telemetry).run { try await input.runSession() }
      }
      // The group waits until the input has said goodbye to the camera.
      defer { group.cancelAll() }
      return try await firstPicture(of: line, board: board, deadline: deadline, report: &report)
    }
    report.reached("goodbye")
    return frame.bytes
  }

  private func firstPicture(
    of line: StreamLine, board: StatusBoard, deadline: ContinuousClock.Instant,
    report: inout SnapshotReport
  ) async throws -> JPEGFrame {
    var wasFound = false
    while ContinuousClock.now < deadline {
      let input = board.components.first { $0.name == SonyCameraInput.kind }
      if !wasFound, input?.state == .starting || input?.state == .running {
        wasFound = true
        report.reached("camera found")
      }
      if let picture = line.newestPicture() {
        report.reachedPicture("picture")
        return picture.frame
      }
      try await Task.sleep(for: Self.lookInterval)
    }
    let input = board.components.first { $0.name == SonyCameraInput.kind }
    throw SnapshotError.noCamera(
      seconds: timeLimit.inSeconds, detail: input?.lastError ?? input?.detail)
  }
}
