import Configuration
import Foundation
import JSON
import Logging
import NIOCore
import Pipeline
import SimulatedSora
import TestSupport

@testable import SoraServices

/// A Sora on a socket, a state directory, and a forwarding that may run over them again and again.
struct ForwardingScene {
  let sora: SimulatedSora
  let folder: TemporaryFolder
  let board = StatusBoard(clock: .system)
  let descriptions = PeerDescriptions()
  let log = LineCapture()

  init() async throws {
    sora = try await SimulatedSora()
    folder = try TemporaryFolder()
  }

  static func reader(
    _ values: [String: ConfigContent], ledger: SettingsLedger = SettingsLedger()
  ) -> SettingsReader {
    var entries: [AbsoluteConfigKey: ConfigValue] = [:]
    for (key, value) in values {
      entries[AbsoluteConfigKey(key.split(separator: ".").map(String.init))] = ConfigValue(
        value, isSecret: false)
    }
    let source = SettingsSource(name: "test", provider: InMemoryProvider(values: entries))
    return SettingsReader(sources: [source], ledger: ledger)
  }

  /// - Parameter more: Keys of section `sora` beside the usual ones.
  func forwarding(_ more: [String: ConfigContent] = [:]) -> SoraServices.SoraForwarding {
    var values: [String: ConfigContent] = [
      "sora.enabled": .bool(true), "sora.apiURL": .string(sora.url),
      "sora.channelID": .string("live"), "sora.address": .string("192.0.2.7"),
      "sora.videoPort": .int(60003), "sora.checkIntervalSeconds": .double(0.5),
      "state.directory": .string(folder.url.path),
    ]
    for (key, value) in more { values["sora." + key] = value }
    let reader = Self.reader(values)
    return SoraServices.SoraForwarding(
      settings: reader.scoped(to: "sora"),
      state: StateSettings(settings: reader.scoped(to: "state")) { _ in nil },
      descriptions: descriptions,
      telemetry: ComponentTelemetry(name: "sora", board: board, clock: .system, logger: log.logger))
  }

  /// Runs while `work` does, then ends it as the bridge does.
  func run(
    _ more: [String: ConfigContent] = [:], while work: () async throws -> Void
  ) async throws {
    let forwarding = forwarding(more)
    let task = Task { try await forwarding.runSession() }
    do {
      try await work()
    } catch {
      task.cancel()
      throw error
    }
    task.cancel()
    try await task.value
  }

  /// What the state file names.
  var remembered: [String] {
    get async throws {
      let file = StateFile(path: folder.url.appending(path: "sora-forwarding.json").path)
      let entries = try await file.read()?["forwardings"]?.array ?? []
      return entries.compactMap { $0["connection_id"]?.string }
    }
  }

  /// A member of the section's part of the status page.
  func status(_ name: String) -> StatusValue? {
    guard case .object(let all) = board.snapshot(), case .object(let parts)? = all["components"],
      case .object(let members)? = parts["sora"]
    else { return nil }
    return members[name]
  }

  func perform(_ action: String, of section: String = "sora", _ body: String = "") async
    -> ControlOutcome?
  {
    await board.controls.action(action, of: section)?.perform(ByteBuffer(string: body))
  }
}
