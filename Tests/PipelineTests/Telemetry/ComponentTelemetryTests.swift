import Logging
import TestSupport
import Testing

@testable import Pipeline

@Suite struct ComponentTelemetryTests {
  private let log = LogCapture()
  private let telemetry: ComponentTelemetry

  init() {
    let clock = MediaClock(ManualClock())
    telemetry = ComponentTelemetry(
      name: "camera", board: StatusBoard(clock: clock), clock: clock, logger: log.logger)
  }

  @Test func everyChangeIsOneLine() {
    telemetry.report(.starting)
    telemetry.report(.waiting, "no camera")
    telemetry.report(.waiting, "no camera")
    telemetry.report(.waiting, "camera is busy")
    telemetry.report(.running)
    telemetry.report(.running)
    #expect(
      log.lines.map { $0.metadata["state"] } == ["starting", "waiting", "waiting", "running"])
    #expect(
      log.lines.map { $0.metadata["detail"] } == [nil, "no camera", "camera is busy", nil])
    #expect(log.lines.allSatisfy { $0.level == .notice && $0.metadata["component"] == "camera" })
    #expect(Set(log.texts).count == 1, "what varies is metadata")
  }

  @Test func errorsGoToTheBoardAndAreLoggedByWhoeverCountsThem() {
    telemetry.report(error: "unplugged")
    #expect(log.lines.isEmpty)
  }
}
