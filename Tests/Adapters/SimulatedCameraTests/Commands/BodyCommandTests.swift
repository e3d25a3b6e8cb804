import NIOCore
import Testing

@testable import SimulatedCamera

extension SocketTests {
  /// What happens to the camera, seen by a client of API and stream.
  @Suite(.timeLimit(.minutes(1))) struct BodyCommandTests {
    private func events(_ rig: StreamRig, version: String = "1.0") async throws -> String {
      try await rig.api.call("getEvent", "[false]", version: version)
    }

    @Test func batteryIsToldInQuarters() async throws {
      try await StreamRig.with(testConfiguration { $0.application = .installed }) { rig in
        for (percent, quarters) in [(100, 4), (80, 4), (75, 3), (26, 2), (1, 1), (0, 0)] {
          try await rig.camera.apply("battery:\(percent)")
          #expect(try await events(rig, version: "1.2").contains("\"levelNumer\":\(quarters),"))
        }
        // An absence is too short to charge it.
        try await rig.camera.apply("vanish")
        try await rig.camera.apply("reappear")
        let api = try await TestConnection.openWithLiveview(rig.endpoints)
        #expect(
          try await api.call("getEvent", "[false]", version: "1.2").contains("\"levelNumer\":0,"))
      }
    }

    @Test func heatIsAnErrorWithPictures() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("heat-warning")
        #expect(try await events(rig).contains("\"cameraStatus\":\"Error\""))
        #expect(try await rig.newStreamIsSound())
        try await rig.camera.apply("heat-warning:off")
        #expect(try await events(rig).contains("\"cameraStatus\":\"IDLE\""))
      }
    }

    @Test func silentWaitingScreenKeepsTheStreamOpen() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("waiting-screen-silent")
        #expect(try await rig.sendsNothing())
        #expect(await rig.camera.status.hasLiveviewClient)
        let before = try await events(rig)
        #expect(before.contains("\"startRecMode\"") && !before.contains("\"startLiveview\""))
        #expect(try await rig.api.call("startLiveview").contains("\"error\":[1,"))
        _ = try await rig.api.call("startRecMode")
        #expect(await rig.camera.status.hasLiveviewClient)
        let sent = await rig.camera.status.counters.framesSent
        _ = try await rig.api.call("startLiveview")
        // One was read before: two of these at least are new, on the same connection.
        #expect(try await rig.stream.readPackets(sent + 1).count == sent + 1)
        try await rig.camera.apply("leave-rec-mode")
        while try await rig.stream.readPacket() != nil {}
        #expect(await !rig.camera.status.hasLiveviewClient)
      }
    }

    @Test func soundStreamEndsOnTheWaitingScreen() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("waiting-screen-silent")
        try await rig.camera.apply("liveview-sound")
        while try await rig.stream.readPacket() != nil {}
        #expect(await !rig.camera.status.hasLiveviewClient)
      }
    }

    @Test func overheatedCameraGoes() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("overheat:0.05")
        #expect(await rig.camera.waitUntil { !$0.isReachable })
        try await rig.camera.apply("reappear")
        _ = try await TestConnection.openWithLiveview(rig.endpoints)
        #expect(try await rig.newStreamIsSound())
      }
    }

    @Test func shutterInterruptsAndTellsThePhoto() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("shutter:60000")
        #expect(try await events(rig).contains("\"cameraStatus\":\"NotReady\""))
        #expect(try await rig.sendsNothing())
      }
      try await StreamRig.with { rig in
        try await rig.camera.apply("shutter:1")
        #expect(await rig.camera.waitUntil { $0.counters.picturesTaken == 1 })
        #expect(try await events(rig).contains("/postview/pict1.JPG"))
        #expect(try await rig.stream.readPackets(2).count == 2)
      }
    }

    @Test func unsupportedDialShortensTheList() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("mode-dial")
        #expect(try await events(rig).contains("\"cameraStatus\":\"NotReady\""))
        #expect(try await rig.api.call("startLiveview").contains("\"error\":[1,"))
        #expect(try await rig.sendsNothing())
        try await rig.camera.apply("mode-dial:supported")
        #expect(try await events(rig).contains("\"cameraStatus\":\"IDLE\""))
        #expect(try await rig.newStreamIsSound())
      }
    }

    @Test func focusingPausesWhileIdle() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("focus:3600")
        #expect(try await events(rig).contains("\"cameraStatus\":\"IDLE\""))
        #expect(try await rig.sendsNothing())
        try await rig.camera.apply("focus:0")
        #expect(try await rig.newStreamIsSound())
      }
    }

    @Test func recModeIsLeft() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("leave-rec-mode")
        #expect(try await rig.api.call("startLiveview").contains("\"error\":[1,"))
      }
    }

    @Test func idleCameraSwitchesItselfOff() async throws {
      try await withCamera { camera, _ in
        try await camera.apply("auto-power-off:0.05")
        #expect(await camera.waitUntil { !$0.isReachable })
      }
    }

    @Test func settersOfCameraSetupAreTakenAndRefused() async throws {
      try await StreamRig.with(testConfiguration { $0.application = .installed }) { rig in
        let calls = [
          ("setLiveviewFrameInfo", "[{\"frameInfo\":true}]"), ("setShootMode", "[\"still\"]"),
          ("setExposureCompensation", "[-3]"), ("setWhiteBalance", "[\"Daylight\",false,-1]"),
          ("setWhiteBalance", "[\"Color Temperature\",true,5500]"), ("setFocusMode", "[\"MF\"]"),
          ("setTouchAFPosition", "[50,33.3]"), ("setSelfTimer", "[0]"),
          ("actZoom", "[\"in\",\"1shot\"]"),
        ]
        for (method, parameters) in calls {
          let answer = try await rig.api.call(method, parameters)
          #expect(answer.contains("\"result\""), "\(method): \(answer)")
        }
        let told = try await events(rig, version: "1.3")
        for text in [
          "\"currentExposureCompensation\":-3", "\"currentWhiteBalanceMode\":\"Color Temperature\"",
          "\"currentColorTemperature\":5500", "\"currentFocusMode\":\"MF\"", "\"zoomPosition\":10",
          "\"type\":\"touchAFPosition\",\"currentSet\":true",
        ] {
          #expect(told.contains(text), "\(text)")
        }
        let wrong = [
          ("setWhiteBalance", "[\"Daylight\"]"), ("setWhiteBalance", "[\"Daylight\",true,5500]"),
          ("setWhiteBalance", "[\"Color Temperature\",true,99]"), ("setTouchAFPosition", "[101,0]"),
        ]
        for (method, parameters) in wrong {
          #expect(try await rig.api.call(method, parameters).contains("\"error\":[3,"))
        }
        try await rig.camera.apply("api-error:setFocusMode=1")
        #expect(try await rig.api.call("setFocusMode", "[\"MF\"]").contains("\"error\":[1,"))
        #expect(try await rig.api.call("setSelfTimer", "[2]").contains("[0]"))
      }
    }
  }
}
