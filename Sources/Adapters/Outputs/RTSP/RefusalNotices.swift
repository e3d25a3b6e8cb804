import Media

/// Whether a refused client is worth a log line: once a minute per address, and never many
/// addresses at once.
struct RefusalNotices {
  private static let interval: Duration = .seconds(60)
  private static let limit = 64
  private var lastNotices: [String: MediaTime] = [:]

  mutating func isDue(for host: String, at now: MediaTime) -> Bool {
    lastNotices = lastNotices.filter { $0.value.duration(to: now) < Self.interval }
    guard lastNotices[host] == nil, lastNotices.count < Self.limit else { return false }
    lastNotices[host] = now
    return true
  }
}
