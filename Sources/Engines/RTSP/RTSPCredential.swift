/// A user name and password that compare in constant time and never print themselves.
public struct RTSPCredential: Sendable {
  public let username: String
  private let secret: [UInt8]

  /// - Parameter username: Without colon; RFC 7617 has no place for one.
  public init(username: String, password: String) {
    self.username = username
    secret = Array("\(username):\(password)".utf8)
  }

  /// Compares `username:password` as sent by a client.
  ///
  /// The time depends on the length of what the client sent, not on how much of it is right.
  func matches(_ presented: [UInt8]) -> Bool {
    var difference = UInt64(truncatingIfNeeded: secret.count ^ presented.count)
    for (index, byte) in presented.enumerated() where !secret.isEmpty {
      difference |= UInt64(byte ^ secret[index % secret.count])
    }
    return difference == 0
  }
}

extension RTSPCredential: CustomStringConvertible, CustomReflectable {
  public var description: String { "RTSPCredential(\(username), password hidden)" }
  public var customMirror: Mirror { Mirror(self, children: ["username": username]) }
}
