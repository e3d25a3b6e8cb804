import Pipeline
import SonyCamera

/// Why a session with the camera is over although nobody asked for it.
enum SonyInputError: Error, Sendable, Hashable, CustomStringConvertible {
  case sessionEnded(camera: String, CameraSessionEnd)
  /// The interface that leads to the camera went down, and the pictures with it.
  case interfaceLost(camera: String, interface: String)

  var description: String {
    switch self {
    case .sessionEnded(let camera, .stopped):
      "\(camera): session ended"
    case .sessionEnded(let camera, .unreachable(let method, .timedOut)):
      "\(camera) did not answer \(method) in time"
    case .sessionEnded(let camera, .unreachable(let method, .unreadable)):
      "\(camera) answered \(method) in a way that cannot be read"
    case .sessionEnded(let camera, .unreachable(let method, .unreachable)):
      "\(camera) is out of reach (\(method))"
    case .sessionEnded(let camera, .notReady(let method, let code)):
      "\(camera) refused \(method) for too long"
        + (code.map { " (error \($0))" } ?? " (unreadable answer)")
    case .sessionEnded(let camera, .noPictures(let end)):
      "\(camera) started its liveview but sent no picture (\(end.phrase))"
    case .interfaceLost(let camera, let interface):
      "\(camera) is out of reach (interface \(interface) is down)"
    }
  }

  /// The same for viewers, with the last the camera told.
  func awayReason(_ condition: CameraCondition) -> AwayReason {
    switch self {
    case .interfaceLost: return .noInterface
    case .sessionEnded(_, .stopped), .sessionEnded(_, .unreachable):
      if condition.hasError { return .cameraError }
      return condition.isBatteryNearEnd ? .batteryEmpty : .unreachable
    case .sessionEnded(_, .notReady): return condition.hasError ? .cameraError : .busy
    case .sessionEnded(_, .noPictures): return condition.hasError ? .cameraError : .stalled
    }
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
