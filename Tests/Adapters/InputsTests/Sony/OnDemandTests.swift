import Configuration
import Media
import SimulatedCamera
import SonyCamera
import Testing

@testable import Inputs
@testable import Pipeline

/// A camera that sleeps while nobody watches.
@Suite(.serialized, .timeLimit(.minutes(1))) struct OnDemandTests {
  private func input(_ rig: CameraRig, sleep: String) -> SonyCameraInput {
    rig.input([
      "camera.url": ConfigValue(stringLiteral: rig.endpoints.descriptionURL),
      "camera.mode": "onDemand", "camera.idleSeconds": 1.0,
      "camera.sleep": ConfigValue(stringLiteral: sleep),
    ])
  }

  private func isAsleep(_ rig: CameraRig) async -> Bool {
    await rig.camera.waitUntil { !$0.isLiveviewActive && !$0.hasLiveviewClient }
  }

  @Test func nobodyWatchesSoLiveviewNeverStarts() async throws {
    try await CameraRig.with { rig in
      rig.tray.want(false)
      try await rig.running(input(rig, sleep: "liveview")) {
        // The watch begins when the camera is asleep.
        #expect(await rig.camera.waitUntil { $0.counters.requestsByMethod["getEvent"] != nil })
        #expect(await rig.callCount(.startLiveview) == 0)
        #expect(await rig.camera.status.counters.liveviewConnections == 0)
        rig.tray.want(true)
        _ = try await rig.tray.next(3)
      }
    }
  }

  @Test(arguments: ["liveview", "recMode"])
  func theCameraSleepsAndWakes(depth: String) async throws {
    try await CameraRig.with { rig in
      try await rig.running(input(rig, sleep: depth)) {
        for _ in 0..<3 {
          _ = try await rig.tray.next(2)
          rig.tray.want(false)
          #expect(await isAsleep(rig))
          #expect(
            await rig.camera.waitUntil { $0.isRecMode == (depth == "liveview") })
          rig.tray.want(true)
        }
        _ = try await rig.tray.next()
        #expect(await rig.callCount(.stopRecMode) == (depth == "recMode" ? 3 : 0))
      }
    }
  }

  @Test func aCameraThatCameBackInItsSleepIsWoken() async throws {
    try await CameraRig.with { rig in
      rig.tray.want(false)
      try await rig.running(input(rig, sleep: "liveview")) {
        #expect(await rig.camera.waitUntil { $0.counters.requestsByMethod["getEvent"] != nil })
        let asked = await rig.callCount(.getEvent)
        await rig.camera.vanish()
        try await rig.camera.reappear()
        #expect(
          await rig.camera.waitUntil {
            $0.counters.requestsByMethod["getEvent", default: 0] > asked
          }
        )
        #expect(await rig.callCount(.startLiveview) == 0)
        rig.tray.want(true)
        _ = try await rig.tray.next(2)
        // It was back on its waiting screen.
        #expect(await rig.callCount(.startRecMode) == 2)
      }
    }
  }
}
