import Media

/// H.264 profile of a stream.
public enum H264Profile: String, Sendable, Hashable, CaseIterable {
  /// What every decoder understands; the least CPU.
  case constrainedBaseline
  /// With CABAC: about 10 % fewer bits for about 25 % more CPU.
  case main
  /// With 8×8 transforms too.
  case high

  /// x264's name.
  var libraryName: String {
    switch self {
    case .constrainedBaseline: "baseline"
    case .main: "main"
    case .high: "high"
    }
  }
}

/// x264's presets that are fast enough for live use, from least CPU to best picture.
public enum H264Preset: String, Sendable, Hashable, CaseIterable {
  case ultrafast, superfast, veryfast, faster, fast, medium
}

/// What an encoder is opened with.
public struct H264EncoderSettings: Sendable, Hashable {
  /// Size of the pictures that will come; an odd side loses its last column or row, because 4:2:0
  /// has no odd sizes.
  public var size: PictureSize
  public var profile: H264Profile
  public var preset: H264Preset
  /// Average bit rate, and most over the length of the buffer, in kbit/s.
  public var bitrateKbps: Int
  /// How much of the stream a receiver may have to buffer, in seconds; bounds the size of an IDR.
  public var vbvBufferSeconds: Double
  /// Longest time between two IDRs.
  public var keyframeInterval: Duration

  public init(
    size: PictureSize, profile: H264Profile = .constrainedBaseline,
    preset: H264Preset = .superfast, bitrateKbps: Int = 2000, vbvBufferSeconds: Double = 0.5,
    keyframeInterval: Duration = .seconds(2)
  ) {
    self.size = size
    self.profile = profile
    self.preset = preset
    self.bitrateKbps = bitrateKbps
    self.vbvBufferSeconds = vbvBufferSeconds
    self.keyframeInterval = keyframeInterval
  }

  /// The size that is encoded: both sides even.
  public var codedSize: PictureSize {
    PictureSize(width: size.width & ~1, height: size.height & ~1)
  }

  /// Length of the buffer in kbit, at least 1.
  var vbvBufferKbit: Int {
    max(1, Int((Double(bitrateKbps) * vbvBufferSeconds).rounded()))
  }

  /// Checks the ranges and finds the level.
  func checkedLevel() throws(X264Error) -> H264Level {
    guard size.width >= 16, size.height >= 16 else { throw .sizeOutOfRange(size) }
    guard (0.01...60).contains(vbvBufferSeconds) else {
      throw .vbvBufferOutOfRange(seconds: vbvBufferSeconds)
    }
    guard let highest = H264Level.all.last(where: { $0.holds(codedSize) }) else {
      throw .sizeOutOfRange(size)
    }
    let limit = highest.limitKbps(vbvBufferSeconds: vbvBufferSeconds)
    guard (1...limit).contains(bitrateKbps), let level = H264Level.lowest(for: self) else {
      throw .bitrateOutOfRange(kbps: bitrateKbps, limitKbps: limit)
    }
    return level
  }
}
