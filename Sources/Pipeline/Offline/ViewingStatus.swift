import Media

/// What viewers are shown and why, for status, metrics and readiness.
public struct ViewingStatus: Sendable {
  /// What the input knows of its camera; away until it reports.
  public var presence: CameraPresence
  /// For how long it has been so.
  public var presenceFor: Duration
  /// For how long the camera has been neither well nor asleep; nil while it is.
  public var troubledFor: Duration?
  /// How long viewers wait for a camera that is there or wakes.
  public var freshWithin: Duration
  /// For how long viewers have been shown the offline picture, or refused; nil if they are not.
  public var offlineFor: Duration?
  /// Times that viewers lost sight of the camera.
  public var offlinePeriods: UInt64
  /// Offline pictures encoded for viewers.
  public var offlinePictures: UInt64
  /// True while there is a subscription to the stream.
  public var isVideoWanted: Bool
  /// Requests for a single picture that have no answer yet.
  public var pictureRequests: Int

  /// Whether anybody wants pictures of the camera.
  public var isWanted: Bool { isVideoWanted || pictureRequests > 0 }
}

extension CameraPresence.State {
  /// One word, for status and metrics.
  public var name: String {
    switch self {
    case .present: "present"
    case .waking: "waking"
    case .asleep: "asleep"
    case .away: "away"
    }
  }

  /// Names of all states.
  public static let names = ["present", "waking", "asleep", "away"]

  /// Why the camera is away; nil if it is not.
  public var awayReason: AwayReason? {
    if case .away(let reason) = self { reason } else { nil }
  }
}
