/// A user of the server and how to know them; never prints a secret.
public struct RTSPCredential: Sendable {
  private enum Secret: Sendable {
    case password(String)
    case hashes([PasswordHash])
  }

  public let username: String
  /// Where this user may come from.
  public var networks: AllowedNetworks
  private let secret: Secret

  /// - Parameter username: Without colon; RFC 7617 has no place for one.
  public init(
    username: String, password: String, networks: AllowedNetworks = .everywhere
  ) {
    self.username = username
    self.networks = networks
    secret = .password(password)
  }

  /// - Parameter hashes: At least one; any of them may prove the password.
  public init(
    username: String, hashes: [PasswordHash], networks: AllowedNetworks = .everywhere
  ) {
    self.username = username
    self.networks = networks
    secret = .hashes(hashes)
  }

  /// Iterations a wrong password in clear costs.
  var checkCost: Int {
    guard case .hashes(let hashes) = secret else { return 0 }
    return hashes.reduce(0) { sum, hash in
      if case .derived(let iterations, _, _) = hash { sum + iterations } else { sum }
    }
  }

  /// Whether this user can log in with `scheme`.
  public func serves(_ scheme: RTSPAuthentication.Scheme) -> Bool {
    guard let algorithm = scheme.algorithm else { return true }
    return !digestSecrets(algorithm, realm: "").isEmpty
  }

  /// `H(A1)` in hex digits, one per password; none if it cannot be had.
  func digestSecrets(_ algorithm: DigestAlgorithm, realm: String) -> [[UInt8]] {
    switch secret {
    case .password(let password):
      [algorithm.secret(username: username, realm: realm, password: password)]
    case .hashes(let hashes):
      hashes.compactMap { hash in
        if case .digest(algorithm, let hex) = hash { hex } else { nil }
      }
    }
  }

  /// What a password in clear is worth.
  func examine(password presented: String, realm: String) -> RTSPAuthentication.Finding {
    switch secret {
    case .password(let password):
      return isEqualInConstantTime(Array(password.utf8), Array(presented.utf8)) ? .right : .wrong
    case .hashes(let hashes):
      // The quick ones first.
      for case .digest(let algorithm, let hex) in hashes {
        let shown = algorithm.secret(username: username, realm: realm, password: presented)
        if isEqualInConstantTime(hex, shown) { return .right }
      }
      let slow = hashes.filter { if case .derived = $0 { true } else { false } }
      guard !slow.isEmpty else { return .wrong }
      return .unproven(username: username, password: presented, slow)
    }
  }
}

extension RTSPCredential: CustomStringConvertible, CustomReflectable {
  public var description: String { "RTSPCredential(\(username), password hidden)" }
  public var customMirror: Mirror { Mirror(self, children: ["username": username]) }
}
