import Foundation
import SimulatedCamera
import TestSupport
import Testing

/// The real program and a simulated camera. Forced, because other tests run bridges meanwhile.
@Suite(.timeLimit(.minutes(2))) struct DiagnoseCommandTests {
  private func diagnose(_ arguments: String...) async throws -> ExternalProgram.Outcome {
    try await ExternalProgram.run(
      "env",
      [
        "LIVEVIEW_BRIDGE_OUTPUTS_RTSP_PASSWORD=hunter2", BuiltProduct.url("liveview-bridge").path,
        "diagnose",
      ] + arguments)
  }

  @Test func writesTheReport() async throws {
    var configuration = SimulatedCameraConfiguration()
    configuration.apiPort = 0
    configuration.descriptionPort = 0
    configuration.answersDiscovery = false
    configuration.delayScale = 0
    let camera = try SimulatedCamera(configuration: configuration)
    let endpoints = try await camera.start()
    let outcome = try await diagnose(
      "--force", "--json", "--seconds", "5", "--camera", endpoints.descriptionURL, "--interface",
      "lo")
    await camera.stop()
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any])
    let summary = try #require(report["diagnosis"] as? [String: Any])
    #expect(summary["result"] as? String == "pictures received")
    #expect((report["questions"] as? [String])?.count == 9)
    #expect(!String(decoding: outcome.output, as: UTF8.self).contains("hunter2"))
    #expect(!outcome.errors.contains("hunter2"))
  }

  @Test func withoutACameraItSaysSo() async throws {
    let outcome = try await diagnose(
      "--force", "--camera", "http://127.0.0.1:9/sony", "--interface", "lo")
    #expect(outcome.exitCode == 69, "\(outcome.errors)")
    #expect(String(decoding: outcome.output, as: UTF8.self).contains("no camera found"))
  }

  @Test func disturbsNoBridge() async throws {
    let bridge = try await RunningBridge()
    let outcome = try await diagnose("--camera", "http://127.0.0.1:9/sony", "--interface", "lo")
    #expect(outcome.exitCode == 75, "\(outcome.errors)")
    #expect(outcome.errors.contains("a bridge runs on this machine (process "))
    #expect(outcome.errors.contains("--force"))
    #expect(outcome.output.isEmpty)
    #expect(await bridge.stop() == 0)
  }

  @Test func refusesWhatItCannotUse() async throws {
    #expect(try await diagnose("--seconds", "1").exitCode == 64)
    #expect(try await diagnose("--camera", "ftp://camera/").exitCode == 64)
    #expect(try await diagnose("--config", "/nowhere/config.json").exitCode == 78)
  }
}
