import Foundation
import JSON
import NIOCore
import SimulatedSora
import TestSupport
import Testing

/// The real program with a section for Sora or ImageFlux, and a folder for its state.
final class SoraDaemon: Sendable {
  let program: ExternalProgram
  private let folder: TemporaryFolder

  /// Starts it; it does not wait for anything.
  ///
  /// - Parameters:
  ///   - state: What survives a daemon; its folder for state is inside.
  ///   - sections: Of the configuration, for example `["sora": …]`.
  init(state: TemporaryFolder, _ sections: [String: JSONValue]) throws {
    folder = try TemporaryFolder()
    let port = try FreePort.tcp()
    var all: [String: JSONValue] = [
      "camera": ["simulated": "always"],
      "outputs": ["rtsp": ["listenAddress": "127.0.0.1", "listenPort": .integer(port)]],
      "control": ["enabled": false],
      "state": ["directory": .string(state.url.appending(path: "state").path)],
    ]
    all.merge(sections) { $1 }
    var bytes = ByteBuffer()
    JSONValue.object(all).encode(into: &bytes)
    let file = folder.url.appending(path: "config.json")
    try Data(bytes.readableBytesView).write(to: file)
    program = try ExternalProgram(
      BuiltProduct.url("liveview-bridge"), ["run", "--config", file.path],
      environment: ["LIVEVIEW_BRIDGE_IMAGE_FLUX_ACCESS_TOKEN": SoraExample.token])
  }

  /// Section `sora`: forwards the only publisher of channel `live`.
  static func forwarding(
    _ sora: SimulatedSora, videoPort: Int = 60003, connectionID: String? = nil
  ) -> [String: JSONValue] {
    forwarding(at: sora.url, videoPort: videoPort, connectionID: connectionID)
  }

  static func forwarding(
    at url: String, videoPort: Int = 60003, connectionID: String? = nil, timeout: Int = 1
  ) -> [String: JSONValue] {
    [
      "sora": [
        "enabled": true, "apiURL": .string(url), "channelID": "live",
        "connectionID": .string(connectionID ?? ""), "address": "192.0.2.7",
        "videoPort": .integer(videoPort), "audioPort": 60001, "checkIntervalSeconds": .number(0.5),
        "requestTimeoutSeconds": .integer(timeout),
      ]
    ]
  }

  /// Section `imageFlux`: a channel for each session.
  static func channel(_ api: SimulatedSora) -> [String: JSONValue] { channel(at: api.url) }

  static func channel(at url: String, timeout: Int = 1) -> [String: JSONValue] {
    [
      "imageFlux": [
        "enabled": true, "apiURL": .string(url), "checkIntervalSeconds": 5,
        "requestTimeoutSeconds": .integer(timeout),
      ]
    ]
  }

  /// Waits for a line of the log.
  @discardableResult
  func line(containing text: String) async throws -> String {
    try #require(
      await program.line(containing: text),
      "no line with “\(text)”:\n\(program.lines.joined(separator: "\n"))")
  }

  /// SIGTERM; the exit code.
  func stop() async -> Int32 { await program.terminate() }

  /// SIGTERM, and checks the order of the end: what is undone at an API is over before the camera
  /// is left. One that was late would be cut off and come last.
  func stopsInOrder(_ section: String) async throws {
    #expect(await stop() == 0)
    let ends = program.lines.filter { $0.contains("state=stopped") }
    let (own, camera) = (
      ends.firstIndex { $0.contains(" \(section): ") },
      ends.firstIndex { $0.contains(" camera: ") }
    )
    #expect(try #require(own) < #require(camera), "\(ends)")
  }

  /// SIGKILL, and waits until it is gone.
  func kill() async {
    program.kill()
    _ = await program.exit()
  }

  deinit { program.kill() }
}
