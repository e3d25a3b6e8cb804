import Crypto

/// A comparison with a hashed password that takes milliseconds: not for the event loop.
public struct PasswordCheck: Sendable {
  let attempt: RTSPLoginAttempt
  /// False if the connection had logged in as the same user, and so took no turn.
  let tookTurn: Bool
  let grant: RTSPLoginGrant
  let address: NetworkAddress?
  let fingerprint: VerifiedPasswords.Fingerprint
  private let password: String
  private let hashes: [PasswordHash]
  /// Iterations to be spent unless the password is right.
  let cost: Int

  init(
    attempt: RTSPLoginAttempt, tookTurn: Bool, grant: RTSPLoginGrant, address: NetworkAddress?,
    fingerprint: VerifiedPasswords.Fingerprint, password: String, hashes: [PasswordHash], cost: Int
  ) {
    self.attempt = attempt
    self.tookTurn = tookTurn
    self.grant = grant
    self.address = address
    self.fingerprint = fingerprint
    self.password = password
    self.hashes = hashes
    self.cost = cost
  }

  /// True if the password is right. Blocks for as long as the hashes demand.
  ///
  /// A wrong one takes the same time for every user name, known or not.
  public func evaluate() -> Bool {
    let bytes = Array(password.utf8)
    var remaining = cost
    for case .derived(let iterations, let salt, let key) in hashes {
      let presented = PasswordHash.deriveKey(password: bytes, salt: salt, iterations: iterations)
      if isEqualInConstantTime(presented, key) { return true }
      remaining -= iterations
    }
    if remaining > 0 {
      let salt = [UInt8](repeating: 0, count: 16)
      _ = PasswordHash.deriveKey(password: bytes, salt: salt, iterations: remaining)
    }
    return false
  }
}

extension PasswordCheck: CustomStringConvertible, CustomReflectable {
  public var description: String { "PasswordCheck(hidden)" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// User names and passwords that were found right against a slow hash, so that a player which
/// sends them with every request costs that once.
///
/// Keeps codes made with a key of this process, not the passwords; the oldest is dropped.
struct VerifiedPasswords: Sendable {
  struct Fingerprint: Sendable, Hashable {
    fileprivate let code: [UInt8]
  }

  private static let limit = 64
  private let key: SymmetricKey
  private var fingerprints: [Fingerprint] = []

  init(key: SymmetricKey) {
    self.key = key
  }

  func fingerprint(username: String, password: String) -> Fingerprint {
    // A byte that UTF-8 never has keeps the two apart.
    let login = Array(username.utf8) + [0xFF] + Array(password.utf8)
    return Fingerprint(code: Array(HMAC<SHA256>.authenticationCode(for: login, using: key)))
  }

  func contains(_ fingerprint: Fingerprint) -> Bool {
    fingerprints.reduce(false) { isKnown, known in
      isEqualInConstantTime(known.code, fingerprint.code) || isKnown
    }
  }

  mutating func insert(_ fingerprint: Fingerprint) {
    guard !contains(fingerprint) else { return }
    if fingerprints.count >= Self.limit { fingerprints.removeFirst() }
    fingerprints.append(fingerprint)
  }
}
