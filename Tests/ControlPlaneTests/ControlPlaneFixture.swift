import AsyncHTTPClient
import Configuration
import Foundation
import Logging
import Media
import NIOCore
import NIOHTTP1
import Pipeline
import TestSupport
import Testing

@testable import ControlPlane

/// A reader over `values`, by full key.
func settingsReader(
  _ values: [String: ConfigContent], ledger: SettingsLedger = SettingsLedger()
) -> SettingsReader {
  let values = values.map { key, content in
    let components = key.split(separator: ".").map(String.init)
    return (AbsoluteConfigKey(components), ConfigValue(content, isSecret: false))
  }
  let provider = InMemoryProvider(values: Dictionary(values) { $1 })
  return SettingsReader(
    sources: [SettingsSource(name: "config.json", provider: provider)], ledger: ledger)
}

/// A control plane on a free loopback port, with a line, a board and a clock turned by hand.
struct ControlPlaneFixture: Sendable {
  let clock = ManualClock()
  let board: StatusBoard
  let line: StreamLine
  let registry = PrometheusRegistry()
  let controlPlane: ControlPlane
  private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  init(settings: [String: ConfigContent] = [:], offline: OfflineSettings.Mode = .slate) {
    let clock = clock
    let mediaClock = MediaClock(
      monotonic: { clock.now }, unixNanoseconds: { clock.unixNanoseconds },
      wait: { try await clock.sleep(until: $0) })
    board = StatusBoard(clock: mediaClock)
    line = StreamLine(
      settings: EncoderSettings(settings: settingsReader([:])),
      offline: OfflineSettings(mode: offline), board: board, clock: mediaClock, logger: logger)
    let all = settings.merging(["listenPort": .int(0)]) { given, _ in given }
    controlPlane = ControlPlane(
      settings: ControlPlaneSettings(settings: settingsReader(all)), line: line, board: board,
      metrics: registry, clock: mediaClock, logger: logger)
  }

  /// Another component on the board.
  func component(_ name: String) -> ComponentTelemetry {
    let clock = clock
    return ComponentTelemetry(
      name: name, board: board,
      clock: MediaClock(monotonic: { clock.now }, unixNanoseconds: { clock.unixNanoseconds }),
      logger: logger)
  }

  /// Puts a picture of this moment into the line.
  @discardableResult
  func publishPicture() -> [UInt8] {
    let bytes = SampleJPEG().bytes
    line.sink.publish(
      JPEGFrame(
        bytes: ByteBuffer(bytes: bytes), size: .alpha6000Liveview, presentationTime: clock.now,
        arrivalTime: clock.now))
    return bytes
  }

  /// Runs `body` with the address of the running control plane.
  func whileServing(_ body: (String) async throws -> Void) async throws {
    let controlPlane = controlPlane
    let run = Task { try await controlPlane.run() }
    let port = try #require(await controlPlane.listeningPort())
    do {
      try await body("http://127.0.0.1:\(port)")
    } catch {
      run.cancel()
      _ = await run.result
      throw error
    }
    run.cancel()
    try await run.value
  }
}

/// A reply with its whole body.
struct Reply: Sendable {
  var status: Int
  var headers: [String: String]
  var body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }
  var json: [String: Any]? {
    try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
  }

  /// Asks over a real connection. Header names of the reply are in lower case.
  static func to(
    _ url: String, method: String = "GET", headers: [(String, String)] = [],
    body: HTTPClientRequest.Body? = nil
  ) async throws -> Reply {
    var request = HTTPClientRequest(url: url)
    request.method = .init(rawValue: method)
    for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
    request.body = body
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
    let bytes = try await response.body.collect(upTo: 1 << 20)
    let pairs = response.headers.map { ($0.name.lowercased(), $0.value) }
    return Reply(
      status: Int(response.status.code), headers: Dictionary(pairs) { "\($0), \($1)" },
      body: Array(bytes.readableBytesView))
  }
}
