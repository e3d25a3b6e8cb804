import Configuration
import Foundation
import Pipeline
import RTSP
import TestSupport
import Testing

@testable import Outputs

@Suite struct RTSPAccessSettingsTests {
  private static let md5 = PasswordHash.digest(
    .md5, username: "u", realm: RTSPOutput.realm, password: "p"
  ).text
  private static let sha256 = PasswordHash.digest(
    .sha256, username: "u", realm: RTSPOutput.realm, password: "p"
  ).text
  private static let derived = PasswordHash.derived(
    from: "p", salt: Array(0..<16), iterations: 1000
  ).text

  private func read(
    _ values: [AbsoluteConfigKey: ConfigValue]
  ) -> (settings: RTSPAccessSettings, problems: [String]) {
    let ledger = SettingsLedger()
    let source = SettingsSource(name: "test", provider: InMemoryProvider(values: values))
    let settings = RTSPAccessSettings(
      reader: SettingsReader(sources: [source], ledger: ledger))
    return (settings, ledger.problems.map(\.key))
  }

  @Test func theDefaultLetsEverybodyInFromEverywhere() {
    let (settings, problems) = read([
      "authentication": .init(.stringArray(["basic"]), isSecret: false)
    ])
    #expect(problems.isEmpty && settings.users.isEmpty && settings.networks.isEverywhere)
    #expect(settings.schemes == [.basic] && !settings.authentication.isRequired)
    #expect(read([:]).settings.schemes == [.basic])
  }

  @Test func everyKindOfUserIsTakenOver() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "password")
    try "from a file\n".write(to: file, atomically: true, encoding: .utf8)
    let (settings, problems) = read([
      "authentication": .init(.stringArray(["digestSHA256", "basic"]), isSecret: false),
      "username": "first", "password": "a:ü",
      "users": .init(.stringArray(["alice", "bob", "carol"]), isSecret: false),
      "user.alice.password": "x",
      "user.bob.passwordFile": .init(.string(file.path), isSecret: false),
      "user.carol.username": "carol@example.org",
      "user.carol.passwordHash": .init(.string(Self.sha256 + ", " + Self.derived), isSecret: false),
      "user.carol.allowedNetworks": .init(.stringArray(["10.0.0.0/8", "::1"]), isSecret: false),
      "allowedNetworks": .init(.stringArray(["192.0.2.0/24"]), isSecret: false),
    ])
    #expect(problems.isEmpty)
    #expect(settings.schemes == [.digestSHA256, .basic])
    #expect(settings.users.map(\.username) == ["first", "alice", "bob", "carol@example.org"])
    #expect(settings.users.map(\.networks.isEverywhere) == [true, true, true, false])
    #expect(settings.networks.contain(NetworkAddress(parsing: "192.0.2.9")))
    #expect(!settings.networks.contain(NetworkAddress(parsing: "10.0.0.1")))
  }

  @Test(
    arguments: [
      (["username": "u"], "username"), (["password": "p"], "username"),
      (["passwordHash": .init(.string(md5), isSecret: true)], "username"),
      (["username": "u:v", "password": "p"], "username"),
      (["username": "u\"v", "password": "p"], "username"),
      (
        ["username": "u", "password": "p", "passwordHash": .init(.string(md5), isSecret: true)],
        "passwordHash"
      ),
      (["username": "u", "passwordHash": "hunter2"], "passwordHash"),
      (
        ["username": "u", "passwordHash": .init(.string(md5 + " x"), isSecret: true)],
        "passwordHash"
      ),
      (["username": "u", "passwordFile": "/nonexistent"], "passwordFile"),
      (
        [
          "username": "u", "passwordHash": .init(.string(derived), isSecret: true),
          "authentication": .init(.stringArray(["basic", "digest"]), isSecret: false),
        ], "passwordHash"
      ),
      (
        [
          "username": "u", "passwordHash": .init(.string(md5), isSecret: true),
          "authentication": .init(.stringArray(["digestSHA256"]), isSecret: false),
        ], "passwordHash"
      ),
      (["authentication": .init(.stringArray(["Digest"]), isSecret: false)], "authentication"),
      (
        ["authentication": .init(.stringArray(["basic", "basic"]), isSecret: false)],
        "authentication"
      ),
      (
        ["allowedNetworks": .init(.stringArray(["10.0.0.0/33"]), isSecret: false)],
        "allowedNetworks"
      ),
      (["users": .init(.stringArray(["a b"]), isSecret: false)], "users"),
      (["users": .init(.stringArray(["alice"]), isSecret: false)], "user.alice.username"),
      (
        [
          "users": .init(.stringArray(["alice"]), isSecret: false), "user.alice.password": "x",
          "user.alice.allowedNetworks": .init(.stringArray(["camera"]), isSecret: false),
        ], "user.alice.allowedNetworks"
      ),
      (
        [
          "username": "alice", "password": "x",
          "users": .init(.stringArray(["alice"]), isSecret: false), "user.alice.password": "y",
        ], "user.alice.username"
      ),
    ] as [([AbsoluteConfigKey: ConfigValue], String)]) func unusableValuesAreNamed(
      _ values: [AbsoluteConfigKey: ConfigValue], key: String
    )
  {
    #expect(read(values).problems == [key])
  }

  /// Other users can read process arguments.
  @Test func aHashIsNoArgument() {
    let ledger = SettingsLedger()
    let values: [AbsoluteConfigKey: ConfigValue] = [
      "username": "u", "passwordHash": .init(.string(Self.md5), isSecret: true),
    ]
    let source = SettingsSource(
      name: SettingsReader.commandLine, provider: InMemoryProvider(values: values))
    let settings = RTSPAccessSettings(
      reader: SettingsReader(sources: [source], ledger: ledger))
    #expect(settings.users.isEmpty && ledger.problems.map(\.key) == ["passwordHash"])
    #expect(ledger.problems.allSatisfy { !$0.description.contains(Self.md5) })
  }

  /// A problem report shows what is wrong, but no secret.
  @Test func problemsTellNoSecrets() {
    let ledger = SettingsLedger()
    let values: [AbsoluteConfigKey: ConfigValue] = [
      "username": "u", "password": "hunter2", "passwordHash": "correct-horse",
    ]
    let source = SettingsSource(name: "test", provider: InMemoryProvider(values: values))
    let settings = RTSPAccessSettings(
      reader: SettingsReader(sources: [source], ledger: ledger))
    let text = ledger.problems.map(\.description).joined() + "\(settings)"
    #expect(!ledger.problems.isEmpty && !text.contains("hunter2") && !text.contains("correct"))
  }
}
