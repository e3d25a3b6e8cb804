import Foundation
import JSON
import NIOCore
import SimulatedSora
import TestSupport
import Testing

/// The server answers the documents' requests as the documents do, so tests of the client against
/// it say something about Sora.
@Suite("Simulated Sora: the documents' examples", .timeLimit(.minutes(1)))
struct SimulatedSoraExamplesTests {
  /// Operations of the documents and their targets.
  static let targets: [(name: String, target: String)] = {
    let json = (try? Fixture.bytes("sora/headers.json")).map { ByteBuffer(bytes: $0) }
    guard case .object(let members)? = json.flatMap(JSONValue.init(parsing:)) else { return [] }
    return members.map { ($0.key, $0.value["x-sora-target"]?.string ?? "") }
      .sorted { $0.name < $1.name }
  }()

  @Test("there are 23 of them")
  func count() { #expect(Self.targets.count == 23) }

  @Test("the example's request gets the example's reply", arguments: targets)
  func example(name: String, target: String) async throws {
    let reply = try #require(
      JSONValue(parsing: ByteBuffer(bytes: try Fixture.bytes("sora/\(name).reply.json"))))
    let request = try? Fixture.text("sora/\(name).request.json")
    let sora = try await SimulatedSora()
    sora.change { $0.prepareExample(of: name, statistics: reply) }
    let call = try await CurlCall(sora, target: target, body: request)
    #expect(call.status == 200)
    #expect(call.json == reply, "\(call.text.prefix(500))")
    #expect(call.headers["server"] == "Cowboy")
    #expect(call.headers["content-type"] == "application/json")
    #expect(call.headers["access-control-allow-methods"] == "POST, OPTIONS")
    #expect(call.headers["content-length"] == "\(call.body.count)")
    #expect(call.headers["date"]?.hasSuffix(" GMT") == true)
    let received = try #require(sora.journal.first)
    #expect(received.wasDone)
    #expect(received.operation == name)
    #expect(received.body == Array((request ?? "").utf8))
  }

  @Test("the example is refused where nothing is prepared", arguments: targets)
  func nobodyThere(name: String, target: String) async throws {
    let alwaysAnswered = [
      "ListChannels", "GetStatsReport", "GetAllRemoteStats", "ListPauseRtpStreams",
    ]
    let sora = try await SimulatedSora()
    let request = try? Fixture.text("sora/\(name).request.json")
    let call = try await CurlCall(sora, target: target, body: request)
    if alwaysAnswered.contains(name) {
      #expect(call.status == 200)
    } else {
      #expect(call.status == 400)
      #expect(call.json?["error_type"] == "CHANNEL_NOT_FOUND")
    }
  }
}
