import Configuration
import Testing

@testable import Pipeline

@Suite struct OfflineSettingsTests {
  @Test func defaultsAreThoseOfTheTable() {
    let settings = OfflineSettings(settings: settingsReader())
    #expect(settings == OfflineSettings(mode: .slate, language: .english, after: .seconds(2)))
    #expect(settings == OfflineSettings())
  }

  @Test func everyKeyIsRead() {
    let ledger = SettingsLedger()
    let file: [String: ConfigContent] = [
      "offline.mode": .string("refuse"), "offline.language": .string("ja"),
      "offline.afterSeconds": .double(0.5),
    ]
    let reader = settingsReader(file: file, ledger: ledger)
    let settings = OfflineSettings(settings: reader.scoped(to: "offline"))
    #expect(settings == OfflineSettings(mode: .refuse, language: .japanese, after: .seconds(0.5)))
    #expect(ledger.knownKeys == Set(file.keys))
    #expect(ledger.problems.isEmpty)
  }

  @Test(arguments: [
    ("mode", ConfigContent.string("black")), ("language", .string("fr")),
    ("afterSeconds", .double(0.4)), ("afterSeconds", .double(61)),
  ])
  func unusableValuesAreProblems(key: String, value: ConfigContent) {
    let ledger = SettingsLedger()
    _ = OfflineSettings(settings: settingsReader(file: [key: value], ledger: ledger))
    #expect(ledger.problems.map(\.key) == [key])
  }
}
