import SimulatedCamera
import SonyCamera
import Testing

@testable import Inputs

@Suite(.timeLimit(.minutes(1))) struct KeepAliveProbeTests {
  private static let answer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

  private func finding(_ script: [ScriptedPeer.Step], timeLimit: Duration = .seconds(30))
    async throws -> KeepAliveFinding
  {
    var finding = KeepAliveFinding()
    try await ScriptedPeer.with(script) { peer in
      finding = await KeepAliveProbe(
        connector: .patient(), endpoint: peer.url(), connectLimit: .seconds(20),
        timeLimit: timeLimit
      ).run()
      await peer.wait { $0.openConnections == 0 }
    }
    return finding
  }

  @Test func twoAnswersShowAKeptConnection() async throws {
    var configuration = SimulatedCameraConfiguration()
    configuration.apiPort = 0
    configuration.descriptionPort = 0
    configuration.answersDiscovery = false
    configuration.delayScale = 0
    let camera = try SimulatedCamera(configuration: configuration)
    let endpoint = try #require(CameraURL(try await camera.start().apiURL))
    let finding = await KeepAliveProbe(
      connector: .patient(), endpoint: endpoint, connectLimit: .seconds(20),
      timeLimit: .seconds(30)
    ).run()
    let calls = await camera.callRecords
    await camera.stop()
    #expect(finding.answerCount == 2)
    // The camera gets time between the two; whole milliseconds may round away one.
    let first = try #require(calls.first?.endedAt)
    #expect(try #require(calls.last?.arrivedAt) - first >= 199)
    #expect(finding.fields.contains { $0.description == "Content-Type: application/json" })
  }

  @Test func aClosedConnectionIsSeen() async throws {
    #expect(try await finding([.send(Self.answer), .close]).answerCount == 1)
    #expect(try await finding([.close]).answerCount == 0)
  }

  @Test func silenceEndsInTime() async throws {
    let finding = try await finding([.send(Self.answer)], timeLimit: .milliseconds(200))
    #expect(finding.answerCount <= 1)
  }

  @Test func nonsenseIsNoAnswer() async throws {
    #expect(try await finding([.send("hello\r\n\r\n")]).answerCount == 0)
  }
}
