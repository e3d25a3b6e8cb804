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

  /// As under systemd with `DynamicUser`: root deletes what the bridge of another user left.
  @Test(.enabled(if: geteuid() == 0))
  func theStateStaysTheBridgesWhoeverDeletes() async throws {
    let (program, channel) = try await bridge()
    program.kill()
    _ = await program.exit()
    let state = folder.url.appending(path: "state").path
    let file = state + "/imageflux-channels.json"
    for path in [state, file] { try #require(chown(path, 54_321, 54_321) == 0) }
    try #require(unlink(file + ".lock") == 0)
    #expect(try await orphans("--delete").exitCode == 0)
    #expect(api.read { $0.everCreated } == [channel])
    #expect(api.read { $0.channelIDs } == [])
    for path in [state, file, file + ".lock"] {
      let facts = try FileManager.default.attributesOfItem(atPath: path)
      #expect(facts[.ownerAccountID] as? Int == 54_321, "\(path)")
    }
  }

  /// Whether another user may run the program: a home of root's own is no place for it.
  private static var isForAnyUser: Bool {
    var path = BuiltProduct.url("liveview-bridge").resolvingSymlinksInPath().path
    while path != "/" {
      var facts = stat()
      guard stat(path, &facts) == 0, facts.st_mode & 0o001 != 0 else { return false }
      path = (path as NSString).deletingLastPathComponent
    }
    return access("/usr/bin/setpriv", X_OK) == 0
  }

  /// The daemon's user has a file that root put into its directory; another user gets nowhere.
  @Test(.enabled(if: geteuid() == 0 && isForAnyUser), arguments: [54_321, 54_322])
  func anotherUserDoesNotTakeTheFile(user: Int) async throws {
    let (program, channel) = try await bridge()
    program.kill()
    _ = await program.exit()
    let state = folder.url.appending(path: "state").path
    let file = state + "/imageflux-channels.json"
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try #require(chown(state, 54_321, 54_321) == 0 && chmod(state, 0o777) == 0)
    for path in [file, file + ".lock"] { try #require(chmod(path, 0o666) == 0) }
    let outcome = try await ExternalProgram.run(
      "/usr/bin/setpriv",
      [
        "--reuid", "\(user)", "--regid", "\(user)", "--clear-groups",
        BuiltProduct.url("liveview-bridge").path, "imageflux", "orphans", "--config", configFile,
        "--delete", channel,
      ])
    #expect(api.read { $0.channelIDs } == [])
    let facts = try FileManager.default.attributesOfItem(atPath: file)
    if user == 54_321 {
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      #expect(facts[.ownerAccountID] as? Int == 54_321)
    } else {
      #expect(outcome.exitCode == 78)
      #expect(outcome.errors.contains("would belong to user 54322 and not to user 0"))
      #expect(facts[.ownerAccountID] as? Int == 0)
      #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
    }
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

  private func writeState(_ text: String, named name: String = "") throws -> String {
    let state = folder.url.appending(path: "state")
    try FileManager.default.createDirectory(at: state, withIntermediateDirectories: true)
    let file = state.appending(path: "imageflux-channels.json" + name)
    try Data(text.utf8).write(to: file)
    return file.path
  }

  @Test(arguments: [
    ("x", "cannot be used: it is not JSON"), (#"{"version":0}"#, "version is not 1"),
    (#"{"version":2}"#, "is left alone: it is of version 2"),
  ])
  func aStateFileThatIsNoneIsNamedAndTheAccountListed(text: String, reason: String) async throws {
    let foreign = api.change { $0.addChannel() }
    let file = try writeState(text)
    let kept = try writeState("{", named: ".broken-2")
    let outcome = try await orphans("--json")
    #expect(outcome.exitCode == 0)
    #expect(outcome.errors.contains(file) && outcome.errors.contains(reason))
    let json = try JSONValue(reading: ByteBuffer(bytes: outcome.output))
    #expect(json["channels"]?.array?.map { $0["origin"] } == ["notOurs"])
    #expect(json["kept_aside"] == [.string(kept)])
    #expect(json["state_problems"]?.array?.count == 1)
    let lines = String(decoding: try await orphans().output, as: UTF8.self)
    #expect(lines.contains(foreign) && lines.contains(kept))
    // What is left over is not known, but what is named can be deleted.
    let unnamed = try await orphans("--delete")
    #expect(unnamed.exitCode == 78)
    #expect(unnamed.errors.contains(file) && unnamed.errors.contains("name the channels"))
    #expect(api.read { $0.channelIDs } == [foreign])
    #expect(try await orphans("--delete", foreign).exitCode == 0)
    #expect(api.read { $0.channelIDs } == [])
    #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
  }

  @Test func theEntriesBesideAWrongOneCount() async throws {
    let (program, channel) = try await bridge()
    program.kill()
    _ = await program.exit()
    let file = folder.url.appending(path: "state/imageflux-channels.json").path
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let wrong = text.replacing(#""channels":["#, with: #""channels":[{"channelID":""},"#)
    #expect(wrong != text)
    _ = try writeState(wrong)
    #expect(try await listed() == [channel: "leftOver"])
    let outcome = try await orphans("--delete")
    #expect(outcome.exitCode == 0)
    #expect(outcome.errors.contains("accounts[0].channels[0].channelID"))
    #expect(api.read { $0.channelIDs } == [])
    #expect(try String(contentsOfFile: file + ".broken-1", encoding: .utf8) == wrong)
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
