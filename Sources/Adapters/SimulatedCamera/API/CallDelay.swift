/// How long calls take.
///
/// Source: NEX-5T capture, request to first byte of the answer.
enum CallDelay {
  /// From the request for the stream to its first byte.
  static let liveviewRequest: Duration = .milliseconds(107)
  /// The next calls after startRecMode, while the camera is still changing over.
  static let afterModeChange: [Duration] = [.milliseconds(2661), .milliseconds(961)]

  static func usual(of method: String) -> Duration {
    switch method {
    case "startRecMode": .milliseconds(2324)
    case "getVersions": .milliseconds(376)
    case "startLiveview", "startLiveviewWithSize": .milliseconds(345)
    case "getMethodTypes": .milliseconds(157)
    default: .milliseconds(118)
    }
  }
}
