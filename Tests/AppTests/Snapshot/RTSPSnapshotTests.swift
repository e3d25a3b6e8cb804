import Media
import NIOCore
import RTSP
import TestSupport
import Testing

@testable import LiveviewBridge

/// The socket around the client, against servers on loopback that misbehave.
@Suite(.timeLimit(.minutes(2))) struct RTSPSnapshotTests {
  private func take(
    from script: [ScriptedServer.Line], login: RTSPLogin? = nil,
    timeLimit: Duration = .seconds(60)
  ) async throws -> (outcome: Result<IDRPicture, SnapshotError>, steps: [String]) {
    let server = try await ScriptedServer(script)
    let endpoint = try RTSPEndpoint(parsing: "rtsp://127.0.0.1:\(server.port)/cam")
    var report = SnapshotReport()
    let snapshot = RTSPSnapshot(endpoint: endpoint, login: login, timeLimit: timeLimit)
    let outcome: Result<IDRPicture, SnapshotError>
    do {
      outcome = .success(try await snapshot.take(report: &report))
    } catch let error as SnapshotError {
      outcome = .failure(error)
    }
    try await server.stop()
    return (outcome, report.steps.map(\.name))
  }

  private let idr: [UInt8] = [0x65, 0x88, 0x84]

  @Test func aPictureIsTaken() async throws {
    let (outcome, steps) = try await take(
      from: ScriptedServer.Line.untilSetup + [.play(idr), .rtsp("RTSP/1.0 200 OK\nCSeq: 5")])
    let expected: [UInt8] =
      [0, 0, 0, 1, 0x67, 0x42, 0xC0, 0x1E, 0, 0, 0, 1, 0x68, 0xCE, 0x3C, 0x80, 0, 0, 0, 1] + idr
    #expect(Array(try outcome.get().annexB.readableBytesView) == expected)
    #expect(
      steps == [
        "connect", "options", "describe", "setup", "play", "first packet", "picture", "teardown",
      ])
  }

  /// go2rtc 1.9.14 goes on sending and never answers; others just close.
  @Test(arguments: [[], [ScriptedServer.Line.close]])
  func theFarewellNeedsNoAnswer(end: [ScriptedServer.Line]) async throws {
    let (outcome, steps) = try await take(
      from: ScriptedServer.Line.untilSetup + [.play(idr)] + end)
    #expect(throws: Never.self) { try outcome.get() }
    #expect(steps.last == "picture")
  }

  @Test func aClosedConnectionIsToldWithWhatWasAwaited() async throws {
    let (outcome, steps) = try await take(from: [.rtsp("RTSP/1.0 200 OK\nCSeq: 1"), .close])
    guard case .failure(.connectionEnded(awaiting: .describe, _)) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(steps == ["connect", "options"])
  }

  @Test func silenceEndsAtTheTimeLimit() async throws {
    let (outcome, _) = try await take(from: [], timeLimit: .seconds(3))
    guard case .failure(.timedOut(awaiting: .options, _, _)) = outcome else {
      Issue.record("\(outcome)")
      return
    }
  }

  @Test func aStreamWithoutKeyframeIsToldWithWhatCame() async throws {
    let (outcome, steps) = try await take(
      from: ScriptedServer.Line.untilSetup + [.play([0x41, 0x9A])], timeLimit: .seconds(5))
    guard case .failure(let error) = outcome, case .timedOut(.picture, _, let progress) = error
    else {
      Issue.record("\(outcome)")
      return
    }
    #expect(progress.packetCount == 1 && progress.accessUnitCount == 1)
    #expect("\(error)".contains("no whole keyframe"))
    #expect(error.exitStatus == .failed)
    #expect(steps.last == "first packet")
  }

  @Test func aRefusedPasswordHasItsExitCode() async throws {
    let challenge = "WWW-Authenticate: Basic realm=\"a\""
    let (outcome, _) = try await take(
      from: [
        .rtsp("RTSP/1.0 401 Unauthorized\nCSeq: 1\n\(challenge)"),
        .rtsp("RTSP/1.0 401 Unauthorized\nCSeq: 2\n\(challenge)"),
      ], login: RTSPLogin(username: "u", password: "secret"))
    guard case .failure(let error) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(error.exitStatus == .noPermission)
    #expect(!"\(error)".contains("secret"))
  }

  @Test func anotherProtocolIsNamed() async throws {
    let (outcome, _) = try await take(from: [.rtsp("HTTP/1.1 400 Bad Request")])
    guard case .failure(let error) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect("\(error)".contains("HTTP/1.1"))
  }

  @Test func aRefusedConnectionIsTold() async throws {
    let port = try FreePort.tcp()
    let endpoint = try RTSPEndpoint(parsing: "rtsp://127.0.0.1:\(port)/cam")
    var report = SnapshotReport()
    do {
      _ = try await RTSPSnapshot(endpoint: endpoint, login: nil, timeLimit: .seconds(5))
        .take(report: &report)
      Issue.record("a picture from nowhere")
    } catch let error as SnapshotError {
      #expect(error.exitStatus == .unavailable)
      #expect("\(error)".contains("Connection refused"))
      #expect(report.steps.isEmpty)
    }
  }

  @Test func ipv6AddressesAreReached() async throws {
    let server = try await ScriptedServer([.close], address: "::1")
    let endpoint = try RTSPEndpoint(parsing: "rtsp://[::1]:\(server.port)/cam")
    var report = SnapshotReport()
    await #expect(throws: SnapshotError.self) {
      _ = try await RTSPSnapshot(endpoint: endpoint, login: nil, timeLimit: .seconds(5))
        .take(report: &report)
    }
    #expect(report.steps.map(\.name) == ["connect"])
    try await server.stop()
  }
}
