/// What a server wants a client to prove with Digest that it knows a password.
///
/// Source: RFC 7616 §3.3; without `qop` RFC 2617 §3.2.1.
struct DigestChallenge: Sendable, Hashable {
  var algorithm: DigestAlgorithm
  var realm: String
  var nonce: String
  var opaque: String?
  /// Whether the server knows `qop=auth`.
  var knowsProtection: Bool
  /// The password was right, the nonce too old.
  var isStale: Bool

  /// Nil for other schemes and for what this client cannot do: other algorithms, and `auth-int`
  /// alone.
  init?(_ challenge: AuthenticationChallenge) {
    let parameters = challenge.parameters
    guard challenge.scheme.isEqualIgnoringCase("Digest"), let realm = parameters["realm"],
      let nonce = parameters["nonce"],
      let algorithm = DigestAlgorithm(named: parameters["algorithm"] ?? "MD5")
    else { return nil }
    if let qualities = parameters["qop"] {
      let known = qualities.split(separator: ",").map(String.init).map(\.trimmed)
      guard known.contains(where: { $0.isEqualIgnoringCase("auth") }) else { return nil }
    }
    self.algorithm = algorithm
    self.realm = realm
    self.nonce = nonce
    opaque = parameters["opaque"]
    knowsProtection = parameters["qop"] != nil
    isStale = parameters["stale"].map { $0.isEqualIgnoringCase("true") } ?? false
  }
}
