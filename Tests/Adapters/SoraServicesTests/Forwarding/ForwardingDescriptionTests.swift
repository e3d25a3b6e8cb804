import Configuration
import Foundation
import Pipeline
import SimulatedSora
import TestSupport
import Testing

@testable import SoraServices

/// What becomes of Sora's description, or what it gives in its place.
@Suite(.timeLimit(.minutes(1))) struct ForwardingDescriptionTests {
  private static let missing = "the answer is not as documented: sdp is not a description"
  private static let unreadable = "Sora's description cannot be read: line 2, m="

  private static let unknown = PeerDescriptions.Description(text: nil, isForwarding: true)

  @Test(arguments: [
    ("{}", missing), (#"{"sdp":null}"#, missing), (#"{"sdp":""}"#, missing),
    (#"{"sdp":"hello"}"#, missing), (#"{"sdp":"v=0\r\nm=video\r\n"}"#, unreadable),
  ])
  func whatIsNoDescriptionLeavesNoFile(answer: String, error: String) async throws {
    let scene = try await ForwardingScene()
    scene.sora.change { $0.publish("live") }
    scene.sora.fail("StartForwardingRtp", times: nil, with: .answers(Array(answer.utf8)))
    let path = scene.folder.url.appending(path: "sora.sdp").path
    try "v=0 of an earlier run".write(toFile: path, atomically: true, encoding: .utf8)
    try await scene.run(["sdpFile": .string(path)]) {
      try await scene.sora.call(of: "GetConnectionRemoteStats")
      #expect(!FileManager.default.fileExists(atPath: path))
      #expect(scene.descriptions.current(of: .sora) == Self.unknown)
      guard case .string(let text)? = scene.status("lastError") else {
        Issue.record("no last error")
        return
      }
      #expect(text.hasPrefix("StartForwardingRtp: " + error))
    }
  }

  /// That of an earlier publisher is not taken for the present one's.
  @Test(arguments: ["{}", #"{"sdp":"v=0\r\nm=video\r\n"}"#])
  func anEarlierDescriptionHoldsNoLonger(answer: String) async throws {
    let scene = try await ForwardingScene()
    scene.sora.change { $0.publish("live") }
    try await scene.run {
      try await scene.sora.call(of: "GetConnectionRemoteStats")
      #expect(scene.descriptions.current(of: .sora)?.text?.hasPrefix("v=0") == true)
      scene.sora.fail("StartForwardingRtp", times: nil, with: .answers(Array(answer.utf8)))
      _ = await scene.perform("restart", of: "sora.forwarding")
      try await scene.sora.call(of: "GetConnectionRemoteStats", skipping: 1)
      #expect(scene.descriptions.current(of: .sora) == Self.unknown)
      #expect(scene.status("sdp") == .null)
    }
    #expect(scene.descriptions.current(of: .sora) == nil)
  }

  @Test func theFileOfAnEarlierRunGoesBeforeAPublisherComes() async throws {
    let scene = try await ForwardingScene()
    let path = scene.folder.url.appending(path: "sora.sdp").path
    try "v=0 of an earlier run".write(toFile: path, atomically: true, encoding: .utf8)
    try await scene.run(["sdpFile": .string(path)]) {
      try await scene.sora.call(of: "ListChannelConnections", skipping: 1)
      #expect(!FileManager.default.fileExists(atPath: path))
      scene.sora.change { $0.publish("live") }
      try await scene.sora.call(of: "GetConnectionRemoteStats")
      #expect(FileManager.default.fileExists(atPath: path))
    }
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func aStateFileThatCannotBeWrittenIsShownAndTriedAgain() async throws {
    let scene = try await ForwardingScene()
    let publisher = scene.sora.change { $0.publish("live") }
    // A directory where the new file is to be written.
    let obstacle = scene.folder.url.appending(path: "sora-forwarding.json.new")
    try FileManager.default.createDirectory(at: obstacle, withIntermediateDirectories: true)
    try await scene.run {
      try await scene.sora.call(of: "GetConnectionRemoteStats")
      guard case .string? = scene.status("stateFileError") else {
        Issue.record("not shown")
        return
      }
      try FileManager.default.removeItem(at: obstacle)
      let seen = scene.sora.calls(of: "ListChannelConnections").count
      try await scene.sora.call(of: "ListChannelConnections", skipping: seen + 1)
      #expect(try await scene.remembered == [publisher])
      #expect(scene.status("stateFileError") == .null)
    }
  }
}
