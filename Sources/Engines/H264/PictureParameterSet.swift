import Media

/// What a PPS says about slice headers; the rest is checked and left out.
///
/// Source: ITU-T H.264 §7.3.2.2, §7.4.2.2.
public struct PictureParameterSet: Sendable, Hashable {
  /// `pic_parameter_set_id`, 0 to 255; slices name it.
  public private(set) var identifier: Int
  /// `seq_parameter_set_id` of the SPS it belongs to.
  public private(set) var sequenceIdentifier: Int
  /// True for CABAC, false for CAVLC.
  public private(set) var usesArithmeticCoding: Bool
  /// `num_ref_idx_l0_default_active_minus1` + 1: length of a P slice's reference list, 1 to 32.
  public private(set) var defaultReferenceCount: Int
  /// True if P slices carry weights for their references.
  public private(set) var weightsPredictions: Bool
  /// The quantizer slices start from, 26 + `pic_init_qp_minus26`.
  public private(set) var initialQuantizer: Int
  /// True if slices say whether edges are filtered.
  public private(set) var controlsDeblocking: Bool
  /// True if slices may be sent a second time in another form.
  public private(set) var allowsRedundantPictures: Bool

  /// Reads a PPS.
  ///
  /// - Parameter sequence: The SPS it belongs to; whether the PPS says so is left to the caller.
  /// - Throws: Every case of ``H264Error``; `unsupported` for slice groups.
  public init(_ unit: NALUnit, sequence: SequenceParameterSet) throws(H264Error) {
    var reader = try BitReader(unit, type: NALUnit.TypeCode.pictureParameterSet)
    identifier = try reader.unsigned("pic_parameter_set_id", in: 0...255)
    sequenceIdentifier = try reader.unsigned("seq_parameter_set_id", in: 0...31)
    usesArithmeticCoding = try reader.flag("entropy_coding_mode_flag")
    _ = try reader.flag("bottom_field_pic_order_in_frame_present_flag")
    let sliceGroups = try reader.unsigned("num_slice_groups_minus1", in: 0...7)
    guard sliceGroups == 0 else {
      throw .unsupported(field: "num_slice_groups_minus1", value: sliceGroups)
    }
    defaultReferenceCount =
      try 1 + reader.unsigned("num_ref_idx_l0_default_active_minus1", in: 0...31)
    _ = try reader.unsigned("num_ref_idx_l1_default_active_minus1", in: 0...31)
    weightsPredictions = try reader.flag("weighted_pred_flag")
    _ = try reader.bits(2, "weighted_bipred_idc")
    let lowest = -26 - 6 * (sequence.lumaBitDepth - 8)
    initialQuantizer = try 26 + reader.signed("pic_init_qp_minus26", in: lowest...25)
    _ = try reader.signed("pic_init_qs_minus26", in: -26...25)
    _ = try reader.signed("chroma_qp_index_offset", in: -12...12)
    controlsDeblocking = try reader.flag("deblocking_filter_control_present_flag")
    _ = try reader.flag("constrained_intra_pred_flag")
    allowsRedundantPictures = try reader.flag("redundant_pic_cnt_present_flag")
    if reader.hasMore { try Self.skipTransform(&reader, sequence) }
    try reader.finish()
  }

  /// What High added at the end.
  private static func skipTransform(
    _ reader: inout BitReader, _ sequence: SequenceParameterSet
  ) throws(H264Error) {
    let hasLargeTransform = try reader.flag("transform_8x8_mode_flag")
    if try reader.flag("pic_scaling_matrix_present_flag") {
      let large = sequence.chromaFormat == 3 ? 6 : 2
      try reader.skipScalingLists(count: 6 + (hasLargeTransform ? large : 0))
    }
    _ = try reader.signed("second_chroma_qp_index_offset", in: -12...12)
  }
}
