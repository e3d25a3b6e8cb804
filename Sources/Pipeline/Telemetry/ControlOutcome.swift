/// How a control action ended, in no protocol's words.
///
/// Every case carries what is to be told, an object; it must hold no secrets.
public enum ControlOutcome: Sendable, Hashable {
  /// Done; the value says what came of it.
  case done(StatusValue)
  /// The request's parameters cannot be used; nobody was asked.
  case unusableParameters(StatusValue)
  /// The other side has understood, and will not.
  case refused(StatusValue)
  /// Not now: what it takes is switched off, or has not begun.
  case unavailable(StatusValue)
  /// The other side could not be reached, or answered what makes no sense.
  case unreachable(StatusValue)
  /// The other side did not answer in time; whether it has done it is unknown.
  case timedOut(StatusValue)

  /// What is to be told.
  public var value: StatusValue {
    switch self {
    case .done(let value), .unusableParameters(let value), .refused(let value),
      .unavailable(let value), .unreachable(let value), .timedOut(let value):
      value
    }
  }
}
