import SimulatedSora
import TestSupport
import Testing

/// The real program against ImageFlux's API: after each step exactly the channels exist that
/// should, for those that are left over cost money.
@Suite("Daemon: channels of ImageFlux", .timeLimit(.minutes(2)))
struct ImageFluxDaemonTests {
  let state: TemporaryFolder
  let api: SimulatedSora
  /// Of somebody else with the same token; nobody may touch it.
  let foreign: String

  init() async throws {
    state = try TemporaryFolder()
    api = try await SimulatedSora(.imageFlux(token: SoraExample.token))
    foreign = api.change { $0.addChannel() }
  }

  private func start() throws -> SoraDaemon {
    try SoraDaemon(state: state, SoraDaemon.channel(api))
  }

  /// Waits until there is one channel besides the others' and those in `except`, and the daemon
  /// knows of it.
  private func ready(_ daemon: SoraDaemon, except: [String] = []) async throws -> String {
    let line = try await daemon.line(containing: "channel ready")
    let own = api.read(\.channelIDs).filter { $0 != foreign && !except.contains($0) }
    #expect(own.count == 1)
    let id = try #require(own.first)
    #expect(line.contains(id))
    return id
  }

  @Test("makes a channel at the start and deletes it at the end")
  func startAndEnd() async throws {
    var ids: [String] = []
    for _ in 0..<2 {
      let daemon = try start()
      ids.append(try await ready(daemon))
      #expect(await daemon.stop() == 0)
      #expect(api.read(\.channelIDs) == [foreign])
    }
    // One for each session.
    #expect(Set(ids).count == 2)
    #expect(api.read(\.everCreated) == [foreign] + ids)
  }

  @Test("the next start deletes what kill -9 left")
  func killed() async throws {
    let first = try start()
    let old = try await ready(first)
    await first.kill()
    #expect(api.read(\.channelIDs) == [foreign, old])
    let second = try start()
    try await second.line(containing: "channel ready")
    let new = try await ready(second)
    #expect(new != old)
    #expect(await second.stop() == 0)
    #expect(api.read(\.channelIDs) == [foreign])
  }

  @Test("a daemon killed while it creates: the channel of unknown id is named and left alone")
  func killedWhileCreating() async throws {
    api.fail("CreateChannel", with: .heldReply)
    let first = try start()
    try await api.call(of: "CreateChannel")
    await first.kill()
    let unknown = try #require(api.read(\.channelIDs).last)
    #expect(unknown != foreign)
    let second = try start()
    #expect(try await second.line(containing: "left alone").contains(unknown))
    let own = try await ready(second, except: [unknown])
    #expect(own != unknown)
    #expect(await second.stop() == 0)
    #expect(api.read(\.channelIDs) == [foreign, unknown])
  }

  @Test("a creation whose answer is lost: named, left alone, and another one made")
  func lostReply() async throws {
    api.fail("CreateChannel", with: .lostReply)
    let daemon = try start()
    try await api.until { $0.channelIDs.count == 2 }
    let unknown = try #require(api.read(\.channelIDs).last)
    #expect(try await daemon.line(containing: "left alone").contains(unknown))
    let own = try await ready(daemon, except: [unknown])
    #expect(await daemon.stop() == 0)
    #expect(api.read(\.channelIDs) == [foreign, unknown])
    #expect(api.read(\.everCreated) == [foreign, unknown, own])
  }

  @Test("begins as soon as the API is there")
  func awayAtStart() async throws {
    try await api.stop()
    let daemon = try start()
    try await daemon.line(containing: "imageFlux: ")
    try await api.start()
    _ = try await ready(daemon)
    #expect(await daemon.stop() == 0)
    #expect(api.read(\.channelIDs) == [foreign])
  }

  @Test("an API that hangs at the end does not hold the program; the next start deletes")
  func hangsAtTheEnd() async throws {
    let first = try start()
    let old = try await ready(first)
    api.fail(times: nil, with: .held)
    try await first.stopsInOrder("imageFlux")
    #expect(api.read(\.channelIDs) == [foreign, old])
    api.heal()
    let second = try start()
    #expect(try await ready(second) != old)
    #expect(await second.stop() == 0)
    #expect(api.read(\.channelIDs) == [foreign])
  }

  @Test("an API that takes no connections does not hold the program")
  func connectsAtTheEnd() async throws {
    let port = try UnansweringPort()
    let daemon = try SoraDaemon(state: state, SoraDaemon.channel(at: port.url, timeout: 30))
    await port.isTried()
    try await daemon.stopsInOrder("imageFlux")
  }

  @Test(
    "a deletion without an answer is not forgotten",
    arguments: [SoraFault.lostReply, .badGateway, .closed])
  func deletionUnanswered(_ fault: SoraFault) async throws {
    let first = try start()
    _ = try await ready(first)
    api.fail("DeleteChannel", times: nil, with: fault)
    #expect(await first.stop() == 0)
    api.heal()
    let second = try start()
    _ = try await ready(second)
    #expect(await second.stop() == 0)
    #expect(api.read(\.channelIDs) == [foreign])
  }

  @Test("a channel that somebody deletes is followed by a new one")
  func deletedByOthers() async throws {
    let daemon = try start()
    let old = try await ready(daemon)
    api.change { $0.channels.removeAll { $0.id == old } }
    try await api.until { [foreign] state in
      state.channelIDs.contains { $0 != old && $0 != foreign }
    }
    #expect(await daemon.stop() == 0)
    #expect(api.read(\.channelIDs) == [foreign])
  }

  @Test("two daemons with one state directory do not touch each other's channel")
  func twoDaemons() async throws {
    let first = try start()
    let own = try await ready(first)
    let second = try start()
    try await second.line(containing: "is in use by another bridge")
    #expect(api.read(\.channelIDs) == [foreign, own])
    #expect(await second.stop() == 0)
    #expect(api.read(\.channelIDs) == [foreign, own])
    #expect(await first.stop() == 0)
    #expect(api.read(\.channelIDs) == [foreign])
  }

  @Test("the token is nowhere to be read")
  func token() async throws {
    let daemon = try start()
    _ = try await ready(daemon)
    #expect(await daemon.stop() == 0)
    #expect(!daemon.program.lines.contains { $0.contains(SoraExample.token) })
  }
}
