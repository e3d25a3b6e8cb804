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

extension SDPError: CustomStringConvertible {
  /// For people: what is wrong, and where.
  public var description: String {
    switch self {
    case .textTooLong(let limit, let actual):
      "it has \(actual) bytes, and \(limit) at most are read"
    case .tooManyLines(let limit): "it has more than \(limit) lines"
    case .tooManyMedia(let limit, let line):
      "line \(line) begins one media section more than the \(limit) allowed"
    case .unsupportedVersion(let line): "line \(line) is not v=0; is it SDP?"
    case .malformedLine(let line): "line \(line) is not a letter, = and a value"
    case .malformedMedia(let line):
      "line \(line), m=, does not name a medium, a port, a protocol and a format"
    }
  }
}
