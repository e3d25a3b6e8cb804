import Media

/// Keeps guessing slow: judgements of logins per client address, for all its connections together.
///
/// An address may have `burst` logins judged at once; each wrong one is paid for and paid back
/// after `interval`. With the burst spent, logins wait for their turn, and when the line gets
/// longer than `longestWait` they are not judged at all. Opening more connections, or leaving
/// before the answer, gains nothing. Right logins cost nothing.
///
/// The table is bounded: the address that was quiet for longest is forgotten first.
public struct LoginGuard: Sendable {
  /// Bounds; every value is a limit of `RTSPLimits`.
  public struct Limits: Sendable, Hashable {
    /// Wrong logins of one address that are judged at once.
    public var burst: Int
    /// Time after which one of them is forgotten.
    public var interval: Duration
    /// A login that would wait longer for its turn is refused.
    public var longestWait: Duration
    /// How long the first wrong answers are held back; later ones up to five times as long.
    public var answerDelay: Duration
    /// Addresses that are remembered.
    public var addresses: Int

    public init(
      burst: Int = 16, interval: Duration = .seconds(2), longestWait: Duration = .seconds(8),
      answerDelay: Duration = .seconds(1), addresses: Int = 1024
    ) {
      self.burst = burst
      self.interval = interval
      self.longestWait = longestWait
      self.answerDelay = answerDelay
      self.addresses = addresses
    }
  }

  /// Whether a login may be judged.
  public enum Admission: Sendable, Hashable {
    case atOnce
    case after(Duration)
    case refused
  }

  /// What an address owes, as time until it owes nothing.
  private struct Debt {
    var nanoseconds: Int64
    var asOf: MediaTime

    mutating func settle(at now: MediaTime) {
      let elapsed = max(0, asOf.duration(to: now).wholeNanoseconds)
      nanoseconds = max(0, nanoseconds - elapsed)
      asOf = max(asOf, now)
    }
  }

  let limits: Limits
  private let price: Int64
  private let credit: Int64
  private var debts: [NetworkAddress: Debt] = [:]

  public init(limits: Limits = Limits()) {
    self.limits = limits
    price = min(max(1, limits.interval.wholeNanoseconds), 3_600_000_000_000)
    credit = price * Int64(min(max(1, limits.burst), 10_000))
  }

  /// Addresses in the table.
  var count: Int { debts.count }

  /// A login has arrived. Unless it is refused, its price is kept until it proves right.
  public mutating func arrived(from address: NetworkAddress, at now: MediaTime) -> Admission {
    let key = address.household
    var debt = debt(of: key, at: now)
    let wait = debt.nanoseconds + price - credit
    guard wait <= limits.longestWait.wholeNanoseconds else {
      // Whoever goes on trying is not forgotten.
      keep(debt, for: key)
      return .refused
    }
    debt.nanoseconds += price
    keep(debt, for: key)
    return wait > 0 ? .after(.nanoseconds(wait)) : .atOnce
  }

  /// The login was right.
  public mutating func wasRight(from address: NetworkAddress, at now: MediaTime) {
    let key = address.household
    guard debts[key] != nil else { return }
    var debt = debt(of: key, at: now)
    debt.nanoseconds = max(0, debt.nanoseconds - price)
    debts[key] = debt.nanoseconds > 0 ? debt : nil
  }

  /// A login was wrong on a connection that had logged in, and so had not waited for a turn.
  public mutating func wasWrongUnasked(from address: NetworkAddress, at now: MediaTime) {
    let key = address.household
    var debt = debt(of: key, at: now)
    // A long line may owe more than what is charged here at most; that stays.
    debt.nanoseconds = max(debt.nanoseconds, min(debt.nanoseconds + price, 2 * credit))
    keep(debt, for: key)
  }

  /// How long after its arrival a wrong login is answered.
  public mutating func answerDelay(for address: NetworkAddress, at now: MediaTime) -> Duration {
    let debt = debt(of: address.household, at: now).nanoseconds
    return limits.answerDelay * (1 + min(4, 4 * debt / credit))
  }

  private func debt(of key: NetworkAddress, at now: MediaTime) -> Debt {
    var debt = debts[key] ?? Debt(nanoseconds: 0, asOf: now)
    debt.settle(at: now)
    return debt
  }

  private mutating func keep(_ debt: Debt, for key: NetworkAddress) {
    if debts[key] == nil, debts.count >= max(1, limits.addresses) {
      debts = debts.filter { pair in
        pair.value.asOf.duration(to: debt.asOf).wholeNanoseconds < pair.value.nanoseconds
      }
      if debts.count >= max(1, limits.addresses),
        let oldest = debts.min(by: { $0.value.asOf < $1.value.asOf })
      {
        debts[oldest.key] = nil
      }
    }
    debts[key] = debt
  }
}
