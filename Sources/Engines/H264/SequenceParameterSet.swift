import Media

/// What an SPS says about size, numbering and references; the rest is checked and left out.
///
/// Source: ITU-T H.264 §7.3.2.1.1, §7.4.2.1.1.
public struct SequenceParameterSet: Sendable, Hashable {
  /// `profile_idc`, for example 66 for Baseline.
  public private(set) var profileCode: Int
  /// Ten times the level, `level_idc`.
  public private(set) var levelCode: Int
  /// `seq_parameter_set_id`, 0 to 31; a PPS names it.
  public private(set) var identifier: Int
  /// `chroma_format_idc`: 0 monochrome, 1 for 4:2:0, 2 for 4:2:2, 3 for 4:4:4.
  public private(set) var chromaFormat = 1
  /// True if the three colours are coded as three monochrome pictures.
  public private(set) var hasSeparatePlanes = false
  /// Bits per luma sample, 8 to 14.
  public private(set) var lumaBitDepth = 8
  /// The number of values `frame_num` takes before it starts over, `MaxFrameNum`.
  public private(set) var maxFrameNumber = 16
  /// `pic_order_cnt_type`; 2 says that pictures are shown in the order they are decoded in.
  public private(set) var pictureOrderCountType = 2
  /// `max_num_ref_frames`, 0 to 16.
  public private(set) var referenceFrameLimit = 1
  /// True if frame numbers may be missing.
  public private(set) var allowsFrameNumberGaps = false
  /// False if pictures may be fields.
  public private(set) var hasFramesOnly = true
  /// The coded width, before cropping.
  public private(set) var widthInMacroblocks = 0
  /// The coded height of a frame, before cropping.
  public private(set) var heightInMacroblocks = 0
  /// The size that is shown.
  public private(set) var size = PictureSize(width: 0, height: 0)

  /// `ChromaArrayType` is not 0: macroblocks hold chroma samples.
  var hasChroma: Bool { chromaFormat != 0 && !hasSeparatePlanes }

  /// Reads an SPS.
  ///
  /// - Throws: Every case of ``H264Error`` but `unsupported`.
  public init(_ unit: NALUnit) throws(H264Error) {
    var reader = try BitReader(unit, type: NALUnit.TypeCode.sequenceParameterSet)
    profileCode = try reader.bits(8, "profile_idc")
    _ = try reader.bits(8, "constraint_set_flags")
    levelCode = try reader.bits(8, "level_idc")
    identifier = try reader.unsigned("seq_parameter_set_id", in: 0...31)
    if Self.profilesWithChromaFormat.contains(profileCode) { try readChromaFormat(&reader) }
    try readNumbering(&reader)
    try readSize(&reader)
    if try reader.flag("vui_parameters_present_flag") { try reader.skipVideoUsability() }
    try reader.finish()
  }

  /// High and what came after it.
  private static let profilesWithChromaFormat: Set = [
    44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244,
  ]

  private mutating func readChromaFormat(_ reader: inout BitReader) throws(H264Error) {
    chromaFormat = try reader.unsigned("chroma_format_idc", in: 0...3)
    if chromaFormat == 3 { hasSeparatePlanes = try reader.flag("separate_colour_plane_flag") }
    lumaBitDepth = try 8 + reader.unsigned("bit_depth_luma_minus8", in: 0...6)
    _ = try reader.unsigned("bit_depth_chroma_minus8", in: 0...6)
    _ = try reader.flag("qpprime_y_zero_transform_bypass_flag")
    if try reader.flag("seq_scaling_matrix_present_flag") {
      try reader.skipScalingLists(count: chromaFormat == 3 ? 12 : 8)
    }
  }

  private mutating func readNumbering(_ reader: inout BitReader) throws(H264Error) {
    maxFrameNumber = try 1 << (4 + reader.unsigned("log2_max_frame_num_minus4", in: 0...12))
    pictureOrderCountType = try reader.unsigned("pic_order_cnt_type", in: 0...2)
    switch pictureOrderCountType {
    case 0:
      _ = try reader.unsigned("log2_max_pic_order_cnt_lsb_minus4", in: 0...12)
    case 1:
      _ = try reader.flag("delta_pic_order_always_zero_flag")
      _ = try reader.signed("offset_for_non_ref_pic")
      _ = try reader.signed("offset_for_top_to_bottom_field")
      for _ in 0..<(try reader.unsigned("num_ref_frames_in_pic_order_cnt_cycle", in: 0...255)) {
        _ = try reader.signed("offset_for_ref_frame")
      }
    default:
      break
    }
    referenceFrameLimit = try reader.unsigned("max_num_ref_frames", in: 0...16)
    allowsFrameNumberGaps = try reader.flag("gaps_in_frame_num_value_allowed_flag")
  }

  private mutating func readSize(_ reader: inout BitReader) throws(H264Error) {
    let start = reader.position
    widthInMacroblocks = try 1 + reader.unsigned("pic_width_in_mbs_minus1", in: 0...1054)
    let mapUnits = try 1 + reader.unsigned("pic_height_in_map_units_minus1", in: 0...1054)
    hasFramesOnly = try reader.flag("frame_mbs_only_flag")
    heightInMacroblocks = hasFramesOnly ? mapUnits : mapUnits * 2
    if !hasFramesOnly { _ = try reader.flag("mb_adaptive_frame_field_flag") }
    let macroblocks = widthInMacroblocks * heightInMacroblocks
    guard macroblocks <= Self.macroblockLimit else {
      throw .valueOutOfRange(field: "PicSizeInMbs", value: macroblocks, bit: start)
    }
    _ = try reader.flag("direct_8x8_inference_flag")
    size = PictureSize(width: widthInMacroblocks * 16, height: heightInMacroblocks * 16)
    if try reader.flag("frame_cropping_flag") { try crop(&reader) }
  }

  /// `MaxFS` of level 6.2, the largest in table A-1; a side is √(8 × `MaxFS`) at most.
  private static let macroblockLimit = 139_264

  /// Takes the cropping rectangle off the size.
  private mutating func crop(_ reader: inout BitReader) throws(H264Error) {
    let unitWidth = hasChroma && chromaFormat < 3 ? 2 : 1
    let unitHeight = (hasChroma && chromaFormat == 1 ? 2 : 1) * (hasFramesOnly ? 1 : 2)
    size.width = try cropped(size.width, unitWidth, &reader, "left", "right")
    size.height = try cropped(size.height, unitHeight, &reader, "top", "bottom")
  }

  private func cropped(
    _ length: Int, _ unit: Int, _ reader: inout BitReader, _ near: String, _ far: String
  ) throws(H264Error) -> Int {
    let start = reader.position
    let first = try reader.unsigned("frame_crop_\(near)_offset")
    let last = try reader.unsigned("frame_crop_\(far)_offset")
    let offset = (first + last) * unit
    guard offset < length else {
      throw .valueOutOfRange(field: "frame_crop_\(near)_offset", value: first + last, bit: start)
    }
    return length - offset
  }
}
