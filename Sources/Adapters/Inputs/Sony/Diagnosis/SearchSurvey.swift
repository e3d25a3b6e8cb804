import Media
import Pipeline
import SonyCamera

/// What came back from searches of some seconds.
struct SearchFinding: Sendable, Hashable {
  /// One datagram about a Sony device.
  struct Message: Sendable, Hashable {
    enum Kind: String, Sendable {
      case answer
      case alive
      case byebye
    }

    var kind: Kind
    /// Since the first search.
    var after: Duration
    var interface: String
    var location: String?
    var server: String
    /// Shortened.
    var identifier: String
  }

  /// Why nothing could be searched.
  var obstacle: String?
  var searchCount = 0
  var messages: [Message] = []

  /// The first answer of the camera at `host`.
  func firstAnswer(of host: String) -> Message? {
    messages.first { $0.kind == .answer && $0.location.flatMap { CameraURL($0) }?.host == host }
  }
}

/// Searches for cameras and writes down who answers when.
struct SearchSurvey: Sendable {
  /// As Sony's own app searches.
  private static let pauses: [Duration] = [.zero, .milliseconds(100), .milliseconds(200)]
  /// A camera answers each search with a burst; more is not worth reading.
  private static let messageLimit = 24

  var interface: String?
  /// Another than 1900 only for tests.
  var port: Int
  var clock: MediaClock

  /// Listens for `duration`, or until cancelled.
  func run(for duration: Duration) async -> SearchFinding {
    let searcher: SSDPSearcher
    do {
      searcher = try SSDPSearcher(interface: interface, port: port)
    } catch {
      return SearchFinding(obstacle: "\(error)")
    }
    let begin = clock.now()
    async let messages = collect(searcher.sightings, since: begin)
    var finding = SearchFinding()
    for pause in Self.pauses {
      try? await Task.sleep(for: pause)
      await searcher.search()
      finding.searchCount += 1
    }
    try? await Task.sleep(for: duration - begin.duration(to: clock.now()))
    await searcher.close()
    finding.messages = await messages
    return finding
  }

  private func collect(
    _ sightings: AsyncStream<SSDPSighting>, since begin: MediaTime
  ) async -> [SearchFinding.Message] {
    var messages: [SearchFinding.Message] = []
    for await sighting in sightings where messages.count < Self.messageLimit {
      if let message = Self.message(sighting, after: begin.duration(to: clock.now())) {
        messages.append(message)
      }
    }
    return messages
  }

  /// Nil for devices of others, which are nobody's business.
  private static func message(
    _ sighting: SSDPSighting, after: Duration
  ) -> SearchFinding.Message? {
    switch sighting.message {
    case .search:
      return nil
    case .answer(let answer):
      return SearchFinding.Message(
        kind: .answer, after: after, interface: sighting.interface, location: answer.location,
        server: answer.server, identifier: shortenedIdentifier(answer.uniqueServiceName))
    case .notification(let notification):
      guard notification.target.contains("schemas-sony-com") else { return nil }
      var message = SearchFinding.Message(
        kind: .byebye, after: after, interface: sighting.interface, location: nil,
        server: notification.server,
        identifier: shortenedIdentifier(notification.uniqueServiceName))
      if case .alive(let location, _) = notification.event {
        message.kind = .alive
        message.location = location
      }
      return message
    }
  }
}

/// A device's `uuid:…` without its end, which is the hardware address of one camera.
func shortenedIdentifier(_ identifier: String) -> String {
  var name = identifier[...]
  if let end = name.firstRange(of: "::") { name = name[..<end.lowerBound] }
  guard let dash = name.lastIndex(of: "-") else { return String(name.prefix(12)) + "…" }
  return String(name[...dash]) + name[name.index(after: dash)...].prefix(4) + "…"
}
