extension BitReader {
  /// Reads past the scaling lists of a parameter set: eight bits of flags say which are there.
  ///
  /// - Parameter listCount: 6 lists of 16 entries and up to 6 of 64.
  ///
  /// Source: ITU-T H.264 §7.3.2.1.1.1.
  mutating func skipScalingLists(count listCount: Int) throws(H264Error) {
    for list in 0..<listCount where try flag("scaling_list_present_flag") {
      try skipScalingList(entryCount: list < 6 ? 16 : 64)
    }
  }

  private mutating func skipScalingList(entryCount: Int) throws(H264Error) {
    var scale = 8
    for _ in 0..<entryCount {
      let delta = try signed("delta_scale", in: -128...127)
      scale = (scale + delta + 256) % 256
      // The rest repeats the entry before.
      if scale == 0 { return }
    }
  }
}
