import Foundation
import TestSupport
import Testing

/// The whole program between a camera's network and an uplink, each in a network namespace.
///
/// `deploy/network/test-namespaces.sh` does it and reports; operators can run it, too.
@Suite(.timeLimit(.minutes(5))) struct NetworkNamespaceTests {
  private static let script = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "deploy/network/test-namespaces.sh")

  private static func canMakeNamespaces() async throws -> Bool {
    try await ExternalProgram.run(script.path, ["--check"], secondsAllowed: 10).exitCode == 0
  }

  @Test(
    .enabled("needs root, ip netns, veth, ffmpeg and setpriv") {
      try await NetworkNamespaceTests.canMakeNamespaces()
    })
  func theBridgeKeepsToTheCamerasInterfaceAndLeavesTheDefaultRouteAlone() async throws {
    let outcome = try await ExternalProgram.run(
      Self.script.path, [BuiltProduct.url("liveview-bridge").path], secondsAllowed: 240)
    let report = String(decoding: outcome.output, as: UTF8.self)
    #expect(outcome.exitCode == 0, "\(report)\n\(outcome.errors)")
    #expect(report.hasSuffix("all checks hold\n"))
  }
}
