/// What can be wrong with bytes a client sends.
///
/// Positions are byte offsets from the start of the message.
public enum RTSPError: Error, Sendable, Hashable {
  /// The first byte cannot start a request; 0x16 is a TLS handshake.
  case binaryData(firstByte: UInt8)
  /// The first line ends in the version of another protocol, for example `HTTP/1.1`.
  case foreignProtocol(version: String)
  /// No blank line within the limit.
  case headTooLong(limit: Int)
  case tooManyHeaders(limit: Int)
  /// The first line is not `method SP url SP version`.
  case requestLineMalformed(position: Int)
  case methodTooLong(limit: Int, actual: Int)
  case urlTooLong(limit: Int, actual: Int)
  case urlMalformed(position: Int)
  case versionUnsupported(String)
  /// No colon, an empty name, or a control character in the value.
  case headerMalformed(position: Int)
  /// Not digits, or beyond any sensible number.
  case contentLengthInvalid(position: Int)
  case contentLengthsDiffer(position: Int)
  case bodyTooLong(limit: Int, actual: Int)
  case cseqMissing
  case cseqInvalid(position: Int)
  /// A `Transport` header without one well-formed entry.
  case transportMalformed
  /// An `Authorization` header that cannot be read; the position counts within its value.
  case authorizationMalformed(position: Int)

  /// The status code to answer with.
  public var status: RTSPStatus {
    switch self {
    case .urlTooLong: .requestURLTooLong
    case .versionUnsupported: .versionNotSupported
    case .bodyTooLong: .requestEntityTooLarge
    case .authorizationMalformed: .unauthorized
    case .binaryData, .foreignProtocol, .headTooLong, .tooManyHeaders, .requestLineMalformed,
      .methodTooLong, .urlMalformed, .headerMalformed, .contentLengthInvalid,
      .contentLengthsDiffer, .cseqMissing, .cseqInvalid, .transportMalformed:
      .badRequest
    }
  }
}
