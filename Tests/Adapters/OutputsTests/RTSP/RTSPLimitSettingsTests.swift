import Configuration
import Media
import Pipeline
import RTSP
import Testing

@testable import Outputs

@Suite(.timeLimit(.minutes(1))) struct RTSPLimitSettingsTests {
  private func read(
    _ values: [AbsoluteConfigKey: ConfigValue]
  ) -> (settings: RTSPOutputSettings, problems: [String]) {
    let ledger = SettingsLedger()
    let source = SettingsSource(name: "test", provider: InMemoryProvider(values: values))
    let reader = SettingsReader(sources: [source], ledger: ledger)
    return (RTSPOutputSettings(reader: reader), ledger.problems.map(\.key))
  }

  @Test func theDefaultsAreTheEngines() {
    let (settings, problems) = read([:])
    #expect(problems.isEmpty)
    #expect(settings.limits.engine == RTSPLimits())
    let limits = settings.serverConfiguration(name: "x").limits
    #expect(limits == RTSPLimits())
  }

  @Test func everyKeyIsTakenOver() {
    let (settings, problems) = read([
      "limits.headBytes": 1024, "limits.headerCount": 16, "limits.methodBytes": 17,
      "limits.urlBytes": 300, "limits.bodyBytes": 0, "limits.skippedBodyBytes": 1,
      "limits.pipelinedBytes": 16_384, "limits.malformedRequests": 2, "limits.failedLogins": 3,
      "limits.failedLoginsPerAddress": 5, "limits.failedLoginIntervalSeconds": 4.0,
      "limits.failedLoginDelaySeconds": 0.25,
      "limits.interleavedBurstBytes": 65_537, "limits.interleavedBytesPerMinute": 4097,
      "limits.unreadAnswerBytes": 16_385, "limits.refusedConnections": 4,
      "limits.firstRequestTimeoutSeconds": 1.5, "limits.requestTimeoutSeconds": 2.5,
      "limits.idleTimeoutSeconds": 3.5, "limits.answerTimeoutSeconds": 4.5,
      "limits.lingerSeconds": 0.5,
    ])
    #expect(problems.isEmpty)
    let limits = settings.serverConfiguration(name: "x").limits
    #expect(
      [
        limits.headBytes, limits.headerCount, limits.methodBytes, limits.urlBytes,
        limits.bodyBytes, limits.skippedBodyBytes, limits.bufferedBytes, limits.rejectedRequests,
        limits.failedLogins, limits.interleavedBurstBytes, limits.interleavedBytesPerMinute,
      ] == [1024, 16, 17, 300, 0, 1, 16_384, 2, 3, 65_537, 4097])
    #expect(limits.firstRequestTimeout == .seconds(1.5) && limits.messageTimeout == .seconds(2.5))
    #expect(limits.idleTimeout == .seconds(3.5) && limits.answerTimeout == .seconds(4.5))
    #expect(
      settings.limits.unreadAnswerBytes == 16_385 && settings.limits.refusedConnections == 4)
    #expect(settings.limits.linger == .seconds(0.5))
    #expect(limits.logins.burst == 5 && limits.logins.interval == .seconds(4))
    #expect(limits.logins.answerDelay == .seconds(0.25))
  }

  @Test func unusableValuesAreNamed() {
    let (_, problems) = read(["limits.headBytes": 10, "limits.idleTimeoutSeconds": 0.0])
    #expect(problems == ["limits.headBytes", "limits.idleTimeoutSeconds"])
  }

  @Test func theServerKeepsToThem() async throws {
    let scene = try await RTSPScene(["limits.urlBytes": 256, "limits.headerCount": 16])
    let client = try await scene.connect()
    let long = "?" + String(repeating: "q", count: 300)
    #expect(try await client.request("DESCRIBE", long).code == 414)
    #expect(try await client.request("OPTIONS").code == 200)
    client.send("OPTIONS * RTSP/1.0\r\n" + String(repeating: "X: y\r\n", count: 17) + "\r\n")
    guard case .answer(let answer)? = try await client.next() else {
      Issue.record("no answer")
      return
    }
    #expect(answer.code == 400 && answer["Connection"] == "close")
    try await scene.stop()
  }
}
