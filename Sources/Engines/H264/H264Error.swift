/// Why a parameter set cannot be used.
public enum H264Error: Error, Hashable, Sendable {
  /// The unit ends inside `field`; `bit` counts from the byte after the NAL unit header, emulation
  /// prevention bytes removed.
  case truncated(field: String, bit: Int)
  /// A value is outside what the standard allows.
  case valueOutOfRange(field: String, value: UInt64, bit: Int)
  /// The stream uses something this program's encoder never does.
  case unsupported(String)
}
