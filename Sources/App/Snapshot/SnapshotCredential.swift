import Foundation
import RTSP

/// User name and password from the places they may be given.
///
/// Never from the command line's flags: other users of the machine can read those. A URL may hold
/// them, because that is customary.
enum SnapshotCredential {
  /// Holds the password for whoever would rather not write a file.
  static let environmentVariable = "LIVEVIEW_BRIDGE_SNAPSHOT_PASSWORD"

  /// - Parameters:
  ///   - login: What the URL says.
  ///   - username: The flag, which wins over the URL.
  ///   - passwordFile: Its first line is the password and wins over everything.
  /// - Returns: nil if there is no user name at all.
  /// - Throws: `credentialIncomplete` or `passwordFileUnreadable`.
  static func login(
    url login: (username: String?, password: String?), username: String?, passwordFile: String?,
    environment: [String: String]
  ) throws(SnapshotError) -> RTSPLogin? {
    guard let user = username ?? login.username else {
      guard passwordFile == nil else {
        throw .credentialIncomplete("--password-file needs --username")
      }
      return nil
    }
    guard !user.contains(":") else {
      throw .credentialIncomplete("a user name with a colon cannot be used with Basic")
    }
    if let passwordFile {
      return RTSPLogin(username: user, password: try firstLine(of: passwordFile))
    }
    // The password in a URL belongs to the user name beside it.
    if let password = login.password, username == nil || username == login.username {
      return RTSPLogin(username: user, password: password)
    }
    guard let password = environment[environmentVariable] else {
      throw .credentialIncomplete(
        "user name without password; use --password-file or \(environmentVariable)")
    }
    return RTSPLogin(username: user, password: password)
  }

  private static func firstLine(of path: String) throws(SnapshotError) -> String {
    let data: Data
    do {
      data = try Data(contentsOf: URL(filePath: path))
    } catch {
      throw .passwordFileUnreadable(path: path, reason: error.localizedDescription)
    }
    let line = String(decoding: data, as: UTF8.self).prefix { !$0.isNewline }
    guard !line.isEmpty else { throw .passwordFileUnreadable(path: path, reason: "it is empty") }
    return String(line)
  }
}
