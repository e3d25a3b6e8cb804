import JSON

/// What the publisher's own client says of its stream, as much of it as is fit to be shown.
///
/// Sora passes on what the client says, unread: of any size and shape, and with addresses in it.
struct PublisherStatistics: Sendable, Hashable {
  /// `{"timestamp": …, "stats": […], "isCut": …}`; nil if there was nothing like it.
  let json: JSONValue?

  /// Kinds of statistics that say how the stream is, and nothing about addresses or keys.
  ///
  /// Source: W3C, Identifiers for WebRTC's Statistics API; `track` is of browsers before 2023.
  private static let kinds: Set = [
    "outbound-rtp", "remote-inbound-rtp", "media-source", "codec", "track",
  ]
  /// Bytes of all of it, about.
  static let limitBytes = 32 * 1024
  /// Characters of one text.
  static let textLimit = 200
  /// What is in an entry may have members of its own, and these none.
  private static let depth = 2

  /// - Parameter reply: The answer to GetConnectionRemoteStats.
  init(reply: JSONValue?) {
    guard let all = (reply?["stats"] ?? reply?["remote_stats"])?.array else {
      json = nil
      return
    }
    var cutter = Cutter()
    var entries: [JSONValue] = []
    for entry in all where entry["type"]?.string.map(Self.kinds.contains) ?? false {
      guard let shown = cutter.cut(entry, depth: Self.depth) else { break }
      entries.append(shown)
    }
    let timestamp = reply?["timestamp"].flatMap { cutter.cut($0, depth: 0) }
    json = [
      "timestamp": timestamp ?? .null, "stats": .array(entries),
      "isCut": .boolean(cutter.isCut),
    ]
  }

  /// Lets values through while there is room.
  private struct Cutter {
    var room = PublisherStatistics.limitBytes
    var isCut = false

    mutating func cut(_ value: JSONValue, depth: Int) -> JSONValue? {
      guard room > 0 else { return missing() }
      switch value {
      case .null, .boolean, .integer, .number:
        room -= 24
        return value
      case .exact(let text):
        // Longer numbers are none that a client measured.
        guard text.utf8.count <= 40 else { return missing() }
        room -= text.utf8.count
        return value
      case .string(let text):
        let shown = ControlText.cleaned(text, limit: PublisherStatistics.textLimit)
        if shown.utf8.count < text.utf8.count, shown.last == "…" { isCut = true }
        room -= shown.utf8.count + 2
        return .string(shown)
      case .array(let values):
        guard depth > 0 else { return missing() }
        var shown: [JSONValue] = []
        for value in values {
          guard room > 0 else { break }
          if let value = cut(value, depth: depth - 1) { shown.append(value) }
        }
        if shown.count < values.count { isCut = true }
        return .array(shown)
      case .object(let members):
        guard depth > 0 else { return missing() }
        return .object(cut(members, depth: depth - 1))
      }
    }

    private mutating func cut(_ members: [String: JSONValue], depth: Int) -> [String: JSONValue] {
      var shown: [String: JSONValue] = [:]
      // In order, so that the same members are left out each time.
      for (name, value) in members.sorted(by: { $0.key < $1.key }) {
        guard room > 0, name.utf8.count <= PublisherStatistics.textLimit else {
          isCut = true
          continue
        }
        guard let value = cut(value, depth: depth) else { continue }
        room -= name.utf8.count + 4
        shown[name] = value
      }
      return shown
    }

    private mutating func missing() -> JSONValue? {
      isCut = true
      return nil
    }
  }
}
