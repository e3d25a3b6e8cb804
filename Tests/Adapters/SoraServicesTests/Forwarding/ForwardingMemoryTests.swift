import Configuration
import Foundation
import JSON
import Pipeline
import SimulatedSora
import SoraControl
import TestSupport
import Testing

@testable import SoraServices

@Suite(.timeLimit(.minutes(1))) struct ForwardingMemoryTests {
  private func file(_ scene: ForwardingScene) -> StateFile {
    StateFile(path: scene.folder.url.appending(path: ForwardingMemory.fileName).path)
  }

  private static func content(_ apiURL: String, _ connectionID: String) -> JSONValue {
    [
      "version": 1,
      "forwardings": [
        [
          "api_url": .string(apiURL), "channel_id": "live",
          "connection_id": .string(connectionID),
        ]
      ],
    ]
  }

  @Test func theSlashBehindTheHostMakesNoOtherAPI() async throws {
    let scene = try await ForwardingScene()
    let file = file(scene)
    try await file.replace(with: Self.content("http://h:1", "A"))
    let memory = ForwardingMemory(file: file, apiURL: "http://h:1/")
    #expect(try await memory.open().leftovers.map(\.connectionID) == ["A"])
    #expect(await memory.foreign == [])
    await memory.close()
    let other = ForwardingMemory(file: file, apiURL: "http://h:2")
    #expect(try await other.open().leftovers == [])
    #expect(await other.foreign.map(\.apiURL) == ["http://h:1/"])
    await other.close()
  }

  @Test(arguments: [
    #"{"hello":1}"#, "[1,2]", #"{"version":2,"forwardings":[]}"#, #"{"version":1}"#,
    #"{"version":1,"forwardings":{}}"#, #"{"forwardings":[]}"#, "1", "",
  ])
  func whatIsNoFileOfOursIsKept(text: String) async throws {
    let scene = try await ForwardingScene()
    let file = file(scene)
    try text.write(toFile: file.path, atomically: true, encoding: .utf8)
    let memory = ForwardingMemory(file: file, apiURL: "http://h:1/")
    let broken = try await memory.open().broken
    #expect(broken?.path == file.path + ".broken-1")
    #expect(broken?.reason.isEmpty == false)
    #expect(try String(contentsOfFile: file.path + ".broken-1", encoding: .utf8) == text)
    await memory.close()
  }

  @Test func entriesWithoutAChannelAreCounted() async throws {
    let scene = try await ForwardingScene()
    let file = file(scene)
    try await file.replace(with: [
      "version": 1, "forwardings": [["connection_id": "A"], 7, ["channel_id": "live"]],
    ])
    let memory = ForwardingMemory(file: file, apiURL: "http://h:1/")
    let content = try await memory.open()
    #expect(content.unusableEntries == 2)
    #expect(content.leftovers.map(\.channelID) == ["live"])
    #expect(content.broken == nil)
    await memory.close()
  }

  @Test func aLeftoverUnderAnotherNameOfThisSoraEndsBeforeTheStart() async throws {
    let scene = try await ForwardingScene()
    let publisher = scene.sora.change { $0.publish("live") }
    let alias = "http://localhost:\(scene.sora.port)/"
    try await file(scene).replace(with: Self.content(alias, publisher))
    try await scene.run {
      try await scene.sora.call(of: "GetConnectionRemoteStats")
      #expect(scene.sora.read { $0.forwarding(of: publisher) } != nil)
    }
    let calls = scene.sora.journal.compactMap(\.operation).filter { $0.hasSuffix("Rtp") }
    #expect(calls.prefix(2) == ["StopForwardingRtp", "StartForwardingRtp"])
    #expect(calls.filter { $0 == "StopForwardingRtp" }.count == 2)
  }

  @Test(arguments: [401, 403, 408, 429, 500])
  func aStopThatWasNotConsideredIsKeptForLater(status: Int) async throws {
    let scene = try await ForwardingScene()
    let old = try await SimulatedSora()
    old.fail("StopForwardingRtp", times: nil, with: .refusal("BUSY", status: status))
    try await file(scene).replace(with: Self.content(old.url, "OLD"))
    let publisher = scene.sora.change { $0.publish("live") }
    try await scene.run {
      try await scene.sora.until { $0.forwarding(of: publisher) != nil }
    }
    #expect(try await scene.remembered == ["OLD"])
    old.heal()
    scene.sora.clearJournal()
    // It does not know the connection, and says so.
    try await scene.run {
      try await scene.sora.call(of: "StartForwardingRtp")
    }
    #expect(try await scene.remembered == [])
    try await old.stop()
  }

  @Test func anEndDoesNotWaitForAnEarlierAPI() async throws {
    let scene = try await ForwardingScene()
    let old = try await SimulatedSora()
    old.fail(nil, times: nil, with: .held)
    try await file(scene).replace(with: Self.content(old.url, "OLD"))
    try await scene.run(["requestTimeoutSeconds": .double(60)]) {
      try await old.call(of: "StopForwardingRtp")
    }
    #expect(scene.sora.calls(of: "StartForwardingRtp").isEmpty)
    #expect(try await scene.remembered == ["OLD"])
    try await old.stop()
  }
}
