import Media

/// Puts an offline card onto a picture.
struct SlateDrawing: Sendable {
  let language: OfflineSettings.Language
  func draw(
    _ card: OfflineCard, onto planes: inout PixelFrame, hasPicture: Bool, clock: MediaClock
  ) {
    for index in planes.luma.indices {
      planes.luma[index] = hasPicture ? planes.luma[index] / 4 : 30
    }
  }
}
extension OfflineSettings {
  public enum Language: String, Sendable, Hashable, CaseIterable {
    case english = "en"
    case japanese = "ja"
  }
}
