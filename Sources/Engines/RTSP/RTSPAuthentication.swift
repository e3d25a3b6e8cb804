/// Who may use the server, and how they prove it.
///
/// The default is Basic alone: it is what Soracom's snapshot function knows, and some players fail
/// when several schemes are offered together.
///
/// Source: RFC 2326 §12.5, RFC 7617, RFC 7616.
public struct RTSPAuthentication: Sendable {
  /// One way to log in, by its name in the settings.
  public enum Scheme: String, Sendable, Hashable, CaseIterable {
    case basic
    /// Digest with MD5, the only one most RTSP clients know.
    case digest
    case digestSHA256

    /// Nil for Basic.
    public var algorithm: DigestAlgorithm? {
      switch self {
      case .basic: nil
      case .digest: .md5
      case .digestSHA256: .sha256
      }
    }
  }

  /// What an `Authorization` header is worth.
  enum Finding: Sendable, Hashable {
    case right
    case wrong
    /// Right, but made of a nonce that is too old or not ours.
    case stale
    /// To be compared with slow hashes.
    case unproven(username: String, password: String, [PasswordHash])
  }

  /// In the order they are offered.
  let schemes: [Scheme]
  let realm: String
  private let users: [RTSPCredential]
  /// Iterations every wrong password in clear costs, whoever it names: the most any user's does.
  let checkCost: Int

  /// Everybody may.
  public static let none = RTSPAuthentication(schemes: [], users: [], realm: "")

  /// One user with a password, sent in clear by the client.
  public static func basic(_ credential: RTSPCredential, realm: String) -> RTSPAuthentication {
    RTSPAuthentication(schemes: [.basic], users: [credential], realm: realm)
  }

  /// - Parameters:
  ///   - schemes: In the order they are offered; a client is to take the first it knows.
  ///   - users: Nobody: everybody may.
  public init(schemes: [Scheme], users: [RTSPCredential], realm: String) {
    self.schemes = schemes
    self.users = users
    checkCost = users.map(\.checkCost).max() ?? 0
    self.realm = realm.filter { $0 != "\"" && $0 != "\\" }
  }

  public var isRequired: Bool { !users.isEmpty }

  /// Values for `WWW-Authenticate`, one per scheme; every 401 carries them.
  ///
  /// Source: RFC 7617 §2, RFC 7616 §3.3.
  func challenges(nonce: String, opaque: String, isStale: Bool) -> [String] {
    schemes.map { scheme in
      guard let algorithm = scheme.algorithm else { return "Basic realm=\"\(realm)\"" }
      let stale = isStale ? ", stale=true" : ""
      return "Digest realm=\"\(realm)\", nonce=\"\(nonce)\", opaque=\"\(opaque)\", "
        + "algorithm=\(algorithm.rawValue), qop=\"auth\"" + stale
    }
  }

  /// Whether a client was offered to log in like this.
  func offers(_ header: AuthorizationHeader) -> Bool {
    switch header {
    case .unknown: false
    case .basic: schemes.contains(.basic)
    case .digest(let credentials): schemes.contains { $0.algorithm == credentials.algorithm }
    }
  }

  /// - Parameter address: The client's; nil if it is not known.
  func examine(
    username: String, password: String, from address: NetworkAddress?
  ) -> Finding {
    guard let user = user(named: username) else { return .wrong }
    let finding = user.examine(password: password, realm: realm)
    // Looked at last, so that nobody learns the time a check of the password takes.
    return user.networks.contain(address) ? finding : .wrong
  }

  /// Whether the digest is made of a user's password; says nothing about its nonce.
  func isRight(
    _ credentials: DigestCredentials, method: String, from address: NetworkAddress?
  ) -> Bool {
    let user = user(named: credentials.username)
    let secrets = user?.digestSecrets(credentials.algorithm, realm: realm) ?? []
    // An unknown user costs the same time.
    let decoy = credentials.algorithm.digest(of: credentials.username)
    let isEqual = (secrets.isEmpty ? [decoy] : secrets).reduce(false) { isEqual, secret in
      let expected = credentials.algorithm.response(
        secret: secret, method: method, credentials: credentials)
      return isEqualInConstantTime(expected, credentials.response) || isEqual
    }
    guard let user, !secrets.isEmpty else { return false }
    return isEqual && credentials.realm == realm && user.networks.contain(address)
  }

  /// Compares with every user, so that the time does not tell which ones there are.
  private func user(named name: String) -> RTSPCredential? {
    let presented = Array(name.utf8)
    return users.reduce(nil) { found, user in
      isEqualInConstantTime(Array(user.username.utf8), presented) ? user : found
    }
  }
}
