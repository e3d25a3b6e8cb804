import Media
import SonyCamera

/// Keeps a fault that comes again and again from filling the log: three lines of a kind, then one
/// every five minutes that says how many were left out. Five quiet minutes begin it anew.
struct LineThrottle: Sendable {
  /// What a line tells.
  enum Kind: Sendable, Hashable {
    case lost(RecoveryStep)
    case back
    case rival
  }

  struct Admission: Sendable, Hashable {
    /// Lines of the kind since the last one that was written.
    var omitted: Int
  }

  private static let freeLines = 3
  private static let interval = Duration.seconds(300)

  private struct History {
    var count = 0
    var omitted = 0
    var newest: MediaTime
    var newestWritten: MediaTime
  }

  private var histories: [Kind: History] = [:]

  /// - Returns: Nil: it is one too many.
  mutating func admits(_ kind: Kind, at now: MediaTime) -> Admission? {
    var history = histories[kind] ?? History(newest: now, newestWritten: now)
    if history.newest.duration(to: now) >= Self.interval {
      history.count = 0
    }
    history.newest = now
    history.count += 1
    defer { histories[kind] = history }
    let isDue = history.newestWritten.duration(to: now) >= Self.interval
    guard history.count <= Self.freeLines || isDue else {
      history.omitted += 1
      return nil
    }
    defer {
      history.omitted = 0
      history.newestWritten = now
    }
    return Admission(omitted: history.omitted)
  }
}
