extension BitReader {
  /// Reads past the video usability information at the end of an SPS, and checks its ranges.
  ///
  /// Nothing in it changes how pictures are decoded.
  ///
  /// Source: ITU-T H.264 §E.1.1, §E.2.1.
  mutating func skipVideoUsability() throws(H264Error) {
    if try flag("aspect_ratio_info_present_flag"), try bits(8, "aspect_ratio_idc") == 255 {
      _ = try bits(16, "sar_width")
      _ = try bits(16, "sar_height")
    }
    if try flag("overscan_info_present_flag") { _ = try flag("overscan_appropriate_flag") }
    if try flag("video_signal_type_present_flag") { try skipSignalType() }
    if try flag("chroma_loc_info_present_flag") {
      _ = try unsigned("chroma_sample_loc_type_top_field", in: 0...5)
      _ = try unsigned("chroma_sample_loc_type_bottom_field", in: 0...5)
    }
    if try flag("timing_info_present_flag") {
      _ = try bits(32, "num_units_in_tick")
      _ = try bits(32, "time_scale")
      _ = try flag("fixed_frame_rate_flag")
    }
    let hasUnitReference = try flag("nal_hrd_parameters_present_flag")
    if hasUnitReference { try skipReferenceDecoder() }
    let hasLayerReference = try flag("vcl_hrd_parameters_present_flag")
    if hasLayerReference { try skipReferenceDecoder() }
    if hasUnitReference || hasLayerReference { _ = try flag("low_delay_hrd_flag") }
    _ = try flag("pic_struct_present_flag")
    if try flag("bitstream_restriction_flag") { try skipRestrictions() }
  }

  private mutating func skipSignalType() throws(H264Error) {
    _ = try bits(3, "video_format")
    _ = try flag("video_full_range_flag")
    guard try flag("colour_description_present_flag") else { return }
    _ = try bits(8, "colour_primaries")
    _ = try bits(8, "transfer_characteristics")
    _ = try bits(8, "matrix_coefficients")
  }

  /// The parameters of the hypothetical reference decoder.
  ///
  /// Source: ITU-T H.264 §E.1.2.
  private mutating func skipReferenceDecoder() throws(H264Error) {
    let bufferCount = try unsigned("cpb_cnt_minus1", in: 0...31) + 1
    _ = try bits(4, "bit_rate_scale")
    _ = try bits(4, "cpb_size_scale")
    for _ in 0..<bufferCount {
      _ = try unsigned("bit_rate_value_minus1")
      _ = try unsigned("cpb_size_value_minus1")
      _ = try flag("cbr_flag")
    }
    _ = try bits(5, "initial_cpb_removal_delay_length_minus1")
    _ = try bits(5, "cpb_removal_delay_length_minus1")
    _ = try bits(5, "dpb_output_delay_length_minus1")
    _ = try bits(5, "time_offset_length")
  }

  private mutating func skipRestrictions() throws(H264Error) {
    _ = try flag("motion_vectors_over_pic_boundaries_flag")
    _ = try unsigned("max_bytes_per_pic_denom", in: 0...16)
    _ = try unsigned("max_bits_per_mb_denom", in: 0...16)
    _ = try unsigned("log2_max_mv_length_horizontal", in: 0...16)
    _ = try unsigned("log2_max_mv_length_vertical", in: 0...16)
    let start = position
    let reordered = try unsigned("max_num_reorder_frames", in: 0...16)
    let buffered = try unsigned("max_dec_frame_buffering", in: 0...16)
    guard reordered <= buffered else {
      throw .valueOutOfRange(field: "max_num_reorder_frames", value: reordered, bit: start)
    }
  }
}
