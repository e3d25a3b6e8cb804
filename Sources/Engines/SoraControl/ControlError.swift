import JSON

/// Why a call has no usable answer.
public enum ControlError: Error, Sendable, Hashable {
  // Before anything is sent.
  case parametersUnusable(ControlParameterError)
  /// The URL of the API, and what is wrong with it.
  case urlUnusable(String, reason: String)

  // On the way.
  /// Nothing was sent.
  case cannotConnect(url: String, reason: String)
  /// The certificate or the TLS handshake; nothing was sent.
  case tlsFailed(url: String, reason: String)
  /// No whole answer within the time limit.
  case timedOut(seconds: Double)
  /// The connection ended before the answer did.
  case connectionClosed(reason: String)

  // The answer.
  /// The API says no: 400 and its like.
  case refused(ControlRefusal)
  /// 401 or 403: the access token is missing or wrong.
  case accessDenied(status: Int, detail: String?)
  /// Another status, or an error body that is none of the API's.
  case unexpectedStatus(Int, excerpt: String)
  /// A redirection that cannot be followed.
  case redirectUnusable(location: String?, reason: String)
  case tooManyRedirects(limit: Int)
  case replyTooLarge(limitBytes: Int)
  /// The body is not JSON.
  case notJSON(contentType: String?, excerpt: String, reason: String)
  /// The body is JSON, but not what the documents promise.
  case replyUnusable(ControlReplyError)
}

/// How Sora says no.
///
/// Source: swidden: `{"error_type": …, "error_reason": …}`, for faults of the HTTP request itself
/// `{"type": …}`.
public struct ControlRefusal: Sendable, Hashable {
  /// HTTP status, 400 for almost all.
  public var status: Int
  /// For example `InvalidJSON`, or a word of the operation's own.
  public var type: String
  /// More about it, of any shape; nil if there is none.
  public var reason: JSONValue?

  public init(status: Int, type: String, reason: JSONValue? = nil) {
    self.status = status
    self.type = type
    self.reason = reason
  }
}
