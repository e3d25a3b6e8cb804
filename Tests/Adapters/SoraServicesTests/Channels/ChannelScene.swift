import Configuration
import Foundation
import JSON
import Logging
import Media
import Metrics
import Pipeline
import SimulatedSora
import SoraControl
import Synchronization
import TestSupport
import Testing

@testable import SoraServices

/// The API of ImageFlux on a socket, a state directory, and bridges that come and go.
final class ChannelScene: Sendable {
  let api: SimulatedSora
  let folder: TemporaryFolder
  static let token = "tEst-tOken+0123456789="

  init() async throws {
    api = try await SimulatedSora(.imageFlux(token: Self.token))
    folder = try TemporaryFolder()
  }

  var statePath: String { folder.url.appending(path: "imageflux-channels.json").path }

  /// What the disk says.
  func idsOnDisk() async throws -> [String] {
    let accounts = try await StateFile(path: statePath).read()?["accounts"]?.array ?? []
    return accounts.flatMap { account in
      (account["channels"]?.array ?? []).compactMap { $0["channelID"]?.string }
    }
  }

  func bridge(
    _ values: [String: ConfigContent] = [:], clock: MediaClock = .system,
    closingLimit: Duration = .milliseconds(1200)
  ) -> BridgeWithChannels {
    BridgeWithChannels(
      values: [
        "enabled": .bool(true), "apiURL": .string(api.url), "accessToken": .string(Self.token),
      ].merging(values) { $1 }, directory: folder.url.path, clock: clock,
      closingLimit: closingLimit)
  }
}

/// The part of a bridge that has a channel.
final class BridgeWithChannels: Sendable {
  let channels: ImageFluxChannels
  let status: StatusBoard
  let ledger = SettingsLedger()
  let metrics = MetricsNotebook()
  private let log = LineCapture()

  init(
    values: [String: ConfigContent], directory: String, clock: MediaClock, closingLimit: Duration
  ) {
    var all: [AbsoluteConfigKey: ConfigValue] = [
      AbsoluteConfigKey(["state", "directory"]): ConfigValue(.string(directory), isSecret: false)
    ]
    for (key, value) in values {
      let path = ["imageFlux"] + key.split(separator: ".").map(String.init)
      all[AbsoluteConfigKey(path)] = ConfigValue(value, isSecret: false)
    }
    let source = SettingsSource(name: "test", provider: InMemoryProvider(values: all))
    let reader = SettingsReader(sources: [source], ledger: ledger)
    status = StatusBoard(clock: clock)
    let telemetry = ComponentTelemetry(
      name: "imageFlux", board: status, clock: clock, logger: log.logger)
    let metrics = metrics
    channels = ImageFluxChannels(
      settings: reader.scoped(to: "imageFlux"),
      state: StateSettings(settings: reader.scoped(to: "state")), telemetry: telemetry,
      instruments: ImageFluxInstruments { metrics }, closingLimit: closingLimit)
  }

  var lines: [String] { log.lines }

  /// Waits for a line.
  func line(containing text: String) async {
    for await line in log.stream where line.contains(text) { return }
  }

  /// The component's part of the status page.
  var details: StatusValue {
    guard
      case .object(let all) = status.snapshot(), case .object(let components)? = all["components"]
    else { return .null }
    return components["imageFlux"] ?? .null
  }

  /// Runs it for as long as `body` takes, then stops it as SIGTERM does.
  func run<Value: Sendable>(
    _ body: @Sendable (ImageFluxChannels) async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await self.channels.run() }
      let result: Result<Value, any Error>
      do { result = .success(try await body(channels)) } catch { result = .failure(error) }
      group.cancelAll()
      try await group.waitForAll()
      return try result.get()
    }
  }
}

extension ImageFluxChannels {
  /// The first channel that satisfies `condition`, now or later.
  func channel(
    where condition: (SoraControl.ImageFluxChannel) -> Bool = { _ in true }
  ) async throws -> SoraControl.ImageFluxChannel {
    for await case let channel? in board.updates() where condition(channel) { return channel }
    throw CancellationError()
  }
}

/// A clock on which waiting takes no time.
final class SkippingClock: Sendable {
  private let now = Mutex<Int64>(0)

  var clock: MediaClock {
    MediaClock(
      monotonic: { MediaTime(nanoseconds: self.now.withLock { $0 }) },
      unixNanoseconds: { 1_795_176_000_000_000_000 + self.now.withLock { $0 } },
      wait: { moment in
        try Task.checkCancellation()
        self.now.withLock { $0 = max($0, moment.nanoseconds) }
      })
  }
}

/// Log lines as one text each.
final class LineCapture: Sendable {
  private let stored = Mutex<[String]>([])
  /// Every line, for one reader.
  let stream: AsyncStream<String>
  private let continuation: AsyncStream<String>.Continuation

  init() {
    (stream, continuation) = AsyncStream.makeStream()
  }

  var lines: [String] { stored.withLock { $0 } }

  var logger: Logger {
    var logger = Logger(label: "test") { _ in Handler(capture: self) }
    logger.logLevel = .trace
    return logger
  }

  private struct Handler: LogHandler {
    let capture: LineCapture
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let metadata = (event.metadata ?? [:]).map { "\($0)=\($1)" }.sorted()
      let line = "\(event.level) \(event.message) \(metadata.joined(separator: " "))"
      capture.stored.withLock { $0.append(line) }
      capture.continuation.yield(line)
    }
  }
}
