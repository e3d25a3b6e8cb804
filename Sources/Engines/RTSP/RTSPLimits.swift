/// Bounds on what one RTSP connection may cost, and the times it is given.
///
/// The defaults come from what real clients need and what public servers survive; every value
/// can be changed by the owner of the connection.
public struct RTSPLimits: Sendable, Hashable {
  /// Bytes of a request line and its headers together, blank line included.
  public var headBytes = 8192
  /// Header lines of one request, folded continuations not counted.
  public var headerCount = 64
  /// Bytes of a method name.
  public var methodBytes = 32
  /// Bytes of a request URL; a longer one within `headBytes` is answered 414.
  public var urlBytes = 2048
  /// Bytes of a request body; a longer one is answered 413.
  public var bodyBytes = 16_384
  /// Bytes of an oversized body that are read and thrown away to keep the connection; with a
  /// longer one the connection ends.
  public var skippedBodyBytes = 262_144
  /// Bytes held back while an earlier request waits for its answer, or room for one message if
  /// that is more.
  public var bufferedBytes = 131_072
  /// Requests in a row that cannot be understood before the connection ends.
  public var rejectedRequests = 8
  /// Wrong user names or passwords before the connection ends.
  public var failedLogins = 5
  /// Wrong user names or passwords of one address, whatever number of connections it has.
  public var logins = LoginGuard.Limits()
  /// Interleaved bytes a client may send at once; receiver reports need a tiny part of it.
  public var interleavedBurstBytes = 1_048_576
  /// Interleaved bytes a client may send per minute in the long run.
  public var interleavedBytesPerMinute = 262_144

  /// From accept to the first complete request.
  public var firstRequestTimeout: Duration = .seconds(10)
  /// From the first byte of a request or interleaved frame to its last.
  public var messageTimeout: Duration = .seconds(10)
  /// From the last request to the next one while there is no session.
  public var idleTimeout: Duration = .seconds(30)
  /// What the `Session` header tells clients, in whole seconds.
  public var advertisedSessionTimeout: Duration = .seconds(60)
  /// When a silent session over UDP, or a paused one, really ends. It is longer than advertised
  /// because some players keep a session alive every 70 s.
  public var enforcedSessionTimeout: Duration = .seconds(90)
  /// How long a request may wait for the stream or for sockets before it is answered 503.
  public var answerTimeout: Duration = .seconds(10)

  public init() {}

  /// Bytes that may lie unread: a single message within its own limits always fits.
  var unreadBytes: Int { max(bufferedBytes, headBytes, bodyBytes, Self.interleavedFrameBytes) }

  /// The longest interleaved frame, its four bytes of header included (RFC 2326 §10.12).
  private static let interleavedFrameBytes = 4 + Int(UInt16.max)
}
