import Media

/// Limits of a level: what a decoder must be able to do.
///
/// Source: ITU-T H.264 table A-1.
struct H264Level {
  /// `level_idc`: ten times the level's number.
  let code: Int
  /// Macroblocks per second.
  let macroblockRate: Int
  /// Macroblocks per picture.
  let pictureMacroblocks: Int
  /// Bit rate in kbit/s, for all profiles up to main (high may have a quarter more).
  let bitrateKbps: Int
  /// Coded picture buffer in kbit, likewise.
  let bufferKbit: Int

  /// Pictures per second that levels are chosen for and that the encoder believes in; liveview
  /// sends fewer.
  static let pictureRate = 30

  /// From 3.1 upwards: every live decoder has that one, and one level for all liveview sizes
  /// keeps `profile-level-id` the same when the size changes.
  static let all = [
    H264Level(31, 108_000, 3600, 14_000, 14_000),
    H264Level(32, 216_000, 5120, 20_000, 20_000),
    H264Level(40, 245_760, 8192, 20_000, 25_000),
    H264Level(42, 522_240, 8704, 50_000, 62_500),
    H264Level(50, 589_824, 22_080, 135_000, 135_000),
    H264Level(51, 983_040, 36_864, 240_000, 240_000),
    H264Level(52, 2_073_600, 36_864, 240_000, 240_000),
    H264Level(60, 4_177_920, 139_264, 240_000, 240_000),
  ]

  private init(
    _ code: Int, _ macroblockRate: Int, _ pictureMacroblocks: Int, _ bitrateKbps: Int,
    _ bufferKbit: Int
  ) {
    self.code = code
    self.macroblockRate = macroblockRate
    self.pictureMacroblocks = pictureMacroblocks
    self.bitrateKbps = bitrateKbps
    self.bufferKbit = bufferKbit
  }

  /// The lowest level for size, bit rate and buffer; nil if there is none.
  static func lowest(for settings: H264EncoderSettings) -> H264Level? {
    all.first { level in
      level.holds(settings.codedSize)
        && settings.bitrateKbps <= level.limitKbps(vbvBufferSeconds: settings.vbvBufferSeconds)
    }
  }

  /// True if pictures of this size are within the level. No side may be longer than the root of
  /// eight times the picture limit (§A.3.1 f and g).
  func holds(_ size: PictureSize) -> Bool {
    let limit = 0...65_535
    guard limit.contains(size.width), limit.contains(size.height) else { return false }
    let (width, height) = ((size.width + 15) / 16, (size.height + 15) / 16)
    let longest = max(width, height)
    guard longest * longest <= 8 * pictureMacroblocks else { return false }
    let count = width * height
    return count <= pictureMacroblocks && count * Self.pictureRate <= macroblockRate
  }

  /// Highest bit rate whose buffer of this length is within the level too, in kbit/s.
  func limitKbps(vbvBufferSeconds: Double) -> Int {
    max(1, min(bitrateKbps, Int(Double(bufferKbit) / vbvBufferSeconds)))
  }
}
