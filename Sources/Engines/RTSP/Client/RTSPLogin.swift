import SDP

/// A user name and password to show to a server; never prints itself.
public struct RTSPLogin: Sendable, Hashable {
  public let username: String
  private let password: String

  /// - Parameter username: Without colon; RFC 7617 has no place for one.
  public init(username: String, password: String) {
    self.username = username
    self.password = password
  }

  /// Value of an `Authorization` header.
  ///
  /// Source: RFC 7617 §2, with UTF-8.
  public var basicAuthorization: String {
    "Basic " + Base64.encode("\(username):\(password)".utf8)
  }
}

extension RTSPLogin: CustomStringConvertible, CustomReflectable {
  public var description: String { "RTSPLogin(\(username), password hidden)" }
  public var customMirror: Mirror { Mirror(self, children: ["username": username]) }
}
