import Configuration
import Foundation
import JSON
import Pipeline
import SimulatedSora
import SoraControl
import TestSupport
import Testing

@testable import SoraServices

/// Looking for channels while bridges come and go.
@Suite(.timeLimit(.minutes(1))) struct ChannelOrphansTests {
  private func open(_ scene: ChannelScene) async throws -> ChannelOrphans {
    let source = SettingsSource(
      name: "test",
      provider: InMemoryProvider(values: [
        AbsoluteConfigKey(["directory"]): ConfigValue(
          .string(scene.folder.url.path), isSecret: false)
      ]))
    let reader = SettingsReader(sources: [source], ledger: SettingsLedger())
    return try await ChannelOrphans.open(
      endpoint: ControlEndpoint(url: scene.api.url, accessToken: Secret(ChannelScene.token)),
      state: StateSettings(settings: reader))
  }

  /// When it looked there was no file to be locked.
  @Test func theFileOfABridgeThatWasStartedSinceIsLeftToIt() async throws {
    let scene = try await ChannelScene()
    let orphans = try await open(scene)
    #expect(!orphans.isBridgeRunning)
    try await scene.bridge().run { channels in
      let id = try await channels.channel().id
      #expect(try await orphans.delete(id))
      #expect(scene.api.read { $0.channelIDs } == [])
      #expect(try await scene.idsOnDisk() == [id])
    }
    await orphans.shutDown()
    #expect(try await scene.idsOnDisk() == [])
  }

  @Test func theFileIsLockedBeforeItIsWritten() async throws {
    let scene = try await ChannelScene()
    let orphans = try await open(scene)
    scene.api.fail("DeleteChannel", times: nil, with: .closed)
    let id = try await scene.bridge().run { try await $0.channel().id }
    scene.api.heal()
    #expect(try await orphans.delete(id))
    #expect(try await scene.idsOnDisk() == [])
    let other = StateFile(path: scene.statePath)
    await #expect(throws: StateFileError.inUse(path: scene.statePath)) { try await other.lock() }
    await orphans.shutDown()
    try await other.lock()
  }

  @Test func lookingMakesNoFile() async throws {
    let scene = try await ChannelScene()
    let orphans = try await open(scene)
    let foreign = scene.api.change { $0.addChannel() }
    #expect(try await orphans.census()[foreign]?.origin == .notOurs)
    #expect(try await orphans.delete(foreign))
    await orphans.shutDown()
    #expect(try await StateFile(path: scene.statePath).read() == nil)
  }
}
