import Foundation
import TestSupport
import Testing

/// The strict checker of `Tests/Interop`, which shares no code with the bridge, on the real program.
@Suite(.timeLimit(.minutes(3))) struct StrictCheckerTests {
  private static let checker = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Interop/strict.py").path

  @Test(arguments: [nil, "correct horse"]) func noCaseFailsOrWarns(password: String?) async throws {
    // With a short session timeout the cases about it are quick enough to be run.
    var settings = ["--outputs-rtsp-session-timeout-seconds", "10"]
    var login: [String] = []
    var environment: [String: String] = [:]
    if let password {
      settings += ["--outputs-rtsp-username", "viewer"]
      environment["LIVEVIEW_BRIDGE_OUTPUTS_RTSP_PASSWORD"] = password
      login = ["--user", "viewer", "--password", password, "--only", "access"]
    }
    let bridge = try await RunningBridge(settings, environment: environment)
    let outcome = try await ExternalProgram.run(
      "python3",
      // How quick the bridge is shows only on a machine that does nothing else.
      [Self.checker, "127.0.0.1", "\(bridge.rtspPort)", "/live/stream", "--untimed"] + login,
      secondsAllowed: 150)
    let report = String(decoding: outcome.output, as: UTF8.self)
    let faults = report.split(separator: "\n").filter { !$0.hasPrefix("PASS") }
    #expect(outcome.exitCode == 0, "\(faults.joined(separator: "\n")) \(outcome.errors)")
    #expect(report.contains(" PASS "))
    #expect(await bridge.stop() == 0)
  }
}
