import JSON

/// Why a call has no usable answer.
public enum ControlError: Error, Sendable, Hashable {
  // Before anything is sent.
  case parametersUnusable(ControlParameterError)
  /// The URL of the API, and what is wrong with it.
  case urlUnusable(String, reason: String)
  /// An access token that no header can hold.
  case accessTokenUnusable(reason: String)

  // On the way.
  /// Nothing was sent.
  case cannotConnect(url: String, reason: String)
  /// The certificate or the TLS handshake; nothing was sent.
  case tlsFailed(url: String, reason: String)
  /// The call, or a part of it, was sent, and there is no whole answer within the time limit.
  /// In doubt is what it has changed; a call that only reads never is.
  case timedOut(seconds: Double, isInDoubt: Bool = true)
  /// The connection ended before the answer did.
  case connectionClosed(reason: String, isInDoubt: Bool = true)
  /// Whoever waited for the answer gave up.
  case cancelled

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
  /// What answers does not speak HTTP.
  case notHTTP(reason: String)
  /// The body is not JSON.
  case notJSON(contentType: String?, excerpt: String, reason: String)
  /// The body is JSON, but not what the documents promise.
  case replyUnusable(ControlReplyError)
}

extension ControlError {
  /// The case's name in one word, for programs.
  public var kind: String {
    switch self {
    case .parametersUnusable: "parametersUnusable"
    case .urlUnusable: "urlUnusable"
    case .accessTokenUnusable: "accessTokenUnusable"
    case .cannotConnect: "cannotConnect"
    case .tlsFailed: "tlsFailed"
    case .timedOut: "timedOut"
    case .connectionClosed: "connectionClosed"
    case .cancelled: "cancelled"
    case .refused: "refused"
    case .accessDenied: "accessDenied"
    case .unexpectedStatus: "unexpectedStatus"
    case .redirectUnusable: "redirectUnusable"
    case .tooManyRedirects: "tooManyRedirects"
    case .replyTooLarge: "replyTooLarge"
    case .notHTTP: "notHTTP"
    case .notJSON: "notJSON"
    case .replyUnusable: "replyUnusable"
    }
  }
}

extension ControlError: CustomStringConvertible {
  /// One line for people: what happened, and where it is not obvious, what to do. Never has a
  /// secret in it.
  public var description: String {
    switch self {
    case .parametersUnusable(let error):
      "the parameters cannot be sent: "
        + error.problems.map(\.description).joined(separator: "; ")
    case .urlUnusable(let url, let reason): "the URL \(url) cannot be used: \(reason)"
    case .accessTokenUnusable(let reason): "the access token cannot be used: \(reason)"
    case .cannotConnect(let url, let reason): "cannot connect to \(url): \(reason)"
    case .tlsFailed(let url, let reason): "no secure connection to \(url): \(reason)"
    case .timedOut(let seconds, let isInDoubt):
      "no whole answer within \(Self.shown(seconds)) s" + Self.doubt(isInDoubt)
    case .connectionClosed(let reason, let isInDoubt):
      "the connection ended before the answer did (\(reason))" + Self.doubt(isInDoubt)
    case .cancelled: "given up before the answer came"
    case .refused(let refusal): refusal.description
    case .accessDenied(let status, let detail):
      "access denied (status \(status)\(detail.map { ": \($0)" } ?? "")); is the access token "
        + "there, right and still valid?"
    case .unexpectedStatus(let status, let excerpt):
      "the server answered with status \(status)"
        + (excerpt.isEmpty ? "" : " and “\(excerpt)”") + Self.hint(status)
    case .redirectUnusable(let location, let reason):
      "the server redirects\(location.map { " to \($0)" } ?? ""), which cannot be followed: "
        + reason
    case .tooManyRedirects(let limit):
      "the server redirects more than \(limit) times; is its cluster set up right?"
    case .replyTooLarge(let limit):
      "the answer is larger than \(limit / 1024 / 1024) MiB; is this the URL of the API?"
    case .notHTTP(let reason):
      "what answers does not speak HTTP (\(reason)); is this the URL of the API?"
    case .notJSON(let contentType, let excerpt, let reason):
      "the answer is not JSON: \(reason)" + (contentType.map { ", \($0)" } ?? "")
        + (excerpt.isEmpty ? "" : ", “\(excerpt)”")
    case .replyUnusable(let error): "the answer is not as documented: \(error)"
    }
  }

  private static func doubt(_ isInDoubt: Bool) -> String {
    isInDoubt ? "; the call may be carried out all the same" : ""
  }

  private static func hint(_ status: Int) -> String {
    switch status {
    case 404, 405: "; is this the URL of the API?"
    case 408, 429, 500...: "; try again later"
    default: ""
    }
  }

  /// Without needless decimals: `10`, `2.5`.
  static func shown(_ seconds: Double) -> String {
    seconds.truncatingRemainder(dividingBy: 1) == 0 && seconds.magnitude < 1e9
      ? String(Int(seconds)) : String(seconds)
  }
}
