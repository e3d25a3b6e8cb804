import Configuration
import Pipeline
import Testing

@testable import ControlPlane

@Suite struct ControlPlaneSettingsTests {
  @Test func defaultsAreThoseOfTheTable() {
    let settings = ControlPlaneSettings(settings: settingsReader([:]))
    #expect(settings.isEnabled)
    #expect(settings.listenAddress == "127.0.0.1")
    #expect(settings.listenPort == 8088)
    #expect(settings.allowedHosts.isEmpty)
    #expect(!settings.isOpenToOthers)
  }

  @Test func everyKeyIsRead() {
    let ledger = SettingsLedger()
    let reader = settingsReader(
      [
        "control.enabled": .bool(false), "control.listenAddress": .string("::"),
        "control.listenPort": .int(0), "control.allowedHosts": .stringArray(["a.example"]),
        "control.remoteActions": .bool(true),
      ], ledger: ledger)
    let settings = ControlPlaneSettings(settings: reader.scoped(to: "control"))
    #expect(!settings.isEnabled)
    #expect(settings.listenAddress == "::")
    #expect(settings.listenPort == 0)
    #expect(settings.allowedHosts == ["a.example"])
    #expect(ledger.problems.isEmpty)
    #expect(settings.allowsRemoteActions)
    #expect(ledger.knownKeys.count == 5)
  }

  @Test(arguments: [
    ("listenAddress", ConfigContent.string("example.com")), ("listenAddress", .string("")),
    ("listenAddress", .string("127.0.0.1:80")), ("listenPort", .int(65_536)),
    ("listenPort", .int(-1)), ("enabled", .string("maybe")),
  ])
  func unusableValuesAreProblems(key: String, value: ConfigContent) {
    let ledger = SettingsLedger()
    _ = ControlPlaneSettings(settings: settingsReader([key: value], ledger: ledger))
    #expect(ledger.problems.map(\.key) == [key])
  }

  @Test(arguments: [
    ("127.0.0.1", "http://127.0.0.1:8088/", false), ("127.9.9.9", "http://127.9.9.9:8088/", false),
    ("localhost", "http://localhost:8088/", false), ("::1", "http://[::1]:8088/", false),
    ("0.0.0.0", "http://127.0.0.1:8088/", true), ("::", "http://[::1]:8088/", true),
    ("192.168.1.7", "http://192.168.1.7:8088/", true), ("fe80::1", "http://[fe80::1]:8088/", true),
  ])
  func addresses(address: String, url: String, isOpenToOthers: Bool) {
    let settings = ControlPlaneSettings(
      settings: settingsReader(["listenAddress": .string(address)]))
    #expect(settings.url(port: 8088) == url)
    #expect(settings.isOpenToOthers == isOpenToOthers)
  }
}
