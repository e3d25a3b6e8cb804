import Media
import TestSupport
import Testing

@testable import Pipeline

@Suite struct StatusBoardTests {
  private let clock = ManualClock()
  private let board: StatusBoard

  init() {
    board = StatusBoard(clock: MediaClock(clock))
  }

  private func telemetry(_ name: String) -> ComponentTelemetry {
    ComponentTelemetry(
      name: name, board: board, clock: MediaClock(clock), logger: Sample.silentLogger)
  }

  private func member(_ path: String...) -> StatusValue? {
    var value: StatusValue? = board.snapshot()
    for name in path {
      guard case .object(let members)? = value else { return nil }
      value = members[name]
    }
    return value
  }

  @Test func showsUptimeAndClock() {
    clock.advance(by: .milliseconds(61_500))
    #expect(member("startedAt") == .string("2026-11-20T12:00:00Z"))
    #expect(member("now") == .string("2026-11-20T12:01:01Z"))
    #expect(member("uptimeSeconds") == .double(61.5))
  }

  @Test func aComponentIsOffUntilItReports() {
    _ = telemetry("rtsp")
    #expect(member("components", "rtsp", "state") == .string("off"))
    #expect(member("components", "rtsp", "lastError") == .null)
    #expect(board.components.map(\.name) == ["rtsp"])
  }

  @Test func sinceMovesWithTheStateOnly() {
    let rtsp = telemetry("rtsp")
    clock.advance(by: .seconds(10))
    rtsp.report(.waiting, "for the camera")
    clock.advance(by: .seconds(5))
    rtsp.report(.waiting, "for a viewer")
    #expect(member("components", "rtsp", "since") == .string("2026-11-20T12:00:10Z"))
    #expect(member("components", "rtsp", "sinceSeconds") == .double(5))
    #expect(member("components", "rtsp", "detail") == .string("for a viewer"))
    rtsp.report(.running)
    #expect(member("components", "rtsp", "sinceSeconds") == .double(0))
    #expect(member("components", "rtsp", "detail") == .null)
  }

  @Test func theLastErrorStays() {
    let camera = telemetry("camera")
    clock.advance(by: .seconds(3))
    camera.report(error: "unplugged")
    clock.advance(by: .seconds(3))
    camera.report(.running)
    #expect(member("components", "camera", "lastError") == .string("unplugged"))
    #expect(member("components", "camera", "lastErrorAt") == .string("2026-11-20T12:00:03Z"))
  }

  @Test func detailsAppearBesideTheStateAndNeverHideIt() {
    telemetry("rtsp").setDetails { .object(["viewers": .int(2), "state": .string("fooled")]) }
    #expect(member("components", "rtsp", "viewers") == .int(2))
    #expect(member("components", "rtsp", "state") == .string("off"))
  }

  @Test func componentsAreToldApart() {
    let (first, second) = (telemetry("a"), telemetry("b"))
    first.report(.running)
    second.report(.retrying)
    #expect(member("components", "a", "state") == .string("running"))
    #expect(member("components", "b", "state") == .string("retrying"))
  }

  // Seconds since 1970 and their dates as `date -u -d @…` prints them.
  @Test(arguments: [
    (0, "1970-01-01T00:00:00Z"), (951_782_399, "2000-02-28T23:59:59Z"),
    (951_782_400, "2000-02-29T00:00:00Z"), (951_868_800, "2000-03-01T00:00:00Z"),
    (1_709_164_800, "2024-02-29T00:00:00Z"), (1_735_689_599, "2024-12-31T23:59:59Z"),
    (1_795_176_000, "2026-11-20T12:00:00Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
    (-1, "1969-12-31T23:59:59Z"), (-86_400, "1969-12-31T00:00:00Z"),
    (-2_208_988_800, "1900-01-01T00:00:00Z"),
  ])
  func wallClockAsText(seconds: Int64, expected: String) {
    let anchor = WallClockAnchor(
      mediaTime: MediaTime(nanoseconds: 0), unixNanoseconds: seconds * 1_000_000_000)
    #expect(anchor.iso8601 == expected)
  }

  @Test(arguments: [(-1, "1969-12-31T23:59:59Z"), (999_999_999, "1970-01-01T00:00:00Z")])
  func fractionsAreCutToTheSecondBefore(nanoseconds: Int64, expected: String) {
    let anchor = WallClockAnchor(
      mediaTime: MediaTime(nanoseconds: 0), unixNanoseconds: nanoseconds)
    #expect(anchor.iso8601 == expected)
  }
}
