/// A day of a simulated camera: commands and the times at which they are carried out.
///
///     {"timeScale": 72, "events": [{"at": "08:00", "do": "battery:80"}, …]}
///
/// `timeScale` says how many times as fast as a clock the day runs. Times are `hh:mm` or
/// `hh:mm:ss`, in order; hours from 24 on are of the next day. Durations in commands are real
/// seconds. The first event takes place at once.
public struct Scenario: Sendable {
  public struct Event: Sendable {
    /// Seconds since midnight of the first day.
    public let second: Int
    public let call: CameraCommand.Call

    /// `hh:mm:ss`.
    public var clock: String {
      [second / 3600, second / 60 % 60, second % 60].map(SimulatedCamera.twoDigits)
        .joined(separator: ":")
    }
  }

  /// Most events of a file.
  static let eventLimit = 10_000
  static let timeScales = 0.001...1_000_000
  private static let largestHour = 99

  public let timeScale: Double
  public let events: [Event]

  /// Real time from the start to this event.
  public func delay(of event: Event) -> Duration {
    let first = events.first?.second ?? event.second
    return .seconds(Double(event.second - first) / timeScale)
  }

  /// - Throws: ``ScenarioProblems``, all there are at once.
  public init(parsing text: String) throws(ScenarioProblems) {
    let value: LocatedJSON
    do throws(LocatedJSON.SyntaxError) {
      value = try LocatedJSON(parsing: Array(text.utf8))
    } catch {
      throw ScenarioProblems(lines: ["\(error)"])
    }
    var reading = ScenarioReading()
    let scale = reading.timeScale(of: value)
    let events = reading.events(of: value)
    guard reading.problems.isEmpty, let scale else {
      throw ScenarioProblems(lines: reading.problems)
    }
    timeScale = scale
    self.events = events
  }

  /// Seconds of `hh:mm` or `hh:mm:ss`.
  static func seconds(ofClock text: String) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count),
      parts.allSatisfy({ $0.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } })
    else { return nil }
    let numbers = parts.compactMap { Int($0) }
    guard numbers.dropFirst().allSatisfy({ $0 < 60 }), numbers[0] <= largestHour else { return nil }
    return numbers[0] * 3600 + numbers[1] * 60 + (numbers.count > 2 ? numbers[2] : 0)
  }
}

/// Everything wrong with a scenario file.
public struct ScenarioProblems: Error, Sendable, Equatable, CustomStringConvertible {
  /// Exit code of a program that was given such a file: `EX_DATAERR` of sysexits.h.
  public static let exitCode: Int32 = 65

  /// Each begins with its place.
  public let lines: [String]

  public var description: String {
    let heading =
      lines.count == 1
      ? "The scenario has a problem:" : "The scenario has \(lines.count) problems:"
    return ([heading] + lines.map { "  - \($0)" }).joined(separator: "\n")
  }
}

/// Collects what is wrong while a scenario is read.
private struct ScenarioReading {
  /// More would not be read.
  private static let problemLimit = 100

  var problems: [String] = []

  private mutating func report(_ value: LocatedJSON, _ path: String, _ text: String) {
    guard problems.count < Self.problemLimit else { return }
    problems.append("line \(value.line), column \(value.column), \(path): \(text)")
  }

  private mutating func members(
    of value: LocatedJSON, _ path: String, known: [String]
  ) -> [String: LocatedJSON] {
    guard case .object(let members) = value.content else {
      report(value, path, "must be an object")
      return [:]
    }
    var found: [String: LocatedJSON] = [:]
    for (name, member) in members {
      let place = path == "file" ? name : "\(path).\(name)"
      if !known.contains(name) {
        report(member, place, "unknown key; known: \(known.joined(separator: ", "))")
      } else if found.updateValue(member, forKey: name) != nil {
        report(member, place, "is there twice")
      }
    }
    return found
  }

  mutating func timeScale(of file: LocatedJSON) -> Double? {
    let members = members(of: file, "file", known: ["timeScale", "events"])
    guard let value = members["timeScale"] else {
      if case .object = file.content { report(file, "timeScale", "is missing") }
      return nil
    }
    guard case .number(let scale) = value.content, Scenario.timeScales.contains(scale) else {
      report(value, "timeScale", "must be a number above 0, at most 1000000")
      return nil
    }
    return scale
  }

  mutating func events(of file: LocatedJSON) -> [Scenario.Event] {
    guard case .object(let members) = file.content else { return [] }
    guard let value = members.first(where: { $0.name == "events" })?.value else {
      report(file, "events", "is missing")
      return []
    }
    guard case .array(let values) = value.content else {
      report(value, "events", "must be an array")
      return []
    }
    guard (1...Scenario.eventLimit).contains(values.count) else {
      report(value, "events", "must have 1 to \(Scenario.eventLimit) elements")
      return []
    }
    var events: [Scenario.Event] = []
    for (index, value) in values.enumerated() {
      guard let event = event(from: value, "events[\(index)]") else { continue }
      if let last = events.last, event.second < last.second {
        report(value, "events[\(index)].at", "is before the event above it")
      }
      events.append(event)
    }
    return events
  }

  private mutating func event(from value: LocatedJSON, _ path: String) -> Scenario.Event? {
    let found = members(of: value, path, known: ["at", "do"])
    guard case .object = value.content else { return nil }
    let clock = text(found["at"], in: value, "\(path).at")
    let command = text(found["do"], in: value, "\(path).do")
    let second = clock.flatMap { Scenario.seconds(ofClock: $0) }
    if let clock, second == nil, let at = found["at"] {
      report(at, "\(path).at", "\"\(clock)\" is no time; it must be like 08:30 or 08:30:15")
    }
    var call: CameraCommand.Call?
    if let command, let place = found["do"] {
      do throws(CommandError) {
        call = try CameraCommand.Call(parsing: command)
      } catch {
        report(place, "\(path).do", error.description)
      }
    }
    guard let second, let call else { return nil }
    return Scenario.Event(second: second, call: call)
  }

  private mutating func text(
    _ value: LocatedJSON?, in parent: LocatedJSON, _ path: String
  ) -> String? {
    guard let value else {
      report(parent, path, "is missing")
      return nil
    }
    guard case .string(let text) = value.content else {
      report(value, path, "must be a text")
      return nil
    }
    return text
  }
}
