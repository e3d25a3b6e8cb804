import CX264
import Media

/// Encodes pictures as H.264, one access unit per picture and none kept back.
///
/// No B-frames, one slice, one thread; rate control follows the real presentation times of live
/// pictures, stills have a quantizer of their own. The SPS says full range, BT.601 matrix, sRGB
/// transfer and no reordering. Owns one x264 encoder; use it from one thread at a time.
public struct H264Encoder: ~Copyable {
  /// What the encoder was opened with; the bit rate changes with ``reconfigure(bitrateKbps:)``.
  public private(set) var settings: H264EncoderSettings
  /// SPS and PPS of all pictures of this encoder, known from the start.
  public let parameterSets: ParameterSets

  private let handle: X264Handle
  private let level: H264Level
  private var picture = x264_picture_t()
  private var schedule: IDRSchedule
  private var spacing = PictureSpacing(seconds: 1 / Double(H264Level.pictureRate))
  private var lastPresentationTime: MediaTime?

  /// Opens an encoder.
  ///
  /// - Throws: `X264Error.sizeOutOfRange`, `bitrateOutOfRange`, `vbvBufferOutOfRange`,
  ///   `encoderUnavailable`, `parameterSetsMissing`.
  public init(settings: H264EncoderSettings) throws(X264Error) {
    let level = try settings.checkedLevel()
    let parameters = try settings.parameters(level: level)
    let parameterSets = try Self.parameterSets(for: parameters)
    handle = try X264Handle(parameters)
    self.settings = settings
    self.level = level
    self.parameterSets = parameterSets
    schedule = IDRSchedule(interval: settings.keyframeInterval)
    x264_picture_init(&picture)
  }

  /// The parameter sets, with the picture rate marked as variable.
  ///
  /// With the parameters of the running encoder x264 would write that the picture rate is fixed. A
  /// short-lived twin with variable input writes the same sets but for that flag.
  private static func parameterSets(
    for parameters: x264_param_t
  ) throws(X264Error) -> ParameterSets {
    var parameters = parameters
    parameters.b_vfr_input = 1
    parameters.i_timebase_num = parameters.i_fps_den
    parameters.i_timebase_den = parameters.i_fps_num
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
  ///   - isStill: True for a picture that stands for a while instead of a live one; see
  ///     ``StillQuantizer``. Its distance from others says nothing about the picture rate.
  /// - Throws: `X264Error.pictureSizeMismatched`, `presentationTimeNotIncreasing`,
  ///   `reconfigurationRefused`, `encodingFailed`, `pictureDelayed`.
  public mutating func encode(
    _ frame: PixelFrame, presentationTime: MediaTime, forceIDR: Bool, isStill: Bool = false
  ) throws(X264Error) -> EncodedPicture {
    guard frame.size == settings.size else {
      throw .pictureSizeMismatched(expected: settings.size, actual: frame.size)
    }
    try advance(to: presentationTime, isStill: isStill)
    let isIDRDue = forceIDR || schedule.isDue(at: presentationTime)
    picture.i_type = isIDRDue ? X264_TYPE_IDR : X264_TYPE_AUTO
    let quantizer = isStill ? StillQuantizer.value(isIDR: isIDRDue, settings: settings) : nil
    picture.i_qpplus1 = quantizer.map { $0 + 1 } ?? X264_QP_AUTO
    picture.i_pts &+= 1
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
    let previous = settings.bitrateKbps
    settings.bitrateKbps = bitrateKbps
    do {
      try applyRate()
    } catch {
      settings.bitrateKbps = previous
      throw error
    }
  }

  /// Tells the library the rate for the present spacing of the pictures.
  ///
  /// - Parameter elapsed: Time since the picture before, if a still is next.
  private mutating func applyRate(stillAfter elapsed: Duration? = nil) throws(X264Error) {
    var parameters = x264_param_t()
    x264_encoder_parameters(handle.pointer, &parameters)
    settings.setRate(&parameters, spacing: spacing.mean)
    if let elapsed { settings.setRefill(&parameters, elapsed: elapsed) }
    let result = x264_encoder_reconfig(handle.pointer, &parameters)
    guard result == 0 else { throw .reconfigurationRefused(code: Int(result)) }
  }

  /// Checks that time goes on, and follows the picture rate of live pictures.
  private mutating func advance(
    to presentationTime: MediaTime, isStill: Bool
  ) throws(X264Error) {
    if let previous = lastPresentationTime {
      guard previous < presentationTime else {
        throw .presentationTimeNotIncreasing(previous: previous, actual: presentationTime)
      }
      let elapsed = previous.duration(to: presentationTime)
      if !isStill { spacing.pictureFollowed(after: elapsed) }
      try applyRate(stillAfter: isStill ? elapsed : nil)
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
