import Configuration
import Foundation
import Pipeline
import TestSupport
import Testing

@testable import SoraServices

@Suite struct StateSettingsTests {
  private func settings(
    _ directory: String? = nil, environment: [String: String] = [:],
    ledger: SettingsLedger = SettingsLedger()
  ) -> StateSettings {
    var values: [AbsoluteConfigKey: ConfigValue] = [:]
    if let directory {
      values[AbsoluteConfigKey(["state", "directory"])] = ConfigValue(
        .string(directory), isSecret: false)
    }
    let source = SettingsSource(name: "test", provider: InMemoryProvider(values: values))
    let reader = SettingsReader(sources: [source], ledger: ledger)
    return StateSettings(settings: reader.scoped(to: "state")) { environment[$0] }
  }

  @Test(arguments: [
    (["STATE_DIRECTORY": "/var/lib/a:/var/lib/b", "HOME": "/home/x"], "/var/lib/a"),
    (["XDG_STATE_HOME": "/state", "HOME": "/home/x"], "/state/liveview-bridge"),
    (["XDG_STATE_HOME": "not/absolute", "HOME": "/root"], "/root/.local/state/liveview-bridge"),
    (["STATE_DIRECTORY": "", "HOME": "/"], "/var/lib/liveview-bridge"),
    (["HOME": "/nonexistent"], "/var/lib/liveview-bridge"),
    ([:], "/var/lib/liveview-bridge"),
  ])
  func withoutASettingTheSystemSaysWhere(environment: [String: String], directory: String) {
    #expect(settings(environment: environment).directory == directory)
    #expect(settings("", environment: environment).directory == directory)
    #expect(settings("/mine", environment: environment).directory == "/mine")
  }

  @Test func filesAreInTheDirectory() {
    #expect(settings("/a/b").file(named: "c.json").path == "/a/b/c.json")
    #expect(settings("/a/b/").file(named: "c.json").path == "/a/b/c.json")
  }

  @Test func aDirectoryThatCanBeMadeIsFineAndNotMade() throws {
    let folder = try TemporaryFolder()
    let ledger = SettingsLedger()
    let directory = folder.url.appending(path: "a/b").path
    settings(directory, ledger: ledger).requireWritable()
    settings(folder.url.path, ledger: ledger).requireWritable()
    #expect(ledger.problems == [])
    #expect(!FileManager.default.fileExists(atPath: directory))
  }

  @Test(arguments: ["/dev/null", "/dev/null/a", "/proc/version/a"])
  func aDirectoryThatCannotBeUsedIsOneProblem(directory: String) {
    let ledger = SettingsLedger()
    let settings = settings(directory, ledger: ledger)
    #expect(ledger.problems == [])
    settings.requireWritable()
    settings.requireWritable()
    #expect(ledger.problems.map(\.key) == ["state.directory"])
    #expect(ledger.problems.first?.value == directory)
  }
}
