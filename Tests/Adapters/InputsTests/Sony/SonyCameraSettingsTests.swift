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
      "url": "https://camera/", "interface": "wlan1:0", "liveviewSize": "XL", "stallSeconds": 0.1,
    ])
    #expect(problems.map(\.key) == ["url", "interface", "liveviewSize", "stallSeconds"])
  }

  @Test func sleepsOnlyOnDemand() {
    #expect(read([:]).settings.sleepDepth == nil)
    #expect(read(["sleep": "recMode"]).settings.sleepDepth == nil)
    #expect(read(["mode": "onDemand"]).settings.sleepDepth == .liveview)
    let (settings, problems) = read([
      "mode": "onDemand", "sleep": "recMode", "idleSeconds": 5.0, "whenTaken": "yield",
    ])
    #expect(problems.isEmpty)
    #expect(settings.sleepDepth == .recMode)
    #expect(settings.idleTime == .seconds(5))
    #expect(settings.whenTaken == .yield)
    #expect(read(["mode": "seldom"]).problems.map(\.key) == ["mode"])
  }

  @Test func setupIsEmptyUnlessGiven() {
    #expect(read([:]).settings.setup.isEmpty)
    #expect(
      read(["setup.zoomPosition": "", "setup.exposureCompensation": "", "setup.shootMode": ""])
        .settings.setup.isEmpty)
  }

  @Test func readsTheSetup() {
    let (settings, problems) = read([
      "setup.frameInfo": true, "setup.shootMode": "still", "setup.selfTimerOff": true,
      "setup.exposureCompensation": -0.7, "setup.whiteBalance": "5500K",
      "setup.focusMode": "AF-C", "setup.zoomPosition": 40.0, "setup.touchAFPosition": "50, 33.3",
    ])
    #expect(problems.isEmpty)
    let setup = settings.setup
    #expect(setup.frameInfo == true)
    #expect(setup.shootMode == "still")
    #expect(setup.turnsSelfTimerOff)
    #expect(setup.exposureCompensation == -0.7)
    #expect(setup.whiteBalance == .init(colorTemperature: 5500))
    #expect(setup.focusMode == "AF-C")
    #expect(setup.zoomPosition == 40)
    #expect(setup.touchAFPosition == .init(x: 50, y: 33.3))
  }

  @Test(arguments: ["50", "50,", "50,101", "a,b", "1,2,3", "nan,1", "-1,5"])
  func aPointIsTwoPercentages(text: String) {
    let problems = read(["setup.touchAFPosition": ConfigValue(stringLiteral: text)]).problems
    #expect(problems.map(\.key) == ["setup.touchAFPosition"])
  }

  @Test func numbersThatNeedNotBeGivenHaveLimits() {
    let (settings, problems) = read([
      "setup.zoomPosition": 101.0, "setup.exposureCompensation": "much",
    ])
    #expect(problems.map(\.key) == ["setup.exposureCompensation", "setup.zoomPosition"])
    #expect(settings.setup.isEmpty)
  }
}
