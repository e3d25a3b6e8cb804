import Crypto
import Media

/// Judges the logins of all connections of one server.
///
/// A connection orders `authenticate`; its owner asks the desk, waits or computes as the desk
/// says, and tells the connection the verdict.
///
/// ```
/// judge ──▶ verdict                        (plain passwords, Digest, nothing shown)
///   ├────▶ later(attempt, after) ──▶ judge  (its address has guessed too often, or the same
///   │                                        login is being computed)
///   └────▶ check ──▶ evaluate() ──▶ finished ──▶ verdict   (a hashed password, or a wrong one
///                                                           where there are any)
/// ```
///
/// Source: RFC 2326 §12.5 and §12.44, RFC 7617, RFC 7616, RFC 2617.
public struct LoginDesk: Sendable {
  /// What the owner does next.
  public enum Decision: Sendable {
    case verdict(RTSPLoginVerdict)
    /// Ask again after this time.
    case later(RTSPLoginAttempt, after: Duration)
    /// Evaluate off the event loop, then call `finished(_:isRight:at:)` without fail.
    case check(PasswordCheck)
  }

  /// How long a nonce may lie about before a connection first uses it.
  static let nonceLifetime: Duration = .seconds(60)
  /// How often a login asks for the result of the same one that is being computed.
  static let resultInterval: Duration = .milliseconds(50)

  private let authentication: RTSPAuthentication
  private let presentation: RTSPPresentation
  private let mint: NonceMint
  private let opaque: String
  private var loginGuard: LoginGuard
  private var verified: VerifiedPasswords
  /// Logins that are being computed.
  private var evaluating: Set<VerifiedPasswords.Fingerprint> = []
  /// Wrong logins since the server began.
  public private(set) var failureCount: UInt64 = 0

  /// - Parameter generator: For the keys of nonces and fingerprints; must be hard to predict.
  public init(
    configuration: RTSPServerConfiguration, generator: inout some RandomNumberGenerator
  ) {
    authentication = configuration.authentication
    presentation = configuration.presentation
    mint = NonceMint(key: Self.key(using: &generator))
    verified = VerifiedPasswords(key: Self.key(using: &generator))
    opaque = String(decoding: hexDigits(Self.bytes(8, using: &generator)), as: UTF8.self)
    loginGuard = LoginGuard(limits: configuration.limits.logins)
  }

  private static func key(using generator: inout some RandomNumberGenerator) -> SymmetricKey {
    SymmetricKey(data: bytes(32, using: &generator))
  }

