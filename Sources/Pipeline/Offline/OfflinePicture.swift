import Media

/// What takes the camera's place while it gives no picture.
struct OfflinePicture: Sendable {
  enum Look: Sendable {
    /// A picture of the camera, as it was.
    case frozen(JPEGFrame)
    /// The card's words on the dimmed last picture of the camera, or on plain ground.
    case slate(over: JPEGFrame?)
  }

  /// Why there is no better one.
  var card: OfflineCard
  var look: Look

  /// The picture of the camera that shows.
  var frame: JPEGFrame? {
    switch look {
    case .frozen(let frame): frame
    case .slate(let frame): frame
    }
  }

  /// Equal for pictures that look the same.
  struct Identity: Sendable, Hashable {
    var presence: CameraPresence?
    /// As it is written; changes if the wall clock is set.
    var since: UTCMinute?
    var pictureTime: MediaTime?
  }

  /// - Parameter sinceUnixNanoseconds: The card's `since` on the wall clock.
  func identity(sinceUnixNanoseconds: Int64) -> Identity {
    switch look {
    case .frozen(let frame): Identity(pictureTime: frame.presentationTime)
    case .slate(let frame):
      Identity(
        presence: card.presence, since: UTCMinute(unixNanoseconds: sinceUnixNanoseconds),
        pictureTime: frame?.presentationTime)
    }
  }
}
