import Media

/// Totals of the encoder since the start, for status and metrics.
public struct EncoderCounters: Sendable {
  /// Pictures encoded, repeated and offline ones included.
  public internal(set) var encoded: UInt64 = 0
  /// Of these, pictures that were encoded again to give a viewer an IDR at once.
  public internal(set) var repeated: UInt64 = 0
  /// JPEGs that could not be decoded whole, and were skipped.
  public internal(set) var corrupt: UInt64 = 0
  /// Pictures the encoder refused.
  public internal(set) var failed: UInt64 = 0
  /// Time spent decoding, on the wall.
  public internal(set) var decodeTime: Duration = .zero
  /// Time spent encoding, on the wall.
  public internal(set) var encodeTime: Duration = .zero
  /// Processor time of both, as the encoder's thread used it.
  public internal(set) var cpuTime: Duration = .zero
  public internal(set) var lastEncodedAt: MediaTime?
}
