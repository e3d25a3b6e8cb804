import Configuration
import Testing

@testable import Pipeline

/// A reader over the three kinds of sources the program has, strongest first.
func settingsReader(
  arguments: [String] = [], environment: [String: String] = [:],
  file: [String: ConfigContent] = [:], ledger: SettingsLedger = SettingsLedger()
) -> SettingsReader {
  let values = file.map { key, content in
    let components = key.split(separator: ".").map(String.init)
    return (AbsoluteConfigKey(components), ConfigValue(content, isSecret: false))
  }
  return SettingsReader(
    sources: [
      SettingsSource(
        name: SettingsReader.commandLine,
        provider: CommandLineArgumentsProvider(arguments: ["program"] + arguments)),
      SettingsSource(
        name: "environment",
        provider: EnvironmentVariablesProvider(environmentVariables: environment)),
      SettingsSource(
        name: "config.json", provider: InMemoryProvider(values: Dictionary(values) { $1 })),
    ], ledger: ledger)
}

private enum Colour: String, CaseIterable {
  case red, green
}

@Suite struct SettingsReaderTests {
  private let ledger = SettingsLedger()

  private func reader(
    arguments: [String] = [], environment: [String: String] = [:],
    file: [String: ConfigContent] = [:]
  ) -> SettingsReader {
    settingsReader(arguments: arguments, environment: environment, file: file, ledger: ledger)
  }

  @Test func earlierSourcesWin() {
    let file: [String: ConfigContent] = ["a.listenPort": .int(1)]
    let environment = ["A_LISTEN_PORT": "2"]
    let arguments = ["--a-listen-port", "3"]
    func port(_ reader: SettingsReader) -> Int {
      reader.scoped(to: "a").int("listenPort", default: 0, in: 0...9)
    }
    #expect(port(reader()) == 0)
    #expect(port(reader(file: file)) == 1)
    #expect(port(reader(environment: environment, file: file)) == 2)
    #expect(port(reader(arguments: arguments, environment: environment, file: file)) == 3)
    #expect(ledger.problems.isEmpty)
  }

  @Test func valuesOutOfRangeAreReportedAndReplaced() {
    let reader = reader(file: ["port": .int(70_000), "rate": .double(-1), "wait": .double(99)])
    #expect(reader.int("port", default: 5, in: 0...65_535) == 5)
    #expect(reader.double("rate", default: 0.5, in: 0...1) == 0.5)
    #expect(reader.seconds("wait", default: 2, in: 0...60) == .seconds(2))
    #expect(
      ledger.problems.map(\.description) == [
        "port = 70000 (config.json): must be a whole number from 0 to 65535",
        "rate = -1.0 (config.json): must be a number from 0.0 to 1.0",
        "wait = 99.0 (config.json): must be a number from 0.0 to 60.0",
      ])
  }

  @Test func boundsBelongToTheRange() {
    let reader = reader(file: ["low": .int(1), "high": .int(9)])
    #expect(reader.int("low", default: 5, in: 1...9) == 1)
    #expect(reader.int("high", default: 5, in: 1...9) == 9)
    #expect(ledger.problems.isEmpty)
  }

  @Test func valuesOfTheWrongTypeNameTheirSource() {
    let reader = reader(
      environment: ["ENABLED": "perhaps"], file: ["port": .string("eighty")])
    #expect(reader.int("port", default: 7, in: 0...9) == 7)
    #expect(reader.bool("enabled", default: true))
    #expect(
      ledger.problems.map(\.description) == [
        "port = \"eighty\" (config.json): must be a whole number from 0 to 9",
        "enabled = \"perhaps\" (environment): must be true or false",
      ])
  }

  @Test func anUnusableValueIsNotCoveredByAWeakerSource() {
    let reader = reader(environment: ["PORT": "x"], file: ["port": .int(8)])
    #expect(reader.int("port", default: 7, in: 0...9) == 7)
    #expect(ledger.problems.count == 1)
  }

  @Test func choicesByName() {
    let reader = reader(file: ["good": .string("green"), "bad": .string("Green")])
    #expect(reader.choice("good", default: Colour.red) == .green)
    #expect(reader.choice("bad", default: Colour.red) == .red)
    #expect(reader.choice("absent", default: Colour.red) == .red)
    #expect(
      ledger.problems.map(\.description) == [
        "bad = Green (config.json): must be one of red, green"
      ])
  }

  @Test func textAndLists() {
    let reader = reader(
      environment: ["NAMES": "a,b"],
      file: [
        "name": .string("x"), "empty": .string(""), "list": .stringArray(["p", "", "q"]),
      ])
    #expect(reader.string("name") == "x")
    #expect(reader.string("empty") == nil)
    #expect(reader.string("absent") == nil)
    #expect(reader.strings("names") == ["a", "b"])
    #expect(reader.strings("list") == ["p", "q"])
    #expect(reader.strings("absent").isEmpty)
    #expect(
      reader.string("name", default: "d", allowed: "a longer name", where: { $0.count > 1 }) == "d")
    #expect(ledger.problems.map(\.key) == ["name"])
  }

  @Test func theLedgerKnowsEveryKeyAndItsSpellings() {
    let reader = reader(arguments: ["--outputs-rtsp-listen-port", "554"])
    let section = reader.scoped(to: "outputs").scoped(to: "rtsp")
    #expect(section.fullKey("listenPort") == "outputs.rtsp.listenPort")
    _ = section.int("listenPort", default: 8554, in: 0...65_535)
    _ = section.string("path")
    #expect(ledger.knownKeys == ["outputs.rtsp.listenPort", "outputs.rtsp.path"])
    #expect(
      ledger.knownSpellings(in: SettingsReader.commandLine) == [
        "--outputs-rtsp-listen-port", "--outputs-rtsp-path",
      ])
    #expect(
      ledger.knownSpellings(in: "environment") == [
        "OUTPUTS_RTSP_LISTEN_PORT", "OUTPUTS_RTSP_PATH",
      ])
    #expect(ledger.knownSpellings(in: "elsewhere").isEmpty)
  }

  @Test func spellingsAreKnownEvenForUnusableValues() {
    _ = reader(environment: ["PORT": "x"]).int("port", default: 1, in: 0...9)
    #expect(ledger.knownSpellings(in: "environment") == ["PORT"])
  }

  @Test func aProblemIsListedOnce() {
    let reader = reader(file: ["port": .int(70)])
    for _ in 0..<3 { _ = reader.int("port", default: 1, in: 0...9) }
    #expect(ledger.problems.count == 1)
  }

  @Test func knowsWhatIsGiven() {
    let reader = reader(environment: ["A": "1"], file: ["b": .bool(true), "c": .int(1)])
    #expect(reader.contains("a"))
    #expect(reader.contains("b"))
    #expect(reader.contains("c"))
    #expect(!reader.contains("d"))
  }
}
