import CX264
import Media

/// Encodes pictures as H.264, one access unit per picture and none kept back.
///
/// No B-frames, one slice, one thread; rate control follows the real presentation times. The
/// SPS says full range, BT.601 matrix, sRGB transfer and no reordering. Owns one x264 encoder; use
/// it from one thread at a time.
public struct H264Encoder: ~Copyable {
  /// What the encoder was opened with; the bit rate changes with ``reconfigure(bitrateKbps:)``.
  public private(set) var settings: H264EncoderSettings
  /// SPS and PPS of all pictures of this encoder, known from the start.
  public let parameterSets: ParameterSets

  private let handle: X264Handle
  private let level: H264Level
  private var picture = x264_picture_t()
  private var schedule: IDRSchedule
  private var lastPresentationTime: MediaTime?
  private var pts: Int64 = 0

  /// Longest step of presentation time that rate control is told of: after a pause of the camera
  /// it would otherwise spend what the pause has saved.
  private static let longestStep: Duration = .seconds(1)

  /// Opens an encoder.
  ///
  /// - Throws: `X264Error.sizeOutOfRange`, `bitrateOutOfRange`, `vbvBufferOutOfRange`,
  ///   `encoderUnavailable`, `parameterSetsMissing`.
  public init(settings: H264EncoderSettings) throws(X264Error) {
    let level = try settings.checkedLevel()
    let parameterSets = try Self.parameterSets(for: settings, level)
    let parameters = try settings.parameters(
      level: level, timebase: H264EncoderSettings.ptsPerSecond)
    handle = try X264Handle(parameters)
    self.settings = settings
    self.level = level
    self.parameterSets = parameterSets
    schedule = IDRSchedule(interval: settings.keyframeInterval)
    x264_picture_init(&picture)
  }

  /// The parameter sets, with a plausible picture rate in them.
  ///
  /// x264 writes its timebase into the SPS as picture rate; with that of the running encoder
  /// OpenCV and ffmpeg would report a million pictures a second. A short-lived twin with a
  /// timebase of one picture writes the same sets but for that; the rate stays marked as variable.
  private static func parameterSets(
    for settings: H264EncoderSettings, _ level: H264Level
  ) throws(X264Error) -> ParameterSets {
    let parameters = try settings.parameters(
      level: level, timebase: UInt32(H264Level.pictureRate))
    return try X264Handle(parameters).parameterSets()
  }

  /// Encodes one picture.
  ///
  /// The first picture is an IDR, and so is each one that `keyframeInterval` makes due.
  ///
  /// - Parameters:
  ///   - frame: A picture of the size the encoder was opened for.
  ///   - presentationTime: Later than that of the picture before.
  ///   - forceIDR: True to make this picture an IDR in any case.
  /// - Throws: `X264Error.pictureSizeMismatched`, `presentationTimeNotIncreasing`,
  ///   `encodingFailed`, `pictureDelayed`.
  public mutating func encode(
    _ frame: PixelFrame, presentationTime: MediaTime, forceIDR: Bool
  ) throws(X264Error) -> EncodedPicture {
    guard frame.size == settings.size else {
      throw .pictureSizeMismatched(expected: settings.size, actual: frame.size)
    }
    try advance(to: presentationTime)
    picture.i_type =
      forceIDR || schedule.isDue(at: presentationTime)
      ? X264_TYPE_IDR : X264_TYPE_AUTO
    picture.i_pts = pts
    var encoded = x264_picture_t()
    var units: UnsafeMutablePointer<x264_nal_t>?
    var count: Int32 = 0
    let size = frame.luma.withUnsafeBufferPointer { luma in
      frame.chromaBlue.withUnsafeBufferPointer { blue in
        frame.chromaRed.withUnsafeBufferPointer { red in
          setPlanes((luma, blue, red), frame.lumaStride, frame.chromaStride)
          return x264_encoder_encode(handle.pointer, &units, &count, &picture, &encoded)
        }
      }
    }
    picture.img.plane = (nil, nil, nil, nil)
    guard size >= 0 else { throw .encodingFailed(code: Int(size)) }
    guard size > 0 else { throw .pictureDelayed }
    let isIDR = encoded.b_keyframe != 0
    schedule.pictureEncoded(at: presentationTime, isIDR: isIDR)
    let slices = nalUnits(units, count).filter {
      [NALUnit.TypeCode.nonIDRSlice, NALUnit.TypeCode.idrSlice].contains($0.typeCode)
    }
    return EncodedPicture(nalUnits: slices, isIDR: isIDR, presentationTime: presentationTime)
  }

  /// Aims at another bit rate from the next picture on; the buffer keeps its length in seconds.
  ///
  /// - Throws: `X264Error.bitrateOutOfRange`, also for rates above the announced level's;
  ///   `reconfigurationRefused`. The old rate then stays.
  public mutating func reconfigure(bitrateKbps: Int) throws(X264Error) {
    let limit = level.limitKbps(vbvBufferSeconds: settings.vbvBufferSeconds)
    guard (1...limit).contains(bitrateKbps) else {
      throw .bitrateOutOfRange(kbps: bitrateKbps, limitKbps: limit)
    }
    var parameters = x264_param_t()
    x264_encoder_parameters(handle.pointer, &parameters)
    settings.setRate(&parameters, bitrateKbps: bitrateKbps)
    let result = x264_encoder_reconfig(handle.pointer, &parameters)
    guard result == 0 else { throw .reconfigurationRefused(code: Int(result)) }
    settings.bitrateKbps = bitrateKbps
  }

  /// Moves the library's clock; it wants times that increase by at least one unit.
  private mutating func advance(to presentationTime: MediaTime) throws(X264Error) {
    if let previous = lastPresentationTime {
      guard previous < presentationTime else {
        throw .presentationTimeNotIncreasing(previous: previous, actual: presentationTime)
      }
      let step = min(previous.duration(to: presentationTime), Self.longestStep)
      pts &+= max(1, step.wholeNanoseconds / 1000)
    }
    lastPresentationTime = presentationTime
  }

  private typealias Plane = UnsafeBufferPointer<UInt8>

  /// Points the library's picture at the planes; it reads them only.
  private mutating func setPlanes(
    _ planes: (Plane, Plane, Plane), _ lumaStride: Int, _ chromaStride: Int
  ) {
    picture.img.i_csp = X264_CSP_I420
    picture.img.i_plane = 3
    picture.img.i_stride = (
      Int32(clamping: lumaStride), Int32(clamping: chromaStride), Int32(clamping: chromaStride), 0
    )
    picture.img.plane = (
      UnsafeMutablePointer(mutating: planes.0.baseAddress),
      UnsafeMutablePointer(mutating: planes.1.baseAddress),
      UnsafeMutablePointer(mutating: planes.2.baseAddress), nil
    )
  }
}
