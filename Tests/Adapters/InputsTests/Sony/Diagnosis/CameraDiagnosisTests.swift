import Foundation
import Media
import NIOCore
import SimulatedCamera
import SonyCamera
import Testing

@testable import Inputs

/// Whole diagnoses of a simulated camera over real sockets.
@Suite(.timeLimit(.minutes(1))) struct CameraDiagnosisTests {
  /// Discovery ports of these tests, each its own, so that they find only their own camera.
  private static func port(_ number: Int) -> Int { 19_300 + number }

  private static func with(
    _ change: (inout SimulatedCameraConfiguration) -> Void = { _ in },
    _ body: (SimulatedCamera, CameraDiagnosis) async throws -> Void
  ) async throws {
    var discoveryPort = 0
    try await CameraRig.with {
      change(&$0)
      discoveryPort = $0.discoveryPort
    } _: { rig in
      var settings = CameraDiagnosis.Settings(bridgeVersion: "1.2.3")
      settings.address = CameraAddress(rig.endpoints.descriptionURL)
      settings.streamDuration = .milliseconds(400)
      var diagnosis = CameraDiagnosis(settings: settings)
      diagnosis.searchDuration = .milliseconds(350)
      diagnosis.findLimit = .seconds(5)
      diagnosis.discoveryPort = discoveryPort
      try await body(rig.camera, diagnosis)
    }
  }

  @Test func diagnosesAnEmbeddedApplication() async throws {
    try await Self.with({ $0.discoveryPort = Self.port(1) }) { camera, diagnosis in
      let result = await diagnosis.run()
      #expect(result.outcome == .pictureReceived)
      #expect(result.application?.name.contains("Smart Remote") == true)
      #expect(result.versions == ["1.0"])
      #expect(result.methodsBefore.contains("startRecMode"))
      #expect(!result.methodsBefore.contains("startLiveview"))
      #expect(result.methodsAfter.contains("startLiveview"))
      #expect(result.hasEnteredRecMode)
      #expect(result.eventBefore?.version == .minor0)
      #expect(result.eventBefore?.isLiveviewRunning == false)
      #expect(result.eventDuring?.isLiveviewRunning == true)
      let liveview = try #require(result.liveview)
      #expect(liveview.end == .measured)
      #expect(liveview.status == 200)
      #expect(liveview.field("transfer-encoding") == "chunked")
      #expect(liveview.kinds.keys.sorted() == ["640x424 4:2:2"])
      #expect(liveview.pictureCount > 1)
      #expect(liveview.firstHeader?.announcedSize == .alpha6000Liveview)
      #expect(liveview.unexpectedHeaderByteCount == 0)
      #expect(liveview.paddingByteCount == 0)
      #expect(liveview.statistics.staleByteCount > 0)
      let report = result.report.text
      for line in [
        "1. which application, API and versions? Smart Remote",
        "2. does startLiveviewWithSize work? no, error 12",
        "7. is error 40401 ever sent; which error right after startRecMode? 40401 not in this run",
        "9. a second station, a static address? not observed in this run",
      ] {
        #expect(report.contains(line), "\(line)")
      }
    }
  }

  @Test func leavesTheCameraAsItWas() async throws {
    try await Self.with({ $0.discoveryPort = Self.port(2) }) { camera, diagnosis in
      let result = await diagnosis.run()
      #expect(
        result.calls.suffix(2).map(\.call.method) == [.stopLiveview, .stopRecMode])
      let isLeft = await camera.waitUntil { !$0.isRecMode && !$0.isLiveviewActive }
      #expect(isLeft)
    }
  }

  @Test func leavesWhatWasRunningRunning() async throws {
    try await Self.with({ $0.discoveryPort = Self.port(3) }) { camera, diagnosis in
      let endpoint = try #require(CameraURL(await camera.endpoints.apiURL))
      let phone = CameraHTTPClient()
      for call in [CameraCall.startRecMode, .startLiveview] {
        _ = try await phone.call(call, endpoint: endpoint, timeLimit: .seconds(5))
      }
      let result = await diagnosis.run()
      #expect(result.outcome == .pictureReceived)
      #expect(!result.hasEnteredRecMode)
      #expect(result.remarks.contains { $0.contains("running already") })
      #expect(!result.calls.contains { $0.call.method == .stopLiveview })
      #expect(!result.calls.contains { $0.call.method == .stopRecMode })
      let status = await camera.status
      #expect(status.isRecMode && status.isLiveviewActive)
    }
  }

  @Test func diagnosesAnInstalledApplication() async throws {
    try await Self.with({
      $0.discoveryPort = Self.port(4)
      $0.application = .installed
      $0.pictureSize = PictureSize(width: 1024, height: 680)
    }) { _, diagnosis in
      let result = await diagnosis.run()
      #expect(result.outcome == .pictureReceived)
      #expect(result.versions.contains("1.3"))
      #expect((result.eventBefore?.version ?? .minor0) > .minor1)
      #expect(result.eventDuring?.entries["batteryInfo"] != nil)
      #expect(result.report.text.contains("2. does startLiveviewWithSize work? yes, size L"))
    }
  }

  @Test func hearsTheCameraBeforeAndDuringLiveview() async throws {
    try await Self.with({
      $0.discoveryPort = Self.port(5)
      $0.answersDiscovery = true
    }) { _, diagnosis in
      var diagnosis = diagnosis
      diagnosis.searchDuration = .seconds(2)
      let result = await diagnosis.run()
      #expect(result.search.messages.contains { $0.kind == .answer })
      #expect(!result.report.text.contains("8E45006A6000"))
      #expect(!result.report.json.contains("8E45006A6000"))
      #expect(result.report.text.contains("8E45…"))
    }
  }

  @Test func aFailingStepDoesNotEndTheReport() async throws {
    try await Self.with({ $0.discoveryPort = Self.port(6) }) { camera, diagnosis in
      await camera.injectAPIFaults([.httpStatus(503)], method: "getApplicationInfo")
      await camera.injectAPIFaults([.error(code: 40401)], method: "startLiveview")
      let result = await diagnosis.run()
      #expect(result.outcome == .pictureReceived)
      #expect(result.application == nil)
      let record = try #require(
        result.calls.first { $0.call.method == .getApplicationInfo })
      #expect(record.summary.hasPrefix("error 503"))
      #expect(result.calls.count { $0.call.method == .startLiveview } == 2)
      #expect(result.report.text.contains("40401 was sent"))
    }
  }

  @Test func withoutACameraItSaysWhatToTry() async throws {
    try await Self.with({ $0.discoveryPort = Self.port(7) }) { camera, diagnosis in
      await camera.vanish()
      let result = await diagnosis.run()
      #expect(result.outcome == .noCamera)
      #expect(result.camera == nil)
      #expect(result.report.text.contains("no camera found"))
      #expect(result.remarks.contains { $0.contains("Send to Smartphone") })
    }
  }

  @Test func whenCancelledItLeavesTheCamera() async throws {
    try await Self.with({ $0.discoveryPort = Self.port(8) }) { camera, diagnosis in
      var settings = diagnosis.settings
      settings.streamDuration = .seconds(600)
      var long = CameraDiagnosis(settings: settings)
      long.searchDuration = .zero
      long.discoveryPort = Self.port(8)
      let task = Task { [long] in await long.run() }
      #expect(await camera.waitUntil { $0.counters.framesSent > 1 })
      task.cancel()
      let result = await task.value
      #expect(result.calls.suffix(2).map(\.call.method) == [.stopLiveview, .stopRecMode])
      #expect(result.calls.suffix(2).map(\.summary) == ["[0]", "[0]"])
      #expect(result.liveview?.status == 200)
      let isLeft = await camera.waitUntil { !$0.isRecMode && !$0.isLiveviewActive }
      #expect(isLeft)
    }
  }
}
