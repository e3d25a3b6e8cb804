import Media
import Pipeline

/// Whether a viewer who comes now would soon see the camera, and nothing that is switched on is
/// down.
///
/// That is so while pictures come, and while the camera sleeps on demand or wakes: then they come
/// when somebody asks. It is not so while the camera is away or takes longer to wake than viewers
/// wait, whatever they are shown in its place, nor while they are shown the offline picture.
struct Readiness: Sendable {
  /// A newest picture older than this means that the camera does not deliver. An α6000 sends one
  /// every 40 ms, and pauses for a second or two while it focuses or takes a photo.
  static let maxPictureAge: Duration = .seconds(5)
  /// What the input is called on the status board; its presence says more than its state, which is
  /// `starting` whenever the camera wakes.
  private static let inputName = "camera"

  /// What is known of the camera and those who watch it, as in `ViewingStatus`.
  struct CameraFacts: Sendable {
    var presence: CameraPresence.State
    var troubledFor: Duration?
    var freshWithin: Duration = .seconds(8)
    var offlineFor: Duration?
  }

  /// What stands in the way, one sentence each; empty if ready.
  let reasons: [String]

  var isReady: Bool { reasons.isEmpty }

  init(
    _ facts: CameraFacts, pictureAge: Duration?, components: [StatusBoard.Entry]
  ) {
    reasons =
      Self.reasons(facts, pictureAge)
      + components.filter { $0.name != Self.inputName }.compactMap(Self.reason)
  }

  private static func reasons(_ facts: CameraFacts, _ pictureAge: Duration?) -> [String] {
    if let offline = facts.offlineFor {
      return ["viewers have been shown the offline picture for \(offline.components.seconds) s"]
    }
    if let pictureAge, pictureAge <= maxPictureAge { return [] }
    switch facts.presence {
    case .asleep: return []
    case .waking:
      guard let troubled = facts.troubledFor, troubled >= facts.freshWithin else { return [] }
      return ["the camera has not come up for \(troubled.components.seconds) s"]
    case .away(let reason): return ["the camera is away: \(reason.phrase)"]
    case .present:
      guard let pictureAge else { return ["no picture from the camera yet"] }
      return ["the newest picture is \(pictureAge.components.seconds) s old"]
    }
  }

  private static func reason(_ entry: StatusBoard.Entry) -> String? {
    let isDown =
      switch entry.state {
      case .running, .waiting: false
      case .starting, .retrying, .stopped: true
      // A component that is switched off stays so; one that began a session has yet to report.
      case .off: entry.sessions > 0
      }
    guard isDown else { return nil }
    let detail = entry.detail ?? entry.lastError
    return "\(entry.name) is \(entry.state.rawValue)" + (detail.map { ": \($0)" } ?? "")
  }

  var status: StatusValue {
    .object(["ready": .bool(isReady), "reasons": .array(reasons.map { .string($0) })])
  }
}

extension Readiness.CameraFacts {
  init(_ viewing: ViewingStatus) {
    self.init(
      presence: viewing.presence.state, troubledFor: viewing.troubledFor,
      freshWithin: viewing.freshWithin, offlineFor: viewing.offlineFor)
  }
}

extension AwayReason {
  /// For people who watch over the bridge.
  fileprivate var phrase: String {
    switch self {
    case .searching: "none was found yet"
    case .unreachable: "it does not answer"
    case .batteryEmpty: "its battery is empty"
    case .cameraError: "it reports an error"
    case .busy: "it is busy"
    case .stalled: "it sends no pictures"
    case .taken: "another program has its liveview"
    case .noInterface: "the network interface is down"
    }
  }
}
