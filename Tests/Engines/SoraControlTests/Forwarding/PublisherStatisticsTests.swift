import JSON
import NIOCore
import TestSupport
import Testing

@testable import SoraControl

@Suite struct PublisherStatisticsTests {
  private func shown(_ entries: [JSONValue], timestamp: JSONValue? = nil) -> JSONValue? {
    PublisherStatistics(
      reply: ["stats": .array(entries), "timestamp": timestamp ?? .null, "channel_id": "live"]
    ).json
  }

  private func size(_ json: JSONValue?) -> Int {
    var bytes = ByteBuffer()
    json?.encode(into: &bytes)
    return bytes.readableBytes
  }

  @Test func theDocumentsExampleIsShownWhole() throws {
    let bytes = try Fixture.bytes("sora/GetConnectionRemoteStats.reply.json")
    let reply = try JSONValue(reading: ByteBuffer(bytes: bytes))
    let json = try #require(PublisherStatistics(reply: reply).json)
    #expect(json["isCut"] == false)
    #expect(json["timestamp"] == reply["timestamp"])
    let entries = try #require(reply["stats"]?.array)
    let outbound = entries.filter { $0["type"] == "outbound-rtp" }
    #expect(!outbound.isEmpty)
    for entry in outbound { #expect(json["stats"]?.array?.contains(entry) == true) }
    // Addresses are nobody's business.
    for kind in ["local-candidate", "remote-candidate", "candidate-pair", "certificate"] {
      #expect(json["stats"]?.array?.contains { $0["type"] == .string(kind) } == false)
    }
  }

  /// Each would be megabytes; all are written by whoever publishes.
  @Test(
    arguments: [
      .object(["text": .string(String(repeating: "x", count: 3_000_000))]),
      .object([String(repeating: "n", count: 3_000_000): 1]),
      .object(["number": .exact(String(repeating: "9", count: 3_000_000))]),
      .object(
        Dictionary(
          uniqueKeysWithValues: (0..<100_000).map { ("member\($0)", JSONValue.integer($0)) })),
      .object(["list": .array(Array(repeating: "text", count: 500_000))]),
      .object(["deep": ["deeper": ["deepest": ["end": 1]]]]),
    ] as [JSONValue])
  func whatIsTooMuchIsLeftOutAndSaid(more: JSONValue) throws {
    guard case .object(var members) = more else { return }
    members["type"] = "outbound-rtp"
    members["bytesSent"] = 17
    let json = try #require(shown(Array(repeating: .object(members), count: 3)))
    #expect(size(json) <= PublisherStatistics.limitBytes * 2)
    #expect(json["isCut"] == true)
    #expect(json["stats"]?.array?.first?["bytesSent"] == 17)
  }

  @Test func manyEntriesAreTooMuch() {
    let json = shown(Array(repeating: ["type": "codec", "clockRate": 90_000], count: 100_000))
    #expect(size(json) <= PublisherStatistics.limitBytes * 2)
    #expect(json?["isCut"] == true)
  }

  @Test func textsAreFitToBeShown() {
    let json = shown(
      [["type": "codec", "mimeType": "video\u{1B}[31m/VP9\n"]], timestamp: "now\u{0}")
    #expect(json?["stats"]?.array?.first?["mimeType"] == "video [31m/VP9")
    #expect(json?["timestamp"] == "now")
  }

  @Test(arguments: [nil, .null, [], [:], ["stats": 1], ["stats": "x"]] as [JSONValue?])
  func whatIsNoListIsNothing(reply: JSONValue?) {
    #expect(PublisherStatistics(reply: reply).json == nil)
  }

  @Test func otherEntriesAreLeftOut() {
    let json = shown([1, .null, [], ["type": 7], ["type": "transport"], [:]])
    #expect(json == ["timestamp": .null, "stats": [], "isCut": false])
  }
}
