import Media

/// Why a picture was not encoded or an encoder not opened.
public enum X264Error: Error, Sendable, Equatable {
  /// A side is shorter than 16 pixels, or the picture is larger than level 6 allows.
  case sizeOutOfRange(PictureSize)
  /// The bit rate is not within 1…`limitKbps`. A live change may not leave the level that was
  /// announced; open another encoder for that.
  case bitrateOutOfRange(kbps: Int, limitKbps: Int)
  /// The buffer is not within 0.01…60 s.
  case vbvBufferOutOfRange(seconds: Double)
  /// The library gave no encoder for settings that are within its limits: memory ran out.
  case encoderUnavailable
  /// The library wrote no SPS or no PPS.
  case parameterSetsMissing
  /// The picture is of another size than the encoder was opened for.
  case pictureSizeMismatched(expected: PictureSize, actual: PictureSize)
  /// The picture is not later than the one before it.
  case presentationTimeNotIncreasing(previous: MediaTime, actual: MediaTime)
  /// The library refused new rate settings; `code` is its own.
  case reconfigurationRefused(code: Int)
  /// The library failed on a picture; `code` is its own.
  case encodingFailed(code: Int)
  /// The library kept the picture instead of encoding it, which zero latency rules out.
  case pictureDelayed
}
