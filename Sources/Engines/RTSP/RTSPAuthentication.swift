import SDP

/// Who may use the server, and how they prove it.
///
/// Basic is offered alone: it is what Soracom's snapshot function knows, and some players fail
/// when several schemes are offered together. A scheme to come is one more case of `Scheme`.
///
/// Source: RFC 2326 §12.5, RFC 7617.
public struct RTSPAuthentication: Sendable {
  private enum Scheme {
    case basic(RTSPCredential, realm: String)
  }

  /// What the `Authorization` header of one request is worth.
  public enum Verdict: Sendable, Hashable {
    case granted
    /// No credentials, or of a scheme that was not offered.
    case missing
    case wrong
  }

  private let schemes: [Scheme]

  /// Everybody may.
  public static let none = RTSPAuthentication(schemes: [])

  /// One user with a password, sent in clear by the client.
  public static func basic(_ credential: RTSPCredential, realm: String) -> RTSPAuthentication {
    RTSPAuthentication(schemes: [.basic(credential, realm: realm)])
  }

  private init(schemes: [Scheme]) {
    self.schemes = schemes
  }

  public var isRequired: Bool { !schemes.isEmpty }

  /// Values for `WWW-Authenticate`; every 401 carries them.
  var challenges: [String] {
    schemes.map { scheme in
      switch scheme {
      case .basic(_, let realm): "Basic realm=\"\(realm.filter { $0 != "\"" && $0 != "\\" })\""
      }
    }
  }

  /// Judges one request. Credentials are welcome before any challenge.
  public func verdict(on headers: RTSPHeaders) -> Verdict {
    guard isRequired else { return .granted }
    guard let value = headers["Authorization"] else { return .missing }
    let name = value.prefix { $0 != " " }
    let parameters = value.dropFirst(name.count).trimmed
    for scheme in schemes {
      switch scheme {
      case .basic(let credential, _) where name.isEqualIgnoringCase("Basic"):
        guard let presented = Base64.decode(parameters) else { return .wrong }
        return credential.matches(presented) ? .granted : .wrong
      case .basic:
        continue
      }
    }
    return .missing
  }
}
