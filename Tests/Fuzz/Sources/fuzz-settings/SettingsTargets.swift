import Configuration

@testable import Outputs
@testable import Pipeline

extension FuzzTarget {
  static let all: [FuzzTarget] = [FuzzTarget("settings", ConfigurationFile.run)]
}

/// A configuration file with anything in it.
enum ConfigurationFile {
  static func run(_ bytes: [UInt8]) {
    guard
      let snapshot = try? JSONSnapshot(
        data: bytes.span.bytes, providerName: "fuzz", parsingOptions: .default)
    else { return }
    let ledger = SettingsLedger()
    let source = SettingsSource(name: "fuzz", provider: FixedProvider(content: snapshot))
    let reader = SettingsReader(sources: [source], ledger: ledger)
    push(reader.scoped(to: "outputs").scoped(to: "rtpPush"), ledger)
    values(reader, ledger)
  }

  /// The settings of an output whose sections have names of their own.
  private static func push(_ reader: SettingsReader, _ ledger: SettingsLedger) {
    let settings = RTPPushOutputSettings(reader: reader)
    let names = Set(settings.targets.map(\.name))
    require(names.count == settings.targets.count, "targets have names of their own")
    for target in settings.targets {
      require(target.port.map { (1...65_535).contains($0) } ?? true, "ports are ports")
      require(
        target.profile == .fromSora || target.port != nil && target.payloadType != nil,
        "only Sora is asked for what is missing")
      require(!target.name.contains("."), "names are no paths")
    }
    let again = RTPPushOutputSettings(reader: reader)
    require(again.targets.map(\.name) == settings.targets.map(\.name), "reading changes nothing")
  }

  /// Every kind of value: within its range, or reported.
  private static func values(_ reader: SettingsReader, _ ledger: SettingsLedger) {
    require((5...9).contains(reader.int("int", default: 7, in: 5...9)), "in range")
    require((0...1).contains(reader.double("double", default: 0.5, in: 0...1)), "in range")
    require(reader.number("number", in: -2...2).map { (-2...2).contains($0) } ?? true, "in range")
    let word = reader.string("word", default: "a", allowed: "short", where: { $0.count < 9 })
    require(word.count < 9, "allowed")
    require(reader.string("text") != "", "empty is none")
    require(reader.strings("list").allSatisfy { !$0.isEmpty }, "empty is none")
    _ = reader.bool("bool", default: true)
    _ = reader.seconds("seconds", default: 1, in: 0...3600)
    let keys = Set(ledger.problems.map(\.key))
    require(keys.count <= 200, "problems are few")
    require(ledger.problems.allSatisfy { !$0.description.isEmpty }, "problems say what is wrong")
  }
}

/// The content of a file that does not change.
private struct FixedProvider: ConfigProvider {
  let content: JSONSnapshot

  var providerName: String { "fuzz" }

  func value(forKey key: AbsoluteConfigKey, type: ConfigType) throws -> LookupResult {
    try content.value(forKey: key, type: type)
  }

  func fetchValue(forKey key: AbsoluteConfigKey, type: ConfigType) async throws -> LookupResult {
    try content.value(forKey: key, type: type)
  }

  func watchValue<Return: ~Copyable>(
    forKey key: AbsoluteConfigKey, type: ConfigType,
    updatesHandler: (ConfigUpdatesAsyncSequence<Result<LookupResult, any Error>, Never>)
      async throws -> Return
  ) async throws -> Return {
    try await watchValueFromValue(forKey: key, type: type, updatesHandler: updatesHandler)
  }

  func snapshot() -> any ConfigSnapshot { content }

  func watchSnapshot<Return: ~Copyable>(
    updatesHandler: (ConfigUpdatesAsyncSequence<any ConfigSnapshot, Never>) async throws -> Return
  ) async throws -> Return {
    try await watchSnapshotFromSnapshot(updatesHandler: updatesHandler)
  }
}
