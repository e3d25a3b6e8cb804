extension ControlError {
  /// What a call may have changed though it failed.
  public enum Effect: Sendable, Hashable {
    /// Nothing: it was not sent, or turned away before anybody looked at what it asks for. The same
    /// call may succeed later.
    case none
    /// Nothing: the API read the call and says no. The same call gets the same answer until
    /// something changes.
    case refusal
    /// It may have been carried out, as a whole or in part.
    case unknown
  }

  /// The one place that says what failures mean; whoever has to undo, repeat or give up asks it.
  ///
  /// A call that only reads is `unknown`, too, where another would be: nothing depends on it.
  ///
  /// Source: RFC 9110 §15; RFC 6585 §4 for 429; swidden answers 400 to what it refuses, and 500 if
  /// the operation failed inside, after it began.
  public var effect: Effect {
    switch self {
    case .parametersUnusable, .urlUnusable, .accessTokenUnusable, .cannotConnect, .tlsFailed: .none
    // The request got there, or a part of it.
    case .timedOut, .connectionClosed, .cancelled, .notHTTP: .unknown
    case .refused(let refusal): Self.effect(ofStatus: refusal.status, otherwise: .refusal)
    // Whoever guards the API says so, before the API hears of it.
    case .accessDenied: .none
    // Words that are none of the API's: something on the way, which may be gone soon.
    case .unexpectedStatus(let status, _): Self.effect(ofStatus: status, otherwise: .none)
    // 303 is for what was done. 307 and 308, of which there were too many, for what was not.
    case .redirectUnusable: .unknown
    case .tooManyRedirects: .none
    // The API says yes, then something else.
    case .replyTooLarge, .notJSON, .replyUnusable: .unknown
    }
  }

  /// Whether the call may have been carried out.
  public var mayHaveHappened: Bool { effect == .unknown }

  /// Whether the API read the call and says no, for good.
  public var isRefusal: Bool { effect == .refusal }

  /// Whether the API looked for what the call is about, and says no; not because of how the request
  /// was made, or because it does not know the operation.
  public var isRefusalOfTheOperation: Bool {
    guard case .refused(let refusal) = self else { return false }
    return isRefusal && !refusal.isOfTheRequest
  }

  private static func effect(ofStatus status: Int, otherwise: Effect) -> Effect {
    switch status {
    // Too many calls: turned away unread, and so no word about what the call is about.
    case 429: .none
    // A server that waited in vain for the rest of the request, or a proxy that waited for the API.
    case 408: .unknown
    case 400..<500: otherwise
    default: .unknown
    }
  }
}
