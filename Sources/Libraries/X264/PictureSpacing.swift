import Media

/// The mean time between pictures, for a rate control that counts pictures.
///
/// x264 can follow presentation times itself (`b_vfr_input`), but then keeps one picture back to
/// learn how long the one before it lasts. So the encoder is told a fixed picture rate, and a bit
/// rate in proportion to the mean spacing: the bits per picture come out the same. Measured at 10,
/// 18, 30 and 60 irregular pictures a second: 88 to 100 % of the wanted rate.
struct PictureSpacing {
  /// The spacing the encoder was last told, in seconds.
  private(set) var inUse: Double
  private var mean: Double

  /// Weight of a new spacing in the mean.
  private static let weight = 0.1
  /// A spacing counts at most this often the mean, so that a pause of the camera does not pass for
  /// a slow camera.
  private static let outlier = 2.0
  /// Difference from `inUse` that is worth telling the encoder.
  private static let tolerance = 0.1
  /// 200 pictures a second to one.
  private static let range = 0.005...1.0

  /// - Parameter seconds: What to assume until pictures come.
  init(seconds: Double) {
    inUse = seconds
    mean = seconds
  }

  /// Takes in the time between two pictures. True if `inUse` has changed.
  mutating func pictureFollowed(after spacing: Duration) -> Bool {
    let counted = min(spacing.inSeconds, mean * Self.outlier)
    mean += (counted - mean) * Self.weight
    mean = min(max(mean, Self.range.lowerBound), Self.range.upperBound)
    guard abs(mean / inUse - 1) > Self.tolerance else { return false }
    inUse = mean
    return true
  }
}
