/// The irregular distance from picture to picture.
///
/// With full jitter at 25 frames per second: mostly 35 to 45 ms, up to 59 ms, one in 200 lasts
/// 200 ms, 40 ms on average. Without jitter every gap is the same.
///
/// Source: NEX-5T capture, 20 pictures per second with gaps of 30 to 209 ms; the camera's own app
/// keeps 35 ms between pictures.
struct FramePacing {
  /// One gap in so many is a long one.
  private static let longGapInterval = 200
  /// How many times the mean a long gap lasts.
  private static let longGapFactor = 5.0

  /// Pictures per second on average.
  var framesPerSecond: Double
  /// 0 (even) to 1 (as irregular as the real camera).
  var jitter: Double
  private var random: RandomSequence

  init(framesPerSecond: Double, jitter: Double, seed: UInt64) {
    self.framesPerSecond = framesPerSecond
    self.jitter = jitter
    random = RandomSequence(seed: seed)
  }

  /// Time from this picture to the next.
  mutating func nextGap() -> Duration {
    let mean = 1 / framesPerSecond
    guard jitter > 0 else { return .seconds(mean) }
    let longShare = jitter / Double(Self.longGapInterval)
    if Double.random(in: 0..<1, using: &random) < longShare {
      return .seconds(mean * Self.longGapFactor)
    }
    // The other gaps are shorter by what the long ones take, so that the mean stays.
    let usual = mean * (1 - longShare * Self.longGapFactor) / (1 - longShare)
    let draw = Double.random(in: 0..<1, using: &random)
    // The fourth power of an even draw is 0.2 on average: the deviation's mean is 0.
    let deviation = -0.125 + 0.625 * draw * draw * draw * draw
    return .seconds(usual * (1 + jitter * deviation))
  }
}
