import Foundation
import JSON
import NIOCore
import SimulatedSora
import TestSupport
import Testing

/// `imageflux orphans` as a person calls it, beside a real bridge.
@Suite(.timeLimit(.minutes(2))) struct OrphansCommandTests {
  private static let token = "orphans-token"
  private let api: SimulatedSora
  private let folder: TemporaryFolder
  private let configFile: String

  init() async throws {
    api = try await SimulatedSora(.imageFlux(token: Self.token))
    folder = try TemporaryFolder()
    let tokenFile = folder.url.appending(path: "token")
    try Data((Self.token + "\n").utf8).write(to: tokenFile)
    let config = folder.url.appending(path: "config.json")
    configFile = config.path
    let text = """
      {
        "outputs": { "rtsp": { "enabled": false } },
        "control": { "enabled": false },
        "imageFlux": {
          "enabled": true, "apiURL": "\(api.url)", "accessTokenFile": "\(tokenFile.path)"
        },
        "state": { "directory": "\(folder.url.appending(path: "state").path)" }
      }
      """
    try Data(text.utf8).write(to: config)
  }

  /// A bridge that has its channel.
  private func bridge() async throws -> (program: ExternalProgram, channel: String) {
    let program = try ExternalProgram(
      BuiltProduct.url("liveview-bridge"), ["run", "--config", configFile])
    try #require(await program.line(containing: "channel ready") != nil, "\(program.lines)")
    return (program, try #require(api.read { $0.channelIDs }.last))
  }

  private func orphans(_ arguments: String...) async throws -> ExternalProgram.Outcome {
    try await ExternalProgram.run(
      BuiltProduct.url("liveview-bridge").path,
      ["imageflux", "orphans", "--config", configFile] + arguments)
  }

  private func listed() async throws -> [String: String] {
    let outcome = try await orphans("--json")
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let json = try JSONValue(reading: ByteBuffer(bytes: outcome.output))
    let items = json["channels"]?.array ?? []
    let pairs = items.map { ($0["channel_id"]?.string ?? "", $0["origin"]?.string ?? "") }
    return Dictionary(pairs) { first, _ in first }
  }

  @Test func aKilledBridgesChannelIsFoundAndDeleted() async throws {
    let (program, channel) = try await bridge()
    #expect(try await listed() == [channel: "inUse"])
    let inUse = try await orphans("--delete", channel)
    #expect(inUse.exitCode == 1)
    #expect(inUse.errors.contains("in use by a running bridge"))
    #expect(try await orphans("--delete").exitCode == 1)
    program.kill()
    _ = await program.exit()
    #expect(api.read { $0.channelIDs } == [channel])
    #expect(try await listed() == [channel: "leftOver"])
    let text = try await orphans()
    #expect(String(decoding: text.output, as: UTF8.self).contains("1 left over"))
    #expect(try await orphans("--delete").exitCode == 0)
    #expect(api.read { $0.channelIDs } == [])
    #expect(try await listed() == [:])
    // The next bridge finds nothing to delete.
    let (next, second) = try await bridge()
    #expect(await next.terminate() == 0)
    #expect(api.calls(of: "DeleteChannel").count == 2)
    #expect(api.read { $0.everCreated } == [channel, second])
  }

  @Test func channelsOfOthersAreDeletedOnlyByName() async throws {
    let create = try await ExternalProgram.run(
      BuiltProduct.url("liveview-bridge").path,
      [
        "imageflux", "create-multistream-channel", "--api-url", api.url, "--access-token-file",
        folder.url.appending(path: "token").path,
      ])
    #expect(create.exitCode == 0, "\(create.errors)")
    let other = try #require(api.read { $0.channelIDs }.first)
    #expect(try await listed() == [other: "notOurs"])
    #expect(try await orphans("--delete").exitCode == 0)
    #expect(api.read { $0.channelIDs } == [other])
    #expect(try await orphans("--delete", other).exitCode == 0)
    #expect(api.read { $0.channelIDs } == [])
    let gone = try await orphans("--delete", other)
    #expect(gone.exitCode == 0)
    #expect(String(decoding: gone.output, as: UTF8.self).contains("not there"))
    // Looking leaves nothing behind.
    #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "state").path))
  }

  @Test func aCreationWithoutAnAnswerIsNamed() async throws {
    api.fail("CreateChannel", with: .lostReply)
    let (program, used) = try await bridge()
    let lost = try #require(api.read { $0.everCreated }.first)
    #expect(try await listed() == [used: "inUse", lost: "unfinishedCreation"])
    // It is not the running bridge's, as far as that knows.
    #expect(try await orphans("--delete", lost).exitCode == 0)
    #expect(await program.terminate() == 0)
    #expect(api.read { $0.channelIDs } == [])
  }

  @Test func mistakesAreNamed() async throws {
    let wrong = try await orphans("--state", "x", "channel")
    #expect(wrong.exitCode == 64)
    #expect(wrong.errors.contains("--state"))
    #expect(wrong.errors.contains("only behind --delete"))
    let noToken = try await ExternalProgram.run(
      BuiltProduct.url("liveview-bridge").path,
      ["imageflux", "orphans", "--api-url", api.url, "--state-directory", folder.url.path])
    #expect(noToken.exitCode == 77)
    let broken = folder.url.appending(path: "state")
    try FileManager.default.createDirectory(at: broken, withIntermediateDirectories: true)
    try Data("x".utf8).write(to: broken.appending(path: "imageflux-channels.json"))
    let unusable = try await orphans("--json")
    #expect(unusable.exitCode == 78)
    #expect(String(decoding: unusable.output, as: UTF8.self).contains("stateUnusable"))
    let config = folder.url.appending(path: "wrong.json")
    try Data(#"{"state": {"directory": 5}, "imageFlux": {"caFile": "/"}}"#.utf8).write(to: config)
    let wrongFile = try await ExternalProgram.run(
      BuiltProduct.url("liveview-bridge").path,
      ["imageflux", "orphans", "--config", config.path])
    #expect(wrongFile.exitCode == 78)
    #expect(wrongFile.errors.contains("state.directory = 5 (wrong.json): must be"))
    #expect(wrongFile.errors.contains("imageFlux.caFile = / (wrong.json): must be"))
    let help = try await orphans("--help")
    #expect(help.exitCode == 0)
    #expect(String(decoding: help.output, as: UTF8.self).contains("leftOver"))
  }
}
