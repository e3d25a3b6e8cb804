import CX264
import Media

extension H264EncoderSettings {
  /// The library's parameters for a stream with these settings.
  ///
  /// - Throws: `X264Error.encoderUnavailable` if the library does not know preset or profile.
  func parameters(level: H264Level) throws(X264Error) -> x264_param_t {
    var parameters = x264_param_t()
    guard x264_param_default_preset(&parameters, preset.rawValue, "zerolatency") == 0 else {
      throw .encoderUnavailable
    }
    setPicture(&parameters)
    setLatency(&parameters)
    setRate(&parameters, spacing: 1 / Double(H264Level.pictureRate))
    parameters.i_level_idc = Int32(level.code)
    parameters.i_log_level = X264_LOG_NONE
    guard x264_param_apply_profile(&parameters, profile.libraryName) == 0 else {
      throw .encoderUnavailable
    }
    return parameters
  }

  /// Rate and buffer, also for a live change.
  ///
  /// - Parameter spacing: Mean time between pictures in seconds, see ``PictureSpacing``.
  func setRate(_ parameters: inout x264_param_t, spacing: Double) {
    let apparentKbps = Double(bitrateKbps) * spacing * Double(H264Level.pictureRate)
    parameters.rc.i_rc_method = X264_RC_ABR
    parameters.rc.i_bitrate = max(1, Int32(clamping: Int(apparentKbps.rounded())))
    // Equal rates make x264 keep a constant rate, which the buffer alone governs; its long-term
    // average would not survive a change of the picture rate.
    parameters.rc.i_vbv_max_bitrate = parameters.rc.i_bitrate
    parameters.rc.i_vbv_buffer_size = Int32(clamping: vbvBufferKbit)
  }

  /// Lets the buffer fill as it does in the time before a still, after ``setRate(_:spacing:)``.
  ///
  /// The library counts pictures, and would else think that each comes a live picture's time after
  /// the one before. Half the buffer at most: with more it takes each picture for one that has to
  /// fill the buffer.
  func setRefill(_ parameters: inout x264_param_t, elapsed: Duration) {
    let refillKbit = min(Double(bitrateKbps) * elapsed.inSeconds, Double(vbvBufferKbit) / 2)
    let apparentKbps = Int32(clamping: Int(refillKbit * Double(H264Level.pictureRate)))
    parameters.rc.i_bitrate = max(1, apparentKbps)
    parameters.rc.i_vbv_max_bitrate = parameters.rc.i_bitrate
  }

  /// Size and colours. A JPEG is full range BT.601 with sRGB transfer and centred chroma; saying so
  /// here spares every conversion. Codes as in H.264 annex E.
  private func setPicture(_ parameters: inout x264_param_t) {
    parameters.i_width = Int32(clamping: codedSize.width)
    parameters.i_height = Int32(clamping: codedSize.height)
    parameters.i_csp = X264_CSP_I420
    parameters.vui.i_sar_width = 1
    parameters.vui.i_sar_height = 1
    parameters.vui.b_fullrange = 1
    parameters.vui.i_colorprim = 1  // BT.709, the primaries of sRGB
    parameters.vui.i_transfer = 13  // IEC 61966-2-1, sRGB
    parameters.vui.i_colmatrix = 6  // SMPTE 170M, the matrix of BT.601
    parameters.vui.i_chroma_loc = 1  // centre of the four pixels
  }

  /// One picture in, one access unit out; IDRs only when asked for.
  private func setLatency(_ parameters: inout x264_param_t) {
    // A second thread costs a picture of delay, or slices without gain at liveview sizes.
    parameters.i_threads = 1
    parameters.b_sliced_threads = 0
    // Input of variable rate would cost another one.
    parameters.b_vfr_input = 0
    parameters.i_fps_num = UInt32(H264Level.pictureRate)
    parameters.i_fps_den = 1
    parameters.i_bframe = 0
    parameters.i_scenecut_threshold = 0
    parameters.b_intra_refresh = 0
    parameters.i_keyint_max = X264_KEYINT_MAX_INFINITE
    parameters.i_keyint_min = 1
    parameters.b_open_gop = 0
    // Parameter sets travel beside the pictures, units without start codes.
    parameters.b_repeat_headers = 0
    parameters.b_annexb = 0
    parameters.b_aud = 0
  }
}
