import Pipeline
import RTSP

/// Who may use the RTSP server, part of section `outputs.rtsp`.
///
/// | key | type | default | range |
/// |---|---|---|---|
/// | `authentication` | list, in the order offered | `basic` | `basic`, `digest`, `digestSHA256` |
/// | `username` | text | none | needs a password; no colon |
/// | `password` | text | none: everybody may watch | needs a user name |
/// | `passwordFile` | path | none | instead of `password` |
/// | `passwordHash` | hashes with spaces between them | none | instead of `password`, see ``PasswordHash`` |
/// | `users` | list of names | none | letters, digits, `-`, `_`; each has a section `user.<name>` |
/// | `allowedNetworks` | list of networks | none: from everywhere | `10.0.0.0/8`, `fe80::/10`, one address |
///
/// Section `outputs.rtsp.user.<name>` of each further user:
///
/// | key | type | default | range |
/// |---|---|---|---|
/// | `username` | text | the section's name | no colon |
/// | `password`, `passwordFile`, `passwordHash` | | one is required | |
/// | `allowedNetworks` | list of networks | none: from everywhere | |
struct RTSPAccessSettings: Sendable {
  /// In hashes for Digest the realm is baked in, so it never changes.
  static let realm = RTSPOutput.realm

  var schemes: [RTSPAuthentication.Scheme]
  /// Nobody: everybody may watch.
  var users: [RTSPCredential]
  /// Where connections are accepted from.
  var networks: AllowedNetworks

  init(reader: SettingsReader) {
    schemes = Self.schemes(reader)
    networks = Self.networks(reader)
    users = []
    if let first = Self.firstUser(reader, schemes: schemes) { users.append(first) }
    for name in Self.names(reader) {
      let section = reader.scoped(to: "user").scoped(to: name)
      let username = section.string("username") ?? name
      guard let user = Self.user(section, username: username, schemes: schemes) else { continue }
      guard !users.contains(where: { $0.username == username }) else {
        section.report("username", value: username, allowed: "different for every user")
        continue
      }
      users.append(user)
    }
  }

  var authentication: RTSPAuthentication {
    RTSPAuthentication(schemes: schemes, users: users, realm: Self.realm)
  }

  private static func schemes(_ reader: SettingsReader) -> [RTSPAuthentication.Scheme] {
    var schemes: [RTSPAuthentication.Scheme] = []
    for name in reader.strings("authentication") {
      guard let scheme = RTSPAuthentication.Scheme(rawValue: name), !schemes.contains(scheme)
      else {
        reader.report(
          "authentication", value: name,
          allowed: "a list of basic, digest and digestSHA256, each once")
        continue
      }
      schemes.append(scheme)
    }
    return schemes.isEmpty ? [.basic] : schemes
  }

  private static func networks(_ reader: SettingsReader) -> AllowedNetworks {
    AllowedNetworks(
      reader.strings("allowedNetworks").compactMap { text in
        guard let prefix = NetworkPrefix(parsing: text) else {
          reader.report(
            "allowedNetworks", value: text,
            allowed: "a list of networks like 10.0.0.0/8, fe80::/10, or addresses")
          return nil
        }
        return prefix
      })
  }

  private static func names(_ reader: SettingsReader) -> [String] {
    var names: [String] = []
    for name in reader.strings("users") {
      let isUsable = name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
      guard isUsable, !names.contains(name) else {
        reader.report(
          "users", value: name, allowed: "names of letters, digits, - and _, each once")
        continue
      }
      names.append(name)
    }
    return names
  }

  // MARK: One user

  private static let secretKeys = ["password", "passwordFile", "passwordHash"]

  private static func firstUser(
    _ reader: SettingsReader, schemes: [RTSPAuthentication.Scheme]
  ) -> RTSPCredential? {
    if let username = reader.string("username") {
      return user(reader, username: username, schemes: schemes, networks: .everywhere)
    }
    let secret = reader.secret("password", fileKey: "passwordFile")
    if secret != nil || reader.string("passwordHash") != nil {
      reader.report("username", value: nil, allowed: "given together with the password")
    }
    return nil
  }

  /// - Parameter networks: Nil: to be read from the section.
  private static func user(
    _ reader: SettingsReader, username: String, schemes: [RTSPAuthentication.Scheme],
    networks: AllowedNetworks? = nil
  ) -> RTSPCredential? {
    let networks = networks ?? Self.networks(reader)
    let password = reader.secret("password", fileKey: "passwordFile")
    let hashes = hashes(reader)
    guard isUsable(username) else {
      reader.report(
        "username", value: username,
        allowed: "without a colon, quotation mark, backslash or control character")
      return nil
    }
    switch (password, hashes) {
    case (let password?, .absent):
      return RTSPCredential(username: username, password: password.value, networks: networks)
    case (nil, .given(let hashes)):
      let user = RTSPCredential(username: username, hashes: hashes, networks: networks)
      reportUnserved(schemes.filter { !user.serves($0) }, to: reader)
      return user
    case (.some, .given):
      reader.report("passwordHash", value: nil, allowed: "left out when a password is given")
      return nil
    case (nil, .absent):
      // What is wrong with a password that is there was reported already.
      let isGiven = secretKeys.contains { reader.string($0) != nil }
      if !isGiven {
        reader.report(
          "username", value: username,
          allowed: "given together with password, passwordFile or passwordHash")
      }
      return nil
    case (_, .unusable):
      return nil
    }
  }

  /// Names that every scheme and every client can carry.
  private static func isUsable(_ username: String) -> Bool {
    username.utf8.allSatisfy { byte in
      byte >= 0x20 && byte != 0x7F && !":\"\\".utf8.contains(byte)
    }
  }

  private enum Hashes {
    case absent
    case unusable
    case given([PasswordHash])
  }

  private static func hashes(_ reader: SettingsReader) -> Hashes {
    // Some hashes are as good as the password.
    guard let secret = reader.secret("passwordHash") else {
      return reader.string("passwordHash") == nil ? .absent : .unusable
    }
    let words = secret.value.split { $0 == " " || $0 == "," }
    let hashes = words.compactMap { PasswordHash(parsing: $0) }
    guard hashes.count == words.count, !hashes.isEmpty else {
      reader.report(
        "passwordHash", value: nil,
        allowed: "as `liveview-bridge password` prints it: pbkdf2-sha256:…, md5:… or sha-256:…")
      return .unusable
    }
    return .given(hashes)
  }

  private static func reportUnserved(
    _ schemes: [RTSPAuthentication.Scheme], to reader: SettingsReader
  ) {
    for algorithm in schemes.compactMap(\.algorithm) {
      reader.report(
        "passwordHash", value: nil,
        allowed: "with \(algorithm.rawValue.lowercased()):… in it, because authentication offers "
          + "Digest with \(algorithm.rawValue)")
    }
  }
}
