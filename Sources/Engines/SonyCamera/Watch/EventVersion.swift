/// Whether a camera knows `getEvent`, as far as was found out.
public enum EventSupport: Sendable, Hashable {
  case unknown
  /// This version was answered.
  case version(EventVersion)
  /// Every version was refused. Apps older than 2.0 have `receiveEvent`, which is another thing.
  case none
}

/// Versions of `getEvent` that are known to work the same, except for what they add.
///
/// Source: Camera Remote API, "getEvent"; `getMethodTypes` of an ILCE-5000.
public enum EventVersion: String, Sendable, Hashable, CaseIterable, Comparable {
  /// Status, methods, zoom, storage, photos.
  case minor0 = "1.0"
  /// And the focus status.
  case minor1 = "1.1"
  /// And the battery.
  case minor2 = "1.2"
  /// Holds a poll for 60 s instead of 15 s.
  case minor3 = "1.3"
  case minor4 = "1.4"

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  public static func < (left: EventVersion, right: EventVersion) -> Bool {
    left.rank < right.rank
  }

  /// The version before; nil for the first.
  public var previous: EventVersion? { rank == 0 ? nil : Self.allCases[rank - 1] }

  /// The newest version of those a camera names. Cameras name the versions of the whole API, so
  /// that `getEvent` may not have it; one that names none has the first.
  public static func best(of names: [String]) -> EventVersion {
    names.compactMap { EventVersion(rawValue: $0) }.max() ?? .minor0
  }
}
