import Media

@testable import H264

/// Parameter sets written field by field, to show the parsers what x264 never writes.
struct SampleSequence {
  var profile: UInt64 = 66
  var identifier: UInt32 = 0
  /// Replaces what High has before `log2_max_frame_num_minus4`.
  var chroma: (inout BitWriter) -> Void = { _ in }
  var frameNumberBits: UInt32 = 4
  /// Replaces `pic_order_cnt_type` and what belongs to it.
  var order: (inout BitWriter) -> Void = { $0.appendUnsigned(2) }
  var references: UInt32 = 1
  var allowsGaps = false
  var width: UInt32 = 40
  var height: UInt32 = 27
  var hasFramesOnly = true
  /// Left, right, top, bottom.
  var cropping: [UInt32] = []
  var usability: ((inout BitWriter) -> Void)?

  var unit: NALUnit {
    var writer = BitWriter()
    for byte in [profile, 0, 31] { writer.append(byte, bitCount: 8) }
    writer.appendUnsigned(identifier)
    chroma(&writer)
    writer.appendUnsigned(frameNumberBits &- 4)
    order(&writer)
    writer.appendUnsigned(references)
    writer.append(allowsGaps)
    writer.appendUnsigned(width &- 1)
    writer.appendUnsigned(height &- 1)
    writer.append(hasFramesOnly)
    if !hasFramesOnly { writer.append(false) }
    writer.append(true)  // direct_8x8_inference_flag
    writer.append(!cropping.isEmpty)
    for offset in cropping { writer.appendUnsigned(offset) }
    writer.append(usability != nil)
    usability?(&writer)
    writer.appendTrailingBits()
    return writer.unit(header: 0x67)
  }

  /// 4:4:4 with all twelve scaling lists: every second one all its entries, others cut short.
  static let fullChroma: @Sendable (inout BitWriter) -> Void = { writer in
    writer.appendUnsigned(3)  // chroma_format_idc
    writer.append(false)  // separate_colour_plane_flag
    writer.appendUnsigned(2)  // bit_depth_luma_minus8
    writer.appendUnsigned(2)  // bit_depth_chroma_minus8
    writer.append(false)  // qpprime_y_zero_transform_bypass_flag
    writer.append(true)  // seq_scaling_matrix_present_flag
    for list in 0..<12 { appendScalingList(list, to: &writer) }
  }

  static func appendScalingList(_ list: Int, to writer: inout BitWriter) {
    writer.append(true)  // scaling_list_present_flag
    guard list % 2 == 0 else { return writer.appendSigned(-8) }
    for entry in 0..<(list < 6 ? 16 : 64) { writer.appendSigned(entry == 0 ? 120 : 1) }
  }

  /// Every part of the VUI, with both HRDs.
  static func fullUsability(reordered: UInt32 = 0, buffered: UInt32 = 4)
    -> (inout BitWriter) -> Void
  {
    { writer in
      writer.append(true)  // aspect_ratio_info_present_flag
      writer.append(255, bitCount: 8)
      writer.append(4 << 16 | 3, bitCount: 32)
      writer.append(0b11, bitCount: 2)  // overscan
      writer.append(0b1_101_1_1, bitCount: 6)  // video signal type with colours
      writer.append(0x01_0D_06, bitCount: 24)
      writer.append(true)  // chroma_loc_info_present_flag
      for _ in 0..<2 { writer.appendUnsigned(5) }
      writer.append(true)  // timing_info_present_flag
      for _ in 0..<2 { writer.append(0xFFFF_FFFF, bitCount: 32) }
      writer.append(true)
      for count in [1, 32] as [UInt32] { appendReferenceDecoder(count, to: &writer) }
      writer.append(false)  // low_delay_hrd_flag
      writer.append(true)  // pic_struct_present_flag
      writer.append(true)  // bitstream_restriction_flag
      writer.append(true)
      for value in [0, 0, 11, 11, reordered, buffered] { writer.appendUnsigned(value) }
    }
  }

  private static func appendReferenceDecoder(_ count: UInt32, to writer: inout BitWriter) {
    writer.append(true)
    writer.appendUnsigned(count - 1)
    writer.append(0x12, bitCount: 8)
    for _ in 0..<count {
      writer.appendUnsigned(0xFFFF_FFFE)
      writer.appendUnsigned(7)
      writer.append(true)
    }
    writer.append(0xFFFFF, bitCount: 20)
  }
}

struct SamplePicture {
  var identifier: UInt32 = 0
  var sequenceIdentifier: UInt32 = 0
  var usesArithmeticCoding = false
  var sliceGroups: UInt32 = 1
  var references: UInt32 = 1
  var weightsPredictions = false
  var quantizer: Int32 = 26
  var controlsDeblocking = true
  var allowsRedundantPictures = false
  /// What High adds.
  var transform: ((inout BitWriter) -> Void)?

  var unit: NALUnit {
    var writer = BitWriter()
    writer.appendUnsigned(identifier)
    writer.appendUnsigned(sequenceIdentifier)
    writer.append(usesArithmeticCoding)
    writer.append(false)  // bottom_field_pic_order_in_frame_present_flag
    writer.appendUnsigned(sliceGroups &- 1)
    writer.appendUnsigned(references &- 1)
    writer.appendUnsigned(0)
    writer.append(weightsPredictions)
    writer.append(0, bitCount: 2)  // weighted_bipred_idc
    writer.appendSigned(quantizer - 26)
    writer.appendSigned(0)
    writer.appendSigned(-2)  // chroma_qp_index_offset
    writer.append(controlsDeblocking)
    writer.append(false)  // constrained_intra_pred_flag
    writer.append(allowsRedundantPictures)
    transform?(&writer)
    writer.appendTrailingBits()
    return writer.unit(header: 0x68)
  }

  /// A transform of 8×8 with the scaling lists that go with it.
  static func fullTransform(listCount: Int) -> (inout BitWriter) -> Void {
    { writer in
      writer.append(true)  // transform_8x8_mode_flag
      writer.append(true)  // pic_scaling_matrix_present_flag
      for list in 0..<listCount { SampleSequence.appendScalingList(list, to: &writer) }
      writer.appendSigned(12)  // second_chroma_qp_index_offset
    }
  }
}
