import Configuration
import SimulatedCamera
import Testing

@testable import Inputs
@testable import Pipeline

/// How many calls the camera gets at a time, as the camera saw it.
@Suite(.serialized, .timeLimit(.minutes(1))) struct CallLoadTests {
  @Test(arguments: [RemoteApplication.embedded, .installed, .withoutEvents])
  func shortCallsNeverOverlap(application: RemoteApplication) async throws {
    try await CameraRig.with {
      $0.application = application
    } _: { rig in
      let input = rig.input([
        "camera.url": ConfigValue(stringLiteral: rig.endpoints.descriptionURL),
        "camera.stallSeconds": 1.0, "camera.setup.selfTimerOff": true,
        "camera.setup.shootMode": "still",
        "camera.setup.exposureCompensation": -1.0, "camera.setup.touchAFPosition": "50,50",
      ])
      try await rig.running(input) {
        _ = try await rig.tray.next(5)
        // Calls that are slow enough to be overtaken.
        try await rig.camera.apply("api-slow:100")
        for command in ["leave-rec-mode", "wedge:liveview", "clean-end", "shutter:300"] {
          try await rig.camera.apply(command)
          #expect(await rig.camera.waitUntil { $0.hasLiveviewClient })
          _ = try await rig.tray.next(10)
        }
      }
      let calls = await rig.camera.callRecords.filter { $0.method != "GET" }
      #expect(calls.count > 10)
      // One short call, and beside it at most a poll that the camera holds.
      #expect(calls.allSatisfy { $0.inFlight <= 2 }, "\(calls)")
      let short = calls.filter { $0.method != "getEvent" }
      for (earlier, later) in zip(short, short.dropFirst()) {
        #expect(earlier.endedAt.map { $0 <= later.arrivedAt } == true, "\(earlier) \(later)")
      }
    }
  }
}