  private static func bytes(
    _ count: Int, using generator: inout some RandomNumberGenerator
  ) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }

  // MARK: Questions

  /// - Parameter address: The client's; nil if it is not known.
  public mutating func judge(
    _ attempt: RTSPLoginAttempt, from address: NetworkAddress?, at now: MediaTime
  ) -> Decision {
    guard authentication.isRequired else { return .verdict(.granted(RTSPLoginGrant(proof: nil))) }
    guard let authorization = attempt.authorization else {
      return .verdict(.refused(refusal(of: attempt, from: address, at: now)))
    }
    if case .basic(let shown)? = attempt.proof?.shown, shown == authorization {
      return .verdict(.granted(RTSPLoginGrant(proof: attempt.proof)))
    }
    // What cannot be read is as wrong as it can be.
    let header = try? AuthorizationHeader(parsing: authorization)
    if let header, !authentication.offers(header) {
      return .verdict(.refused(refusal(of: attempt, from: address, at: now)))
    }
    if case .basic(let username, let password)? = header, !evaluating.isEmpty,
      evaluating.contains(verified.fingerprint(username: username, password: password))
    {
      // Nothing can be learnt by it, so it costs nothing: many viewers behind one address come
      // at once after an interruption.
      return .later(attempt, after: Self.resultInterval)
    }
    let login = Login(attempt: attempt, header: header, address: address)
    if let delay = queue(login, at: now) { return delay }
    return decision(for: examine(login, at: now), on: login, at: now)
  }

  /// A check has been evaluated.
  public mutating func finished(
    _ check: PasswordCheck, isRight: Bool, at now: MediaTime
  ) -> RTSPLoginVerdict {
    evaluating.remove(check.fingerprint)
    guard isRight else {
      return .refused(
        failure(of: check.attempt, tookTurn: check.tookTurn, from: check.address, at: now))
    }
    verified.insert(check.fingerprint)
    forgive(tookTurn: check.tookTurn, from: check.address, at: now)
    return .granted(check.grant)
  }

  // MARK: Turns

  /// An attempt and what was read in it.
  private struct Login {
    var attempt: RTSPLoginAttempt
    var header: AuthorizationHeader?
    var address: NetworkAddress?

    /// A connection that has logged in goes on without waiting, as the same user.
    var needsTurn: Bool {
      guard let username = header?.username else { return true }
      return attempt.proof?.username != username
    }

    /// For the connection to keep if the login is right.
    var grant: RTSPLoginGrant {
      switch header {
      case nil, .unknown:
        RTSPLoginGrant(proof: nil)
      case .basic(let username, _):
        RTSPLoginGrant(
          proof: attempt.authorization.map { LoginProof(username: username, shown: .basic($0)) })
      case .digest(let credentials):
        RTSPLoginGrant(
          proof: LoginProof(
            username: credentials.username, shown: .digest(nonce: credentials.nonce)))
      }
    }
  }

  /// Nil if the login may be judged now.
  private mutating func queue(_ login: Login, at now: MediaTime) -> Decision? {
    guard login.needsTurn, !login.attempt.hasTurn, let address = login.address else { return nil }
    switch loginGuard.arrived(from: address, at: now) {
    case .atOnce:
      return nil
    case .after(let wait):
      var waiting = login.attempt
      waiting.hasTurn = true
      // Else an answer that is overdue after the wait would come as soon as it is known.
      waiting.arrivedAt = now.advanced(by: wait)
      return .later(waiting, after: wait)
    case .refused:
      failureCount &+= 1
      return .verdict(
        .refused(
          RTSPLoginRefusal(
            challenges: challenges(for: address, isStale: false, at: now), answerAt: now,
            isFailure: true, isFinal: true)))
    }
  }

  private mutating func forgive(tookTurn: Bool, from address: NetworkAddress?, at now: MediaTime) {
    guard tookTurn, let address else { return }
    loginGuard.wasRight(from: address, at: now)
  }

  // MARK: Examination

  private func examine(_ login: Login, at now: MediaTime) -> RTSPAuthentication.Finding {
    switch login.header {
    case nil, .unknown:
      return .wrong
    case .basic(let username, let password):
      return authentication.examine(
        username: username, password: password, from: login.address)
    case .digest(let credentials):
      let method = login.attempt.method.name
      guard names(credentials.uri, for: login.attempt.url),
        authentication.isRight(credentials, method: method, from: login.address)
      else { return .wrong }
      return isFresh(credentials.nonce, for: login, at: now) ? .right : .stale
    }
  }

  private func isFresh(_ nonce: String, for login: Login, at now: MediaTime) -> Bool {
    if login.attempt.proof?.shown == .digest(nonce: nonce) { return true }
    guard let age = mint.age(of: nonce, for: login.address, at: now) else { return false }
    return age >= .zero && age <= Self.nonceLifetime
  }

  /// Whether the `uri` a client made its digest of names what it asks for.
  ///
  /// It should be the request's URL. VLC names the presentation's URL with every request, others
  /// the track's or the path alone; all of these name our presentation.
  private func names(_ uri: String, for url: RTSPURL) -> Bool {
    let isComplete = uri == "*" || uri.hasPrefix("/") || uri.contains("://")
    guard let named = try? RTSPURL(parsing: isComplete ? uri : "/" + uri) else { return false }
    if named.path == url.path, named.query == url.query { return true }
    switch presentation.resource(of: named) {
    case .presentation, .track: return true
    case .server, .nothing: return false
    }
  }

  private mutating func decision(
    for finding: RTSPAuthentication.Finding, on login: Login, at now: MediaTime
  ) -> Decision {
    switch finding {
    case .right:
      forgive(tookTurn: login.needsTurn, from: login.address, at: now)
      return .verdict(.granted(login.grant))
    case .wrong:
      if case .basic(let username, let password)? = login.header, authentication.checkCost > 0 {
        return check(login, username: username, password: password, against: [])
      }
      return .verdict(
        .refused(
          failure(
            of: login.attempt, tookTurn: login.needsTurn, from: login.address, at: now)))
    case .stale:
      forgive(tookTurn: login.needsTurn, from: login.address, at: now)
      return .verdict(
        .refused(refusal(of: login.attempt, from: login.address, isStale: true, at: now)))
    case .unproven(let username, let password, let hashes):
      guard !verified.contains(verified.fingerprint(username: username, password: password)) else {
        forgive(tookTurn: login.needsTurn, from: login.address, at: now)
        return .verdict(.granted(login.grant))
      }
      return check(login, username: username, password: password, against: hashes)
    }
  }

  /// - Parameter hashes: None: the check takes its time and fails.
  private mutating func check(
    _ login: Login, username: String, password: String, against hashes: [PasswordHash]
  ) -> Decision {
    let fingerprint = verified.fingerprint(username: username, password: password)
    evaluating.insert(fingerprint)
    return .check(
      PasswordCheck(
        attempt: login.attempt, tookTurn: login.needsTurn, grant: login.grant,
        address: login.address, fingerprint: fingerprint, password: password, hashes: hashes,
        cost: authentication.checkCost))
  }

  // MARK: Verdicts

  /// The answer comes so long after the request's arrival, however long the check took: the time
  /// must not tell whether the user exists.
  private mutating func failure(
    of attempt: RTSPLoginAttempt, tookTurn: Bool, from address: NetworkAddress?, at now: MediaTime
  ) -> RTSPLoginRefusal {
    failureCount &+= 1
    var delay = loginGuard.limits.answerDelay
    if let address {
      if !tookTurn { loginGuard.wasWrongUnasked(from: address, at: now) }
      delay = loginGuard.answerDelay(for: address, at: now)
    }
    return RTSPLoginRefusal(
      challenges: challenges(for: address, isStale: false, at: now),
      answerAt: max(now, attempt.arrivedAt.advanced(by: delay)), isFailure: true, isFinal: false)
  }

  private func refusal(
    of attempt: RTSPLoginAttempt, from address: NetworkAddress?, isStale: Bool = false,
    at now: MediaTime
  ) -> RTSPLoginRefusal {
    RTSPLoginRefusal(
      challenges: challenges(for: address, isStale: isStale, at: now), answerAt: now,
      isFailure: false, isFinal: false)
  }

  private func challenges(
    for address: NetworkAddress?, isStale: Bool, at now: MediaTime
  ) -> [String] {
    authentication.challenges(
      nonce: mint.nonce(for: address, at: now), opaque: opaque, isStale: isStale)
  }
}
