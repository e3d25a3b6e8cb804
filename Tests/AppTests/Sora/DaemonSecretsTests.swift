import Foundation
import JSON
import NIOCore
import SimulatedSora
import TestSupport
import Testing

/// What the real program says of secrets: nothing, except that they travel in the open.
@Suite("Daemon: secrets of the control APIs", .timeLimit(.minutes(2)))
struct DaemonSecretsTests {
  let state: TemporaryFolder

  init() throws { state = try TemporaryFolder() }

  @Test("a token that goes to another machine without encryption is warned of once")
  func exposedToken() async throws {
    // Addresses of documents, RFC 5737: nobody is there.
    var sora = SoraDaemon.forwarding(at: "http://192.0.2.1/")["sora"]?.object ?? [:]
    sora["accessToken"] = "geheim-geheim"
    let sections = SoraDaemon.channel(at: "http://192.0.2.2/").merging(
      ["sora": .object(sora)]
    ) { $1 }
    let daemon = try SoraDaemon(state: state, sections)
    for section in ["sora", "imageFlux"] {
      try await daemon.line(containing: "\(section): access token sent without encryption")
    }
    // Signals are listened to from then on.
    try await daemon.line(containing: "sora: component state changed")
    #expect(await daemon.stop() == 0)
    let lines = daemon.program.lines
    #expect(lines.count { $0.contains("without encryption, where") } == 2)
    #expect(!lines.contains { $0.contains("geheim") || $0.contains(SoraExample.token) })
  }

  @Test("one that stays on this machine is not")
  func loopback() async throws {
    let api = try await SimulatedSora(.imageFlux(token: SoraExample.token))
    let daemon = try SoraDaemon(state: state, SoraDaemon.channel(api))
    try await daemon.line(containing: "channel ready")
    #expect(await daemon.stop() == 0)
    #expect(!daemon.program.lines.contains { $0.contains("without encryption") })
    try await api.stop()
  }

  @Test("the query of an API's URL in the state file is not shown")
  func queryOfEarlierSettings() async throws {
    let directory = state.url.appending(path: "state")
    try FileManager.default.createDirectory(
      at: directory, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    let earlier = "http://127.0.0.1:\(try FreePort.tcp())/"
    let content: JSONValue = [
      "version": 1,
      "forwardings": [["api_url": .string(earlier + "?key=hunter2"), "channel_id": "live"]],
    ]
    var bytes = ByteBuffer()
    content.encode(into: &bytes)
    try Data(bytes.readableBytesView).write(
      to: directory.appending(path: "sora-forwarding.json"))
    let sora = try await SimulatedSora()
    let daemon = try SoraDaemon(state: state, SoraDaemon.forwarding(sora))
    let line = try await daemon.line(containing: "earlier settings may still run")
    #expect(line.contains(earlier))
    #expect(await daemon.stop() == 0)
    #expect(!daemon.program.lines.contains { $0.contains("hunter2") })
    try await sora.stop()
  }
}
