import Media
import Synchronization

/// What a component is doing, in one word.
public enum ComponentState: String, Sendable, CaseIterable {
  case off
  case starting
  /// Something outside is awaited, for example the camera; normal operation.
  case waiting
  case running
  /// The last attempt failed; the next one comes by itself.
  case retrying
  case stopped
}

/// The state of every component, for `/status` and `/readyz`.
public final class StatusBoard: Sendable {
  /// One component's line on the board.
  public struct Entry: Sendable {
    public var name: String
    public var state: ComponentState
    /// What it is doing or waiting for, in a few words.
    public var detail: String?
    /// When `state` began.
    public var since: WallClockAnchor
    public var lastError: String?
    public var lastErrorAt: WallClockAnchor?
    /// Sessions begun, the present one included.
    public var sessions: UInt64 = 0
    var details: (@Sendable () -> StatusValue)?
    /// It has been running since somebody asked last.
    var hasRun = false
    /// What the last log line said about it; the same again is no news.
    var announced: Announcement
  }

  struct Announcement: Sendable, Equatable {
    var state: ComponentState
    var detail: String?
  }

  private let entries = Mutex<[Entry]>([])
  private let clock: MediaClock
  /// When the process began.
  public let startedAt: WallClockAnchor
  /// What the components let an operator change.
  public let controls = ControlBoard()

  public init(clock: MediaClock) {
    self.clock = clock
    startedAt = clock.wallClockAnchor()
  }

  /// All entries in the order of their registration.
  public var components: [Entry] { entries.withLock { $0 } }

  /// The board as `/status` shows it; ages are in seconds.
  public func snapshot() -> StatusValue {
    let now = clock.wallClockAnchor()
    let components = entries.withLock { $0 }.map { ($0.name, Self.value(of: $0, now: now)) }
    return .object([
      "uptimeSeconds": .seconds(startedAt.mediaTime.duration(to: now.mediaTime)),
      "startedAt": .string(startedAt.iso8601),
      "now": .string(now.iso8601),
      "components": .object(Dictionary(components) { first, _ in first }),
    ])
  }

  private static func value(of entry: Entry, now: WallClockAnchor) -> StatusValue {
    var members: [String: StatusValue] = [
      "state": .string(entry.state.rawValue),
      "detail": .text(entry.detail),
      "since": .string(entry.since.iso8601),
      "sinceSeconds": .seconds(entry.since.mediaTime.duration(to: now.mediaTime)),
      "lastError": .text(entry.lastError),
      "lastErrorAt": .text(entry.lastErrorAt?.iso8601),
      "sessions": .int(entry.sessions),
    ]
    if case .object(let details)? = entry.details?() {
      members.merge(details) { own, _ in own }
    }
    return .object(members)
  }

  func register(_ name: String) {
    let now = clock.wallClockAnchor()
    entries.withLock {
      $0.append(
        Entry(name: name, state: .off, since: now, announced: Announcement(state: .off)))
    }
  }

  /// Changes one entry; `since` moves when its state does. Returns what `change` does, nil if
  /// there is no such entry.
  @discardableResult
  func update<Result>(_ name: String, _ change: (inout Entry) -> Result) -> Result? {
    let now = clock.wallClockAnchor()
    return entries.withLock { entries in
      guard let index = entries.firstIndex(where: { $0.name == name }) else { return nil }
      let before = entries[index].state
      defer { if entries[index].state != before { entries[index].since = now } }
      return change(&entries[index])
    }
  }

  func now() -> WallClockAnchor { clock.wallClockAnchor() }
}

extension WallClockAnchor {
  /// The wall clock time as `2026-11-20T12:34:56Z`.
  public var iso8601: String {
    let (whole, rest) = unixNanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    let seconds = rest < 0 ? whole - 1 : whole
    let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    let date = CivilDate(daysSinceUnixEpoch: day)
    let time = seconds - day * 86_400
    func pad(_ value: Int64, _ width: Int = 2) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return "\(pad(date.year, 4))-\(pad(date.month))-\(pad(date.day))T"
      + "\(pad(time / 3600)):\(pad(time / 60 % 60)):\(pad(time % 60))Z"
  }
}

/// Year, month and day in the Gregorian calendar.
private struct CivilDate {
  var year: Int64
  var month: Int64
  var day: Int64

  /// Counts in 400-year eras that begin on 1 March, so that the leap day comes last.
  init(daysSinceUnixEpoch days: Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }
}
