import Configuration
import Pipeline
import SonyCamera
import Testing

@testable import Inputs

@Suite(.timeLimit(.minutes(1))) struct SonyCameraSettingsTests {
  private func read(
    _ values: [AbsoluteConfigKey: ConfigValue]
  ) -> (settings: SonyCameraSettings, problems: [SettingsProblem]) {
    let ledger = SettingsLedger()
    let reader = SettingsReader(
      sources: [SettingsSource(name: "test", provider: InMemoryProvider(values: values))],
      ledger: ledger)
    return (SonyCameraSettings(settings: reader), ledger.problems)
  }

  @Test func defaultsSearchEverywhereAndPreferTheLargePicture() {
    let (settings, problems) = read([:])
    #expect(problems.isEmpty)
    #expect(settings.address == nil)
    #expect(settings.interface == nil)
    #expect(settings.liveviewSize == .large)
    #expect(settings.stallLimit == .seconds(3))
    #expect(settings.searchInterval == .seconds(3))
    #expect(settings.stopsRecModeAtExit)
  }

  @Test func readsEveryKey() {
    let (settings, problems) = read([
      "url": "192.168.122.1", "interface": "wlan1", "liveviewSize": "M", "stallSeconds": 1.5,
      "searchIntervalSeconds": 10.0, "stopRecModeAtExit": false,
    ])
    #expect(problems.isEmpty)
    #expect(settings.address == CameraAddress("192.168.122.1"))
    #expect(settings.interface == "wlan1")
    #expect(settings.liveviewSize == .medium)
    #expect(settings.stallLimit == .milliseconds(1500))
    #expect(settings.searchInterval == .seconds(10))
    #expect(!settings.stopsRecModeAtExit)
  }

  @Test func namesWhatCannotBeUsed() {
    let (_, problems) = read([
      "url": "https://camera/", "liveviewSize": "XL", "stallSeconds": 0.1,
    ])
    #expect(problems.map(\.key) == ["url", "liveviewSize", "stallSeconds"])
  }
}
