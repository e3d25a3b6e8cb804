import Foundation
import TestSupport
import Testing

@testable import SimulatedCamera

struct ScenarioTests {
  private static let sample = """
    {"timeScale": 72, "events": [
      {"at": "08:00", "do": "battery:80"},
      {"at": "08:00:30", "do": "shutter"},
      {"at": "25:00", "do": "wifi-flap:3"}
    ]}
    """

  private func problems(_ text: String) -> [String] {
    do {
      _ = try Scenario(parsing: text)
      return []
    } catch {
      return error.lines
    }
  }

  @Test func eventsHaveTheirTimes() throws {
    let scenario = try Scenario(parsing: Self.sample)
    #expect(scenario.timeScale == 72)
    #expect(scenario.events.map(\.clock) == ["08:00:00", "08:00:30", "25:00:00"])
    #expect(scenario.events.map(\.call.description) == ["battery:80", "shutter", "wifi-flap:3"])
    #expect(scenario.events.map(scenario.delay(of:)).last == .seconds(17 * 3600 / 72.0))
  }

  @Test func allProblemsAreToldAtOnceWithTheirPlaces() {
    let text = """
      {"timeScale": 0, "speed": 3, "events": [
        {"at": "8:00", "do": "batery:80"},
        {"at": "08:00", "do": "battery:180", "then": 1},
        {"do": 5},
        7,
        {"at": "10:00", "do": "stall"},
        {"at": "09:59:59", "do": "liveview-sound"},
        {"at": "10:61", "do": "stall", "do": "stall"}
      ]}
      """
    #expect(
      problems(text) == [
        "line 1, column 27, speed: unknown key; known: timeScale, events",
        "line 1, column 15, timeScale: must be a number above 0, at most 1000000",
        "line 2, column 10, events[0].at: \"8:00\" is no time; "
          + "it must be like 08:30 or 08:30:15",
        "line 2, column 24, events[0].do: no command is called \"batery\"; "
          + "did you mean \"battery\"?",
        "line 3, column 48, events[1].then: unknown key; known: at, do",
        "line 3, column 25, events[1].do: battery: \"180\" is not possible; "
          + "allowed: 0…100 percent",
        "line 4, column 3, events[2].at: is missing",
        "line 4, column 10, events[2].do: must be a text",
        "line 5, column 3, events[3]: must be an object",
        "line 7, column 3, events[5].at: is before the event above it",
        "line 8, column 40, events[6].do: is there twice",
        "line 8, column 10, events[6].at: \"10:61\" is no time; "
          + "it must be like 08:30 or 08:30:15",
      ])
  }

  @Test(arguments: [
    ("", "line 1, column 1: the file ends"), ("[]", "file: must be an object"),
    ("{}", "timeScale: is missing"), ("{\"timeScale\": 1}", "events: is missing"),
    ("{\"timeScale\": 1, \"events\": []}", "must have 1 to 10000 elements"),
    ("{\"timeScale\": 1, \"events\": 5}", "must be an array"),
    ("{\"timeScale\": \"1\", \"events\": []}", "must be a number"),
  ])
  func wrongShapesAreProblems(text: String, words: String) {
    #expect(problems(text).contains { $0.contains(words) }, "\(problems(text))")
  }

  @Test func manyProblemsAreCut() {
    let events = [String](repeating: "1", count: 5000).joined(separator: ",")
    #expect(problems("{\"timeScale\": 1, \"events\": [\(events)]}").count == 100)
  }

  @Test func spoiltFilesNeverTrap() {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<4000 {
      let bytes = Mutation.mutate(Array(Self.sample.utf8), using: &generator)
      let problems = problems(String(decoding: bytes, as: UTF8.self))
      #expect(problems.count <= 100)
    }
  }

  /// The day of the benchmarks can be played, and is a day.
  @Test func benchmarkDayIsSound() throws {
    let tests = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(contentsOf: tests.appending(path: "Benchmarks/day.json"), encoding: .utf8)
    let scenario = try Scenario(parsing: text)
    let last = try #require(scenario.events.last)
    let first = try #require(scenario.events.first)
    #expect(last.second - first.second >= 24 * 3600)
    #expect(scenario.delay(of: last) <= .seconds(15 * 60))
  }
}
