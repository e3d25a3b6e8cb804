import NIOCore
import Synchronization
import Testing

@testable import SimulatedCamera

extension SocketTests {
  @Suite(.timeLimit(.minutes(1))) struct ScenarioPlayerTests {
    private final class Lines: Sendable {
      private let lines = Mutex<[String]>([])
      var all: [String] { lines.withLock { $0 } }
      func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    @Test func eventsTakePlaceInOrderAndAreReported() async throws {
      // A day in a tenth of a second.
      let scenario = try Scenario(
        parsing: """
          {"timeScale": 864000, "events": [
            {"at": "06:00", "do": "battery:100"},
            {"at": "12:00", "do": "frame-rate:10"},
            {"at": "18:00", "do": "address:203.0.113.1"},
            {"at": "24:00", "do": "address:127.0.0.1"},
            {"at": "30:00", "do": "battery:25"}
          ]}
          """)
      try await withCamera { camera, _ in
        let lines = Lines()
        try await ScenarioPlayer(scenario).play(on: camera) { lines.add($0) }
        let all = lines.all
        try #require(all.count == 5)
        #expect(all[0] == "06:00:00 battery:100")
        #expect(all[1] == "12:00:00 frame-rate:10")
        #expect(all[2].hasPrefix("18:00:00 address:203.0.113.1: address did not work: "))
        #expect(all[3] == "24:00:00 address:127.0.0.1")
        #expect(all[4] == "30:00:00 battery:25")
        #expect(await camera.body.battery == .quarter)
        #expect(await camera.liveview.pacing.framesPerSecond == 10)
        #expect(await camera.status.isReachable)
      }
    }

    @Test func clientSeesWhatIsPlayed() async throws {
      let scenario = try Scenario(
        parsing: """
          {"timeScale": 36000, "events": [
            {"at": "10:00", "do": "shutter:10"}, {"at": "11:00", "do": "wifi-flap:0.1"}
          ]}
          """)
      try await StreamRig.with { rig in
        try await ScenarioPlayer(scenario).play(on: rig.camera) { _ in }
        #expect(await rig.camera.status.isReachable == false)
        #expect(await rig.camera.status.counters.picturesTaken == 1)
        #expect(await rig.camera.waitUntil { $0.isReachable })
        _ = try await TestConnection.openWithLiveview(rig.endpoints)
        #expect(try await rig.newStreamIsSound())
      }
    }

    @Test func playingCanBeStopped() async throws {
      let scenario = try Scenario(
        parsing: """
          {"timeScale": 1, "events": [
            {"at": "00:00", "do": "battery:50"}, {"at": "24:00", "do": "battery:0"}
          ]}
          """)
      try await withCamera { camera, _ in
        let playing = Task { try await ScenarioPlayer(scenario).play(on: camera) { _ in } }
        #expect(await camera.waitUntil { _ in true })
        playing.cancel()
        await #expect(throws: CancellationError.self) { try await playing.value }
      }
    }
  }
}
