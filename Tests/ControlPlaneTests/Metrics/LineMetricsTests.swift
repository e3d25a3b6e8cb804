import Pipeline
import TestSupport
import Testing

@testable import ControlPlane

@Suite struct LineMetricsTests {
  private let fixture = ControlPlaneFixture()

  private var families: [MetricFamily] {
    LineMetrics(line: fixture.line, board: fixture.board).families()
      + ProcessStatistics(startedAt: fixture.board.startedAt).families
  }

  private func value(_ name: String) -> Double? {
    families.first { $0.name == name }?.samples.first?.value
  }

  @Test func namesFollowTheRule() throws {
    fixture.publishPicture()
    let rule = try Regex("bridge_(input|encoder|hub|viewing|component|process)_[a-z_]+")
    for family in families {
      #expect(family.name.wholeMatch(of: rule) != nil, "\(family.name)")
      #expect(family.name.hasSuffix("_total") == (family.kind == .counter), "\(family.name)")
      #expect(family.help?.isEmpty == false, "\(family.name)")
    }
    #expect(Set(families.map(\.name)).count == families.count)
  }

  @Test func theLinesTotals() {
    #expect(value("bridge_input_picture_age_seconds") == nil, "no picture, no age")
    let bytes = fixture.publishPicture()
    fixture.clock.advance(by: .milliseconds(500))
    fixture.publishPicture()
    fixture.clock.advance(by: .milliseconds(250))
    #expect(value("bridge_input_pictures_total") == 2)
    #expect(value("bridge_input_bytes_total") == Double(2 * bytes.count))
    #expect(value("bridge_input_picture_age_seconds") == 0.25)
    #expect(value("bridge_encoder_pictures_total") == 0)
    #expect(value("bridge_hub_subscribers") == 0)
  }

  @Test func whatViewersSee() throws {
    fixture.clock.advance(by: .seconds(60))
    fixture.line.sink.report(CameraPresence(.away(.batteryEmpty)))
    let presence = try #require(families.first { $0.name == "bridge_viewing_presence" })
    #expect(
      presence.samples.filter { $0.value == 1 }.map(\.labels)
        == [MetricLabels([("state", "away"), ("reason", "batteryEmpty")])])
    #expect(presence.samples.count == 3 + AwayReason.allCases.count)
    #expect(value("bridge_viewing_offline") == 0, "nobody watches")
    #expect(value("bridge_viewing_offline_periods_total") == 0)
    #expect(value("bridge_viewing_offline_pictures_total") == 0)
    #expect(value("bridge_viewing_demand") == 0)
  }

  @Test func eachComponentIsInOneState() throws {
    fixture.component("rtsp").report(.running)
    let states = try #require(families.first { $0.name == "bridge_component_state" })
    #expect(states.samples.count == 2 * ComponentState.allCases.count)
    let present = states.samples.filter { $0.value == 1 }.map(\.labels)
    #expect(
      present == [
        MetricLabels([("component", "encoder"), ("state", "off")]),
        MetricLabels([("component", "rtsp"), ("state", "running")]),
      ])
  }

  @Test func theKernelsViewOfThisProcess() throws {
    #expect(try #require(value("bridge_process_resident_memory_bytes")) > 1e6)
    #expect(try #require(value("bridge_process_open_fds")) >= 3)
    #expect(try #require(value("bridge_process_cpu_seconds_total")) > 0)
    #expect(value("bridge_process_start_time_seconds") == 1_795_176_000)
  }
}
