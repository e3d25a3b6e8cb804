import Configuration
import JSON
import NIOCore
import Pipeline
import SimulatedSora
import SoraControl
import TestSupport
import Testing

@testable import SoraServices

@Suite(.timeLimit(.minutes(1))) struct ImageFluxChannelsTests {
  @Test func aChannelLivesAsLongAsTheBridge() async throws {
    let scene = try await ChannelScene()
    let bridge = scene.bridge()
    let id = try await bridge.run { channels in
      let channel = try await channels.channel()
      #expect(scene.api.read { $0.channelIDs } == [channel.id])
      #expect(try await scene.idsOnDisk() == [channel.id])
      #expect(channel.soraURL.hasPrefix("wss://"))
      #expect(channel.playlists.count == 1)
      guard case .object(let details) = bridge.details else { throw CancellationError() }
      #expect(details["channelID"] == .string(channel.id))
      #expect(details["soraURL"] == .string(channel.soraURL))
      #expect(details["playlistURL"] == .text(channel.playlists.first?.url))
      #expect(details["state"] == .string("running"))
      return channel.id
    }
    #expect(scene.api.read { $0.channelIDs } == [])
    #expect(scene.api.read { $0.everCreated } == [id])
    #expect(try await scene.idsOnDisk() == [])
    #expect(bridge.channels.board.current == nil)
    #expect(bridge.lines.contains { $0.hasPrefix("notice channel ready") && $0.contains(id) })
    #expect(bridge.metrics.entries["bridge_imageflux_channels_created_total"] == 1)
    #expect(bridge.metrics.entries["bridge_imageflux_channels_deleted_total"] == 1)
    #expect(bridge.metrics.entries["bridge_imageflux_channel_ready"] == 0)
    #expect(
      scene.api.journal.map(\.operation) == ["ListChannelIDs", "CreateChannel", "DeleteChannel"])
  }

  @Test func aNewSessionHasANewChannel() async throws {
    let scene = try await ChannelScene()
    for _ in 0..<3 {
      _ = try await scene.bridge().run { try await $0.channel() }
    }
    #expect(Set(scene.api.read { $0.everCreated }).count == 3)
    #expect(scene.api.read { $0.channelIDs } == [])
  }

  @Test func theTokenIsNowhereToBeSeen() async throws {
    let scene = try await ChannelScene()
    let bridge = scene.bridge()
    try await bridge.run { channels in
      _ = try await channels.channel()
      #expect(!"\(bridge.details)".contains(ChannelScene.token))
    }
    #expect(!bridge.lines.joined().contains(ChannelScene.token))
    let disk = try #require(try await StateFile(path: scene.statePath).read())
    #expect(!"\(disk)".contains(ChannelScene.token))
    let calls = scene.api.journal
    #expect(calls.allSatisfy { $0[header: "Authorization"] == "Bearer " + ChannelScene.token })
  }

  @Test func whatACrashLeftIsDeletedFirst() async throws {
    let scene = try await ChannelScene()
    // A crash between the note and the end: no deletion gets through.
    scene.api.fail("DeleteChannel", times: nil, with: .closed)
    let first = try await scene.bridge().run { try await $0.channel().id }
    #expect(scene.api.read { $0.channelIDs } == [first])
    #expect(try await scene.idsOnDisk() == [first])
    scene.api.heal()
    let bridge = scene.bridge()
    try await bridge.run { channels in
      let second = try await channels.channel().id
      #expect(scene.api.read { $0.channelIDs } == [second])
    }
    #expect(scene.api.read { $0.channelIDs } == [])
    #expect(bridge.lines.contains { $0.hasPrefix("notice channel deleted") && $0.contains(first) })
  }

  @Test func aDeletionWithoutAnAnswerDoesNotHoldTheEndUp() async throws {
    let scene = try await ChannelScene()
    let bridge = scene.bridge(closingLimit: .milliseconds(50))
    let id = try await bridge.run { channels in
      let channel = try await channels.channel()
      scene.api.fail("DeleteChannel", times: nil, with: .held)
      return channel.id
    }
    // It is over; what was not answered is still known.
    #expect(try await scene.idsOnDisk() == [id])
    scene.api.heal()
    scene.api.release()
    _ = try await scene.bridge().run { try await $0.channel() }
    #expect(scene.api.read { $0.channelIDs } == [])
  }

  @Test func aDeletionOfWhatIsGoneCountsAsDone() async throws {
    let scene = try await ChannelScene()
    try await scene.bridge().run { channels in
      _ = try await channels.channel()
      scene.api.change { $0.channels = [] }
    }
    #expect(try await scene.idsOnDisk() == [])
  }

  @Test func aSilentDeletionIsADeletion() async throws {
    let scene = try await ChannelScene()
    scene.api.change { $0.deletesSilently = true }
    _ = try await scene.bridge().run { try await $0.channel() }
    #expect(try await scene.idsOnDisk() == [])
  }

  @Test func aCreationWhoseReplyIsLostIsToldAndNotGuessed() async throws {
    let scene = try await ChannelScene()
    scene.api.fail("CreateChannel", with: .lostReply)
    let bridge = scene.bridge()
    let (lost, used) = try await bridge.run { channels in
      let used = try await channels.channel().id
      let lost = try #require(scene.api.read { $0.everCreated }.first)
      guard case .object(let details) = bridge.details else { throw CancellationError() }
      #expect(details["unclaimed"] == .array([.string(lost)]))
      return (lost, used)
    }
    #expect(lost != used)
    #expect(scene.api.read { $0.channelIDs } == [lost])
    #expect(bridge.lines.contains { $0.contains("unfinished creation") && $0.contains(lost) })
    #expect(scene.api.calls(of: "CreateChannel").count == 2)
  }

  /// The answer is given up, and the channel made after the next list.
  @Test func aChannelThatTheServerMakesLateIsNamed() async throws {
    let scene = try await ChannelScene()
    scene.api.fail("CreateChannel", with: .held)
    let bridge = scene.bridge([
      "requestTimeoutSeconds": .double(1), "checkIntervalSeconds": .double(5),
    ])
    let late = try await bridge.run { channels in
      let used = try await channels.channel().id
      #expect(scene.api.read { $0.everCreated } == [used])
      scene.api.release()
      await bridge.line(containing: "unfinished creation")
      let late = try #require(scene.api.read { $0.everCreated }.last)
      #expect(late != used)
      guard case .object(let details) = bridge.details else { throw CancellationError() }
      #expect(details["unclaimed"] == .array([.string(late)]))
      return late
    }
    #expect(scene.api.read { $0.channelIDs } == [late])
  }

  @Test func aRefusedCreationIsAnErrorOfTheSession() async throws {
    let scene = try await ChannelScene()
    scene.api.fail("CreateChannel", with: .refusal("TooManyChannels"))
    let bridge = scene.bridge()
    _ = try await bridge.run { try await $0.channel() }
    #expect(bridge.lines.contains { $0.contains("TooManyChannels") })
    #expect(scene.api.read { $0.everCreated }.count == 1)
  }

  @Test func anAnswerWithoutAnIDIsNamedWithItsTime() async throws {
    let scene = try await ChannelScene()
    scene.api.fail("CreateChannel", with: .emptyReply)
    let bridge = scene.bridge()
    _ = try await bridge.run { try await $0.channel() }
    #expect(bridge.lines.contains { $0.contains("does not tell its id") })
    #expect(!bridge.lines.contains { $0.contains("no answer to the creation") })
    let warning = "warning creation without a usable answer"
    #expect(bridge.lines.contains { $0.hasPrefix(warning) && $0.contains("asked for at 20") })
  }

  @Test(arguments: [
    SoraFault.refusal("HandlerException", status: 500), .refusal("NOT-ALLOWED"),
  ])
  func whatIsNotDeletedIsKeptThoughNothingIsListed(fault: SoraFault) async throws {
    let scene = try await ChannelScene()
    scene.api.fail("ListChannelIDs", times: nil, with: .refusal("MissingTarget"))
    scene.api.fail("DeleteChannel", times: nil, with: fault)
    let bridge = scene.bridge()
    let id = try await bridge.run { try await $0.channel().id }
    #expect(try await scene.idsOnDisk() == [id])
    #expect(!bridge.lines.contains { $0.contains("channel deleted") })
    #expect(bridge.lines.contains { $0.contains("channel could not be deleted") })
  }

  @Test func aWrongTokenCreatesNothing() async throws {
    let scene = try await ChannelScene()
    let bridge = scene.bridge(["accessToken": .string("wrong")])
    try await bridge.run { _ in
      _ = try await scene.api.call(of: "ListChannelIDs", skipping: 1)
    }
    #expect(scene.api.read { $0.everCreated } == [])
    #expect(bridge.lines.contains { $0.contains("session failed") && $0.contains("access") })
    #expect(!bridge.lines.joined().contains("wrong"))
  }

  @Test func theAPIMayComeLater() async throws {
    let scene = try await ChannelScene()
    try await scene.api.stop()
    let bridge = scene.bridge()
    try await bridge.run { channels in
      try await scene.api.start()
      _ = try await channels.channel()
    }
    #expect(scene.api.read { $0.channelIDs } == [])
  }

  @Test func aChannelThatSomebodyDeletedIsReplaced() async throws {
    let scene = try await ChannelScene()
    let bridge = scene.bridge(clock: SkippingClock().clock)
    try await bridge.run { channels in
      let first = try await channels.channel()
      scene.api.change { $0.channels = [] }
      let second = try await channels.channel { $0.id != first.id }
      #expect(scene.api.read { $0.channelIDs } == [second.id])
    }
    #expect(scene.api.read { $0.channelIDs } == [])
    #expect(bridge.metrics.entries["bridge_imageflux_channels_lost_total"] == 1)
  }

  @Test func playlistsComeWithTheStreams() async throws {
    let scene = try await ChannelScene()
    let bridge = scene.bridge(
      ["kind": .string("multistreamWithHLS"), "environment": .double(0)],
      clock: SkippingClock().clock)
    try await bridge.run { channels in
      let channel = try await channels.channel()
      #expect(channel.playlists.isEmpty)
      scene.api.change { state in
        state.publish(channel.id)
        state.makePlaylists(of: channel.id)
      }
      let watched = try await channels.channel { !$0.playlists.isEmpty }
      #expect(watched.id == channel.id)
      #expect(watched.playlists.first?.url.hasSuffix(".m3u8") == true)
      #expect(watched.playlists.first?.connectionID != nil)
    }
    #expect(bridge.lines.contains { $0.contains("playlist ready") })
  }

  @Test func aGivenChannelIsUsedAndLeft() async throws {
    let scene = try await ChannelScene()
    let id = try await scene.bridge().run { channels in
      let id = try await channels.channel().id
      // It is made by somebody else, as far as the next bridge knows.
      scene.api.fail("DeleteChannel", times: 1, with: .closed)
      return id
    }
    let bridge = scene.bridge([
      "channelID": .string(id), "soraURL": .string("wss://sora.example/signaling"),
    ])
    #expect(bridge.channels.startUpLines().first?.contains(id) == true)
    try await bridge.run { channels in
      #expect(try await channels.channel().soraURL == "wss://sora.example/signaling")
      try await scene.api.call(of: "ListChannelIDs", skipping: 1)
    }
    #expect(scene.api.read { $0.everCreated } == [id])
  }

  @Test func twoBridgesNeedTwoDirectories() async throws {
    let scene = try await ChannelScene()
    let second = scene.bridge()
    try await scene.bridge().run { channels in
      _ = try await channels.channel()
      try await second.run { _ in
        await second.line(containing: "in use by another bridge")
      }
    }
    #expect(scene.api.read { $0.everCreated }.count == 1)
  }

  @Test func aBrokenStateFileIsKeptAside() async throws {
    let scene = try await ChannelScene()
    try await StateFile(path: scene.statePath).replace(with: ["version": "x"])
    let bridge = scene.bridge()
    _ = try await bridge.run { try await $0.channel() }
    #expect(bridge.lines.contains { $0.contains("kept aside") && $0.contains(".broken-1") })
    #expect(
      try await StateFile(path: scene.statePath + ".broken-1").read() == ["version": "x"])
  }

  @Test func aLaterProgramsStateFileIsLeftAlone() async throws {
    let scene = try await ChannelScene()
    let later: JSONValue = ["version": 2, "channels": ["paid"]]
    try await StateFile(path: scene.statePath).replace(with: later)
    let bridge = scene.bridge()
    try await bridge.run { _ in
      await bridge.line(containing: "is left alone: it is of version 2")
    }
    #expect(try await StateFile(path: scene.statePath).read() == later)
    #expect(await StateFile(path: scene.statePath).keptAside() == [])
    #expect(scene.api.journal.isEmpty)
    // It is tried again, and goes on once the file is gone.
    try await StateFile(path: scene.statePath).replace(with: ["version": 1, "accounts": []])
    _ = try await bridge.run { try await $0.channel() }
  }

  @Test func aWrongEntryOfTheStateFileDoesNotTakeTheOthersAlong() async throws {
    let scene = try await ChannelScene()
    scene.api.fail("DeleteChannel", times: nil, with: .closed)
    let paid = try await scene.bridge().run { try await $0.channel().id }
    scene.api.heal()
    let file = StateFile(path: scene.statePath)
    var page = try #require(try await file.read()?["accounts"]?.array?.first?.object)
    let entries = try #require(page["channels"]?.array)
    page["channels"] = .array(entries + [["channelID": "", "createdAt": 1]])
    let poisoned: JSONValue = ["version": 1, "accounts": [.object(page), 7]]
    try await file.replace(with: poisoned)
    let bridge = scene.bridge()
    _ = try await bridge.run { try await $0.channel() }
    #expect(scene.api.read { $0.channelIDs } == [])
    #expect(bridge.lines.contains { $0.hasPrefix("notice channel deleted") && $0.contains(paid) })
    let warning = try #require(bridge.lines.first { $0.contains("entries left out") })
    #expect(warning.contains("accounts[0].channels[1].channelID") && warning.contains("count=2"))
    #expect(try await StateFile(path: scene.statePath + ".broken-1").read() == poisoned)
    // It is mended, and the same is not kept twice.
    _ = try await scene.bridge().run { try await $0.channel() }
    try await file.replace(with: poisoned)
    _ = try await scene.bridge().run { try await $0.channel() }
    #expect(await file.keptAside() == [scene.statePath + ".broken-1"])
  }

  @Test(arguments: [#""""#, #""a\u0000b""#, "\"\(String(repeating: "x", count: 256))\"", "7"])
  func anIDThatNoCallCanNameIsNotNoted(id: String) async throws {
    let scene = try await ChannelScene()
    let body = #"{"channel_id":\#(id),"sora_url":"wss://sora.example/signaling"}"#
    scene.api.fail("CreateChannel", with: .answers(Array(body.utf8)))
    let bridge = scene.bridge()
    let used = try await bridge.run { try await $0.channel().id }
    #expect(bridge.lines.contains { $0.contains("does not tell its id") })
    #expect(scene.api.read { $0.everCreated }.contains(used))
    let next = scene.bridge()
    _ = try await next.run { try await $0.channel() }
    #expect(!next.lines.contains { $0.contains("not understood") })
    #expect(await StateFile(path: scene.statePath).keptAside() == [])
  }

  @Test func operationsMeanTheChannelInUseButItsDeletion() async throws {
    let scene = try await ChannelScene()
    let bridge = scene.bridge()
    try await bridge.run { channels in
      let id = try await channels.channel().id
      let controls = bridge.status.controls
      let asked = try #require(controls.action("list-playlist-urls", of: "imageFlux"))
      guard case .done(let answer) = await asked.perform() else {
        Issue.record("not done")
        return
      }
      #expect("\(answer)".contains(id))
      let deletion = try #require(controls.action("delete-channel", of: "imageFlux"))
      guard case .unusableParameters = await deletion.perform() else {
        Issue.record("deleted without a name")
        return
      }
      #expect(scene.api.read { $0.channelIDs } == [id])
      // One of Sora's that ImageFlux passes on.
      #expect(controls.action("disconnect-channel", of: "imageFlux") != nil)
    }
  }

  /// The next look would be in an hour.
  @Test func aChannelDeletedByAnOperationIsReplacedAtOnce() async throws {
    let scene = try await ChannelScene()
    let bridge = scene.bridge(["checkIntervalSeconds": .double(3600)])
    try await bridge.run { channels in
      let first = try await channels.channel().id
      let deletion = try #require(
        bridge.status.controls.action("delete-channel", of: "imageFlux"))
      let body = ByteBuffer(string: #"{"channel_id":"\#(first)"}"#)
      guard case .done = await deletion.perform(body) else {
        Issue.record("not deleted")
        return
      }
      let second = try await channels.channel { $0.id != first }
      #expect(scene.api.read { $0.channelIDs } == [second.id])
    }
  }
}
