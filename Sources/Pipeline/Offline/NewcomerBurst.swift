import Media

/// The pictures that viewers who have just come are owed in quick succession, if nothing else makes
/// up for them.
///
/// Some players look at a number of pictures before they show the first one: libavformat took 28
/// to 30 in our measurements, half a minute of a slate that comes once a second. An RTSP viewer
/// over TCP is given as many at once, in front of the first picture. Who comes otherwise is owed
/// `count` pictures, of the camera or in its place, and until they are given the offline ones are
/// as close as the camera's. There is one burst for all viewers; another newcomer begins it anew.
struct NewcomerBurst: Sendable, Hashable {
  /// Pictures that a newcomer is owed.
  static let count = 32
  /// From one offline picture to the next while any are owed, about the pace of a camera.
  static let spacing: Duration = .milliseconds(40)

  private var owed = 0
  /// The newcomer cannot use what comes before an IDR, and may have to wait for one.
  private var awaitsIDR = false

  var isOn: Bool { owed > 0 }

  mutating func viewerJoined() {
    owed = Self.count
    awaitsIDR = true
  }

  /// - Parameter isRequestedIDR: True if the picture is the IDR somebody asked for; the first one
  ///   after a viewer joined is where that viewer begins, and counts as the first of the burst.
  mutating func pictureShown(isRequestedIDR: Bool) {
    guard isOn else { return }
    if isRequestedIDR && awaitsIDR {
      owed = Self.count
      awaitsIDR = false
    }
    owed -= 1
  }

  mutating func end() { owed = 0 }
}
