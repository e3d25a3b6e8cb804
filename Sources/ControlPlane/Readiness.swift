import Media
import Pipeline

/// Whether a viewer who comes now would see the camera: pictures arrive, and nothing that is
/// switched on is down.
struct Readiness: Sendable {
  /// A newest picture older than this means that the camera does not deliver. An α6000 sends one
  /// every 40 ms, and pauses for a second or two while it focuses or takes a photo.
  static let maxPictureAge: Duration = .seconds(5)

  /// What stands in the way, one sentence each; empty if ready.
  let reasons: [String]

  var isReady: Bool { reasons.isEmpty }

  init(pictureAge: Duration?, components: [StatusBoard.Entry]) {
    var reasons: [String] = []
    switch pictureAge {
    case nil: reasons.append("no picture from the camera yet")
    case let age? where age > Self.maxPictureAge:
      reasons.append("the newest picture is \(age.components.seconds) s old")
    default: break
    }
    reasons += components.compactMap(Self.reason)
    self.reasons = reasons
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
