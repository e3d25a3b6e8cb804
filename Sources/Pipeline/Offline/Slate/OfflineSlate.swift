/// The language of what viewers read.
public enum SlateLanguage: String, Sendable, CaseIterable {
  case english = "en"
  case japanese = "ja"
}

/// What viewers are told while there is no live picture.
public struct OfflineSlate: Sendable, Hashable {
  /// Device name or model as the camera tells it; any text, of any length. Nil shows no name.
  public var cameraName: String?
  public var state: CameraPresence.State
  /// When the last live picture ended, in nanoseconds since 1970-01-01T00:00:00Z.
  public var sinceUnixNanoseconds: Int64
  public var language: SlateLanguage

  public init(
    cameraName: String?, state: CameraPresence.State, sinceUnixNanoseconds: Int64,
    language: SlateLanguage
  ) {
    self.cameraName = cameraName
    self.state = state
    self.sinceUnixNanoseconds = sinceUnixNanoseconds
    self.language = language
  }

  public init(
    _ presence: CameraPresence, sinceUnixNanoseconds: Int64, language: SlateLanguage
  ) {
    self.init(
      cameraName: presence.cameraName, state: presence.state,
      sinceUnixNanoseconds: sinceUnixNanoseconds, language: language)
  }
}
