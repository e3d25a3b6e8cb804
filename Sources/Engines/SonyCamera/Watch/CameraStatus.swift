/// What a camera is doing, by its own word.
///
/// Source: Camera Remote API, "cameraStatus". Apps such as the ILCE-6000's report only the first
/// three of these and `Error`.
public enum CameraStatus: Sendable, Hashable {
  case idle
  /// Before `startRecMode`, while a person shoots, and on a mode dial position it does not support.
  case notReady
  case stillCapturing
  case stillSaving
  case movieWaitRecStart
  case movieRecording
  case movieWaitRecStop
  case movieSaving
  case audioWaitRecStart
  case audioRecording
  case audioWaitRecStop
  case audioSaving
  case intervalWaitRecStart
  case intervalRecording
  case intervalWaitRecStop
  case loopWaitRecStart
  case loopRecording
  case loopWaitRecStop
  case loopSaving
  case whiteBalanceShooting
  case contentsTransfer
  case streaming
  case deleting
  /// High temperature or no memory card, for example.
  case error
  case other(String)

  /// The documented names.
  private static let names: [String: CameraStatus] = [
    "IDLE": .idle, "NotReady": .notReady, "StillCapturing": .stillCapturing,
    "StillSaving": .stillSaving, "MovieWaitRecStart": .movieWaitRecStart,
    "MovieRecording": .movieRecording, "MovieWaitRecStop": .movieWaitRecStop,
    "MovieSaving": .movieSaving, "AudioWaitRecStart": .audioWaitRecStart,
    "AudioRecording": .audioRecording, "AudioWaitRecStop": .audioWaitRecStop,
    "AudioSaving": .audioSaving, "IntervalWaitRecStart": .intervalWaitRecStart,
    "IntervalRecording": .intervalRecording, "IntervalWaitRecStop": .intervalWaitRecStop,
    "LoopWaitRecStart": .loopWaitRecStart, "LoopRecording": .loopRecording,
    "LoopWaitRecStop": .loopWaitRecStop, "LoopSaving": .loopSaving,
    "WhiteBalanceOnePushCapturing": .whiteBalanceShooting,
    "ContentsTransfer": .contentsTransfer, "Streaming": .streaming, "Deleting": .deleting,
    "Error": .error,
  ]

  private static let namesByStatus = Dictionary(
    names.map { ($1, $0) }, uniquingKeysWith: { first, _ in first })

  /// - Parameter name: As in the event.
  public init(name: String) {
    self = Self.names[name] ?? .other(name)
  }

  /// The camera's word for it.
  public var name: String {
    if case .other(let name) = self { return name }
    return Self.namesByStatus[self] ?? "IDLE"
  }

  /// True while pictures may fail to come without anything being wrong. Recording a movie is none
  /// of these: liveview goes on.
  public var isBusy: Bool {
    switch self {
    case .notReady, .stillCapturing, .stillSaving, .movieWaitRecStart, .movieWaitRecStop,
      .movieSaving, .audioWaitRecStart, .audioWaitRecStop, .audioSaving, .intervalWaitRecStart,
      .intervalWaitRecStop, .loopWaitRecStart, .loopWaitRecStop, .loopSaving,
      .whiteBalanceShooting, .contentsTransfer, .streaming, .deleting:
      true
    case .idle, .movieRecording, .audioRecording, .intervalRecording, .loopRecording, .error,
      .other:
      false
    }
  }
}

/// How focusing stands; from version 1.1 of `getEvent`.
public enum CameraFocus: String, Sendable, Hashable, CaseIterable {
  case notFocusing = "Not Focusing"
  case focusing = "Focusing"
  case focused = "Focused"
  case failed = "Failed"
}
