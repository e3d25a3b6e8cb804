import Configuration
import Media
import NIOCore
import SimulatedCamera
import SonyCamera
import Testing

@testable import Inputs
@testable import Pipeline

/// Serial, because a dozen simulated cameras at a time are more than a small machine can do.
@Suite(.serialized, .timeLimit(.minutes(1))) struct SonyCameraInputTests {
  @Test func aSearchOnLoopbackLeadsToPictures() async throws {
    let port = CameraRig.discoveryPort(0)
    try await CameraRig.with {
      $0.answersDiscovery = true
      $0.discoveryPort = port
    } _: { rig in
      let input = rig.input(["camera.interface": "127.0.0.1"], discoveryPort: port)
      try await rig.running(input) {
        let frames = try await rig.tray.next(5)
        for (earlier, later) in zip(frames, frames.dropFirst()) {
          #expect(earlier.presentationTime < later.presentationTime)
        }
        for frame in frames {
          #expect(frame.size == .alpha6000Liveview)
          #expect(frame.presentationTime <= frame.arrivalTime)
          #expect(Array(frame.bytes.readableBytesView.suffix(2)) == [0xFF, 0xD9])
        }
        #expect(await rig.callCount(.startRecMode) == 1)
        #expect(rig.entry?.state == .running)
        #expect(rig.entry?.detail?.hasPrefix("receiving 640x424 from ILCE-6000") == true)
      }
    }
  }

  @Test(arguments: ["description", "api", "camera", "hostAndPort"])
  func aGivenAddressNeedsNoSearch(form: String) async throws {
    try await CameraRig.with { rig in
      let api = "http://127.0.0.1:\(rig.endpoints.apiPort)"
      let url = [
        "description": rig.endpoints.descriptionURL, "api": api + "/sony",
        "camera": api + "/sony/camera", "hostAndPort": "127.0.0.1:\(rig.endpoints.apiPort)",
      ][form]
      try await rig.running(rig.input(url: url)) { _ = try await rig.tray.next() }
    }
  }

  @Test func oldPathsCloseDelimitedBodiesAndFrameInformationWorkToo() async throws {
    try await CameraRig.with {
      $0.liveviewPath = "/liveview/liveview.jpg"
      $0.liveviewFraming = .closeDelimited
      $0.frameInformation = .always
    } _: { rig in
      try await rig.running(rig.input()) { _ = try await rig.tray.next(3) }
    }
  }

  @Test func theLargeSizeIsUsedWhereItWorks() async throws {
    try await CameraRig.with {
      $0.liveviewSizeMethods = .works
    } _: { rig in
      try await rig.running(rig.input()) {
        _ = try await rig.tray.next()
        // More than once if a loaded machine takes the stream for a silent one.
        #expect(await rig.callCount(.startLiveviewWithSize) >= 1)
        #expect(await rig.callCount(.startLiveview) == 0)
      }
    }
  }

  @Test func stoppingLeavesTheCameraAsItWasFound() async throws {
    try await CameraRig.with { rig in
      try await rig.running(rig.input()) { _ = try await rig.tray.next() }
      #expect(await rig.callCount(.stopLiveview) == 1)
      #expect(await rig.callCount(.stopRecMode) == 1)
      let status = await rig.camera.status
      #expect(!status.isRecMode)
      #expect(!status.isLiveviewActive)
      #expect(await rig.camera.waitUntil { $0.openConnections == 0 })
    }
  }

  @Test func stoppingWhileTheCameraChangesItsModeLeavesThatMode() async throws {
    try await CameraRig.with { rig in
      await rig.camera.injectAPIFaults([.slow(.milliseconds(200))], method: "startRecMode")
      try await rig.running(rig.input()) {
        #expect(
          await rig.camera.waitUntil { $0.counters.requestsByMethod["startRecMode"] == 1 })
      }
      #expect(await rig.callCount(.stopRecMode) == 1)
      #expect(await rig.callCount(.stopLiveview) == 0)
    }
  }

  @Test func stoppingComesBackFromACameraThatSaysNothing() async throws {
    try await CameraRig.with { rig in
      try await rig.running(rig.input()) {
        _ = try await rig.tray.next()
        await rig.camera.injectAPIFaults([.hang], method: "stopLiveview")
        await rig.camera.injectAPIFaults([.hang], method: "stopRecMode")
      }
      #expect(await rig.callCount(.stopRecMode) == 1)
    }
  }

  @Test func aCameraThatVanishesAndComesBackIsServedAgain() async throws {
    try await CameraRig.with { rig in
      try await rig.running(rig.input()) {
        let before = try await rig.tray.next()
        await rig.camera.vanish()
        try await rig.camera.reappear()
        #expect(await rig.camera.waitUntil { $0.hasLiveviewClient })
        let after = try await rig.tray.next(3)
        #expect(before.presentationTime < after[0].presentationTime)
        #expect(after[0].presentationTime < after[1].presentationTime)
        #expect(await rig.callCount(.startRecMode) == 2)
      }
    }
  }

  @Test func aCameraFoundBySearchIsFoundAgainWithoutOne() async throws {
    let port = CameraRig.discoveryPort(3)
    try await CameraRig.with {
      $0.answersDiscovery = true
      $0.discoveryPort = port
    } _: { rig in
      let input = rig.input(["camera.interface": "127.0.0.1"], discoveryPort: port)
      try await rig.running(input) {
        _ = try await rig.tray.next()
        await rig.camera.vanish()
        try await rig.camera.reappear()
        #expect(await rig.camera.waitUntil { $0.hasLiveviewClient })
        _ = try await rig.tray.next(2)
      }
    }
  }

  @Test func aStreamThatAnotherClientTakesIsTakenBack() async throws {
    try await CameraRig.with { rig in
      let url = try #require(CameraURL(rig.endpoints.liveviewURL))
      try await rig.running(rig.input()) {
        _ = try await rig.tray.next()
        let rivalEnd = await LiveviewReader(
          sink: PictureTray().sink, record: LiveviewRecord(), clock: .system,
          stallLimit: .seconds(30)
        ).read(url) { _ in }
        #expect(rivalEnd == .closed)
        #expect(await rig.camera.status.counters.liveviewConnections >= 3)
        _ = try await rig.tray.next(2)
      }
    }
  }

  @Test func aSilentStreamIsOpenedAgain() async throws {
    try await CameraRig.with { rig in
      try await rig.running(rig.input()) {
        _ = try await rig.tray.next()
        await rig.camera.stallLiveview(true)
        #expect(
          await rig.camera.waitUntil { $0.counters.liveviewConnections >= 2 })
        await rig.camera.stallLiveview(false)
        _ = try await rig.tray.next(2)
      }
    }
  }

  /// Each fault spoils at most some pictures; the stream, or the next one, goes on.
  @Test(arguments: LiveviewFault.allCases)
  func faultsInTheStreamAreSurvived(fault: LiveviewFault) async throws {
    try await CameraRig.with { rig in
      try await rig.running(rig.input()) {
        _ = try await rig.tray.next(2)
        await rig.camera.injectLiveviewFaults([fault])
        let sent = await rig.camera.status.counters.framesSent
        #expect(await rig.camera.waitUntil { $0.counters.framesSent > sent + 2 })
        let frames = try await rig.tray.next(3)
        #expect(frames[1].presentationTime < frames[2].presentationTime)
      }
    }
  }

  /// Each fault hits the first call of a session or one on the way to the stream.
  @Test(arguments: [
    APIFault.httpStatus(503), .notJSON, .error(code: 1, text: "Not Available Now"),
    .error(code: 40401, text: "Camera Not Ready"), .close, .reset,
  ])
  func faultsInCallsAreSurvived(fault: APIFault) async throws {
    try await CameraRig.with { rig in
      for method in ["getVersions", "startRecMode", "startLiveview"] {
        await rig.camera.injectAPIFaults([fault], method: method)
      }
      try await rig.running(rig.input()) { _ = try await rig.tray.next() }
    }
  }

  @Test func callsLeaveNoConnectionBehindButTheStreams() async throws {
    try await CameraRig.with {
      $0.delayScale = 0.05
    } _: { rig in
      try await rig.running(rig.input()) {
        _ = try await rig.tray.next()
        #expect(await rig.camera.waitUntil { $0.openConnections == 1 })
        #expect(await rig.camera.status.counters.liveviewConnections == 1)
      }
    }
  }

  @Test func saysWhetherACameraIsInReach() async throws {
    try await CameraRig.with { rig in
      #expect(await rig.input().isCameraInReach(within: .seconds(10)))
      #expect(await rig.callCount(.startRecMode) == 0)
      await rig.camera.vanish()
      #expect(await !rig.input().isCameraInReach(within: .milliseconds(200)))
    }
  }

  @Test func theStatusTellsWhoAndHowMuch() async throws {
    try await CameraRig.with { rig in
      try await rig.running(rig.input()) {
        _ = try await rig.tray.next(3)
        guard case .object(let status)? = rig.entry?.details?(),
          case .object(let camera)? = status["camera"]
        else {
          Issue.record("details expected")
          return
        }
        #expect(camera["name"] == .string("ILCE-6000"))
        #expect(camera["foundBy"] == .string("settings"))
        #expect(status["pictureSize"] == .string("640x424"))
        #expect(status["activity"] == .string(CameraActivity.receiving.rawValue))
        #expect(status["corruptPictures"] == .int(0))
      }
    }
  }
}
