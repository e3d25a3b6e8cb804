import Configuration
import Testing
import X264

@testable import Pipeline

@Suite struct EncoderSettingsTests {
  @Test func defaultsAreThoseOfTheTable() {
    let settings = EncoderSettings(settings: settingsReader())
    #expect(settings.preset == .superfast)
    #expect(settings.profile == .constrainedBaseline)
    #expect(settings.bitrateKbps == 2000)
    #expect(settings.vbvBufferSeconds == 0.5)
    #expect(settings.keyframeInterval == .seconds(2))
  }

  @Test func everyKeyIsRead() {
    let ledger = SettingsLedger()
    let file: [String: ConfigContent] = [
      "encoder.preset": .string("fast"), "encoder.profile": .string("high"),
      "encoder.bitrateKbps": .int(800), "encoder.vbvBufferSeconds": .double(1.5),
      "encoder.keyframeIntervalSeconds": .double(0.5),
    ]
    let reader = settingsReader(file: file, ledger: ledger)
    let settings = EncoderSettings(settings: reader.scoped(to: "encoder"))
    #expect(settings.preset == .fast)
    #expect(settings.profile == .high)
    #expect(settings.bitrateKbps == 800)
    #expect(settings.vbvBufferSeconds == 1.5)
    #expect(settings.keyframeInterval == .milliseconds(500))
    #expect(ledger.knownKeys == Set(file.keys))
    #expect(ledger.problems.isEmpty)
  }

  @Test(arguments: [
    ("preset", ConfigContent.string("placebo")), ("profile", .string("baseline")),
    ("bitrateKbps", .int(99)), ("bitrateKbps", .int(20_001)), ("vbvBufferSeconds", .double(0)),
    ("keyframeIntervalSeconds", .double(61)),
  ])
  func unusableValuesAreProblems(key: String, value: ConfigContent) {
    let ledger = SettingsLedger()
    _ = EncoderSettings(settings: settingsReader(file: [key: value], ledger: ledger))
    #expect(ledger.problems.map(\.key) == [key])
  }
}
