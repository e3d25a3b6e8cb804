import Pipeline
import SonyCamera

/// Why a session with the camera is over although nobody asked for it.
enum SonyInputError: Error, Sendable, Hashable, CustomStringConvertible {
  case sessionEnded(camera: String, CameraSessionEnd, lastTold: String? = nil)
  /// The interface that leads to the camera went down, and the pictures with it.
  case interfaceLost(camera: String, interface: String)

  var description: String {
    switch self {
    case .sessionEnded(let camera, let end, let lastTold):
      "\(camera) \(end.phrase)" + (lastTold.map { "; the last it told was \($0)" } ?? "")
    case .interfaceLost(let camera, let interface):
      "\(camera) is out of reach (interface \(interface) is down)"
    }
  }

  /// The same for viewers, with the last the camera told.
  func awayReason(_ condition: CameraCondition) -> AwayReason {
    switch self {
    case .interfaceLost: return .noInterface
    case .sessionEnded(_, .stopped, _), .sessionEnded(_, .unreachable, _):
      if condition.hasError { return .cameraError }
      return condition.isBatteryNearEnd ? .batteryEmpty : .unreachable
    case .sessionEnded(_, .notReady, _): return condition.hasError ? .cameraError : .busy
    case .sessionEnded(_, .noPictures, _): return condition.hasError ? .cameraError : .stalled
    }
  }
}

extension CameraSessionEnd {
  /// What the camera did, in words.
  var phrase: String {
    switch self {
    case .stopped: "was left"
    case .unreachable(let method, .timedOut): "did not answer \(method) in time"
    case .unreachable(let method, .unreadable):
      "answered \(method) in a way that cannot be read"
    case .unreachable(let method, .unreachable): "is out of reach (\(method))"
    case .notReady(let method, let code):
      "refused \(method) for too long" + (code.map { " (error \($0))" } ?? " (unreadable answer)")
    case .noPictures(let end): "sent no picture (\(end.phrase))"
    }
  }
}

extension CameraCondition {
  /// What may explain an absence.
  var explanation: String? {
    if hasError { return "an error such as high temperature" }
    return isBatteryNearEnd ? "a nearly empty battery" : nil
  }
}

extension LiveviewEnd {
  /// The reason as a few words.
  var phrase: String {
    switch self {
    case .closed: "closed by the camera"
    case .stalled: "no picture for too long"
    case .unreachable: "no connection"
    case .refused(let status): "HTTP status \(status)"
    case .unreadable: "not a liveview stream"
    }
  }
}
