import Media

/// A request that needs a right login, with whatever it shows; never prints what that is.
public struct RTSPLoginAttempt: Sendable, Hashable {
  let authorization: String?
  let method: RTSPMethod
  let url: RTSPURL
  /// When the request came, or its turn.
  var arrivedAt: MediaTime
  /// What made an earlier request of this connection right.
  let proof: LoginProof?
  /// True after its address's turn has come.
  var hasTurn = false

  init(_ request: RTSPRequest, proof: LoginProof?, at now: MediaTime) {
    authorization = request.headers["Authorization"]
    method = request.method
    url = request.url
    self.proof = proof
    arrivedAt = now
  }
}

/// What a connection keeps of a right login, to be known again without a wait.
struct LoginProof: Sendable, Hashable {
  enum Shown: Sendable, Hashable {
    /// The whole header.
    case basic(String)
    /// The nonce, which this connection may go on using: nobody asks its user a second time.
    case digest(nonce: String)
  }

  let username: String
  let shown: Shown
}

/// What became of a login.
public enum RTSPLoginVerdict: Sendable, Hashable {
  case granted(RTSPLoginGrant)
  case refused(RTSPLoginRefusal)
}

/// The login is right; to be kept by the connection.
public struct RTSPLoginGrant: Sendable, Hashable {
  let proof: LoginProof?
}

/// The request is answered 401.
public struct RTSPLoginRefusal: Sendable, Hashable {
  /// Values of `WWW-Authenticate`, one per header.
  public let challenges: [String]
  /// When the answer may be given.
  public let answerAt: MediaTime
  /// False if nothing was shown, or only an old nonce.
  public let isFailure: Bool
  /// The connection ends with the answer.
  public let isFinal: Bool
}

extension RTSPLoginAttempt: CustomStringConvertible, CustomReflectable {
  public var description: String { "RTSPLoginAttempt(\(method.name), login hidden)" }
  public var customMirror: Mirror { Mirror(self, children: ["method": method.name]) }
}

extension LoginProof: CustomStringConvertible, CustomReflectable {
  var description: String { "LoginProof(hidden)" }
  var customMirror: Mirror { Mirror(self, children: []) }
}
