/// Why a text is not a usable session description; `line` counts from 1.
public enum SDPError: Error, Sendable, Hashable {
  /// The text is longer than any sensible description, in bytes.
  case textTooLong(limit: Int, actual: Int)
  case tooManyLines(limit: Int)
  case tooManyMedia(limit: Int, line: Int)
  /// The text does not start with `v=0`.
  case unsupportedVersion(line: Int)
  /// Not `letter=value`.
  case malformedLine(line: Int)
  /// An `m=` line without media, port, protocol and format.
  case malformedMedia(line: Int)
}
