import Media

/// A P slice that covers a whole picture and skips every macroblock of it.
///
/// A skipped macroblock takes the motion vector its neighbours predict. The first has no neighbours,
/// so its vector is zero, and with it those of all others: the decoded picture is a copy of the
/// first reference.
///
/// Source: ITU-T H.264 §7.3.2.8, §7.3.3, §7.3.4, §8.4.1.1.
struct SkipSlice {
  let sequence: SequenceParameterSet
  let picture: PictureParameterSet

  /// A reference picture as x264's: `nal_ref_idc` 2, type 1.
  private static let header = 2 << 5 | NALUnit.TypeCode.nonIDRSlice

  func unit(frameNumber: Int) -> NALUnit {
    var writer = BitWriter()
    writeHeader(frameNumber: frameNumber, to: &writer)
    if picture.usesArithmeticCoding {
      writer.align(with: true)
      writer = arithmeticData(after: writer)
    } else {
      writer.appendUnsigned(UInt32(macroblockCount))  // mb_skip_run
      writer.appendTrailingBits()
    }
    return writer.unit(header: Self.header)
  }

  private var macroblockCount: Int {
    sequence.widthInMacroblocks * sequence.heightInMacroblocks
  }

  /// The slice header of a frame whose order count is of type 2.
  private func writeHeader(frameNumber: Int, to writer: inout BitWriter) {
    writer.appendUnsigned(0)  // first_mb_in_slice
    writer.appendUnsigned(5)  // slice_type: P, as all slices of the picture
    writer.appendUnsigned(UInt32(picture.identifier))
    writer.append(
      UInt64(frameNumber), bitCount: sequence.maxFrameNumber.trailingZeroBitCount)
    // One reference suffices.
    let overridesReferenceCount = picture.defaultReferenceCount != 1
    writer.append(overridesReferenceCount)  // num_ref_idx_active_override_flag
    if overridesReferenceCount { writer.appendUnsigned(0) }  // num_ref_idx_l0_active_minus1
    writer.append(false)  // ref_pic_list_modification_flag_l0
    if picture.weightsPredictions { writeWeights(to: &writer) }
    writer.append(false)  // adaptive_ref_pic_marking_mode_flag
    if picture.usesArithmeticCoding { writer.appendUnsigned(0) }  // cabac_init_idc
    writer.appendSigned(0)  // slice_qp_delta
    if picture.controlsDeblocking { writer.appendUnsigned(1) }  // disable_deblocking_filter_idc
  }

  /// A table without weights: samples are taken as they are.
  private func writeWeights(to writer: inout BitWriter) {
    writer.appendUnsigned(0)  // luma_log2_weight_denom
    if sequence.hasChroma { writer.appendUnsigned(0) }  // chroma_log2_weight_denom
    writer.append(false)  // luma_weight_l0_flag
    if sequence.hasChroma { writer.append(false) }  // chroma_weight_l0_flag
  }

  /// `mb_skip_flag` and `end_of_slice_flag` of every macroblock.
  ///
  /// Neighbours that are skipped or missing leave the context at the first of three, `ctxIdx` 11.
  private func arithmeticData(after writer: BitWriter) -> BitWriter {
    var encoder = ArithmeticEncoder(after: writer)
    // Table 9-13, ctxIdx 11, cabac_init_idc 0.
    var context = BinContext(slope: 23, offset: 33, quantizer: picture.initialQuantizer)
    for number in 1...max(macroblockCount, 1) {
      encoder.encode(true, &context)
      encoder.encodeEnd(number == macroblockCount)
    }
    var result = encoder.writer
    result.align(with: false)
    return result
  }
}
