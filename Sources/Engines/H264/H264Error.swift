/// Why a parameter set cannot be used.
///
/// Fields carry the names the standard gives them. A `bit` counts from the byte after the NAL unit
/// header, emulation prevention bytes removed.
public enum H264Error: Error, Hashable, Sendable {
  /// The NAL unit is of another type than the one expected; 0 stands for an empty unit.
  case unexpectedUnit(expectedType: UInt8, actualType: UInt8)
  /// The unit is longer than any parameter set of this program's encoder.
  case unitTooLong(limit: Int, actual: Int)
  /// The unit ends inside `field`.
  case truncated(field: String, bit: Int)
  /// An Exp-Golomb code has more than 32 leading zeros.
  case codeTooLong(field: String, bit: Int)
  /// A value is outside what the standard allows.
  case valueOutOfRange(field: String, value: Int, bit: Int)
  /// Everything has been read, and the unit goes on.
  case trailingData(bit: Int)
  /// The stream uses something this program's encoder never does, `field` says where.
  case unsupported(field: String, value: Int)
}
