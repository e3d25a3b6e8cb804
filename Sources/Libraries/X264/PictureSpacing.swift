import Media

/// The mean time between pictures, for a rate control that counts pictures.
///
/// x264 can follow presentation times itself (`b_vfr_input`), but then keeps one picture back to
/// learn how long the one before it lasts. So the encoder is told a fixed picture rate, and with
/// every picture a bit rate in proportion to the mean spacing, which costs 0.2 µs: the bits per
/// picture come out the same.
struct PictureSpacing {
  /// Mean spacing in seconds, from 200 pictures a second to one.
  private(set) var mean: Double

  /// Weight of a new spacing in the mean.
  private static let weight = 0.1
  /// A spacing counts at most this often the mean, so that a pause of the camera does not pass for
  /// a slow camera.
  private static let outlier = 2.0
  private static let range = 0.005...1.0

  /// - Parameter seconds: What to assume until pictures come.
  init(seconds: Double) {
    mean = seconds
  }

  /// Takes in the time between two pictures.
  mutating func pictureFollowed(after spacing: Duration) {
    let counted = min(spacing.inSeconds, mean * Self.outlier)
    mean += (counted - mean) * Self.weight
    mean = min(max(mean, Self.range.lowerBound), Self.range.upperBound)
  }
}
