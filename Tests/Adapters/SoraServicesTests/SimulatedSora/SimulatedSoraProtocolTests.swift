import JSON
import SimulatedSora
import TestSupport
import Testing

/// The server is as strict as swidden, which Sora's HTTP API is made with.
@Suite("Simulated Sora: the protocol", .timeLimit(.minutes(1)))
struct SimulatedSoraProtocolTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var method = "POST"
    var target: String?
    var body: String?
    var status = 400
    var key = "error_type"
    var type: String
  }

  static let forwarding = "Sora_20170814.StartForwardingRtp"
  static let cases: [Case] = [
    Case(
      testDescription: "GET", method: "GET", target: forwarding, key: "type",
      type: "UnexpectedMethod"),
    Case(
      testDescription: "PUT", method: "PUT", target: forwarding, body: "{}", key: "type",
      type: "UnexpectedMethod"),
    Case(testDescription: "no target", key: "type", type: "MissingHeaderName"),
    Case(testDescription: "a target without version", target: "Sora.X", type: "MissingService"),
    Case(
      testDescription: "a short version", target: "Sora_2020.ListChannels",
      type: "MissingService"),
    Case(
      testDescription: "another service", target: "Spam_20201013.ListChannels",
      type: "InvalidTarget"),
    Case(
      testDescription: "ImageFlux's service", target: "ImageFlux_20200729.ListChannelIDs",
      type: "InvalidTarget"),
    Case(
      testDescription: "another version", target: "Sora_20201014.ListChannels",
      type: "MissingTarget"),
    Case(
      testDescription: "another operation", target: "Sora_20201013.ListChannel",
      type: "MissingTarget"),
    Case(
      testDescription: "small letters", target: "Sora_20201013.listChannels",
      type: "MissingTarget"),
    Case(
      testDescription: "another operation, with a body", target: "Sora_20201013.Nothing",
      body: "{}", type: "SchemaNotFound"),
    Case(
      testDescription: "a body where there are no parameters",
      target: "Sora_20171010.GetStatsReport", body: "{}", type: "SchemaNotFound"),
    Case(
      testDescription: "no body where there are parameters", target: forwarding,
      type: "MissingTargetFunction"),
    Case(
      testDescription: "half an object", target: forwarding, body: #"{"channel_id":"#,
      type: "MalformedJSON"),
    Case(
      testDescription: "no JSON for an unknown operation", target: "Sora_20201013.Nothing",
      body: "channel_id=sora", type: "MalformedJSON"),
  ]

  @Test("says no in swidden's words", arguments: cases)
  func refusal(_ example: Case) async throws {
    let sora = try await SimulatedSora()
    let call = try await CurlCall(
      sora, target: example.target, body: example.body, method: example.method)
    #expect(call.status == example.status)
    #expect(call.json?[example.key]?.string == example.type, "\(call.text)")
    #expect(call.headers["content-type"] == "application/json")
    #expect(sora.journal.first?.outcome == .refused(example.type))
  }

  @Test("names the operation that it does not have")
  func reasonOfMissing() async throws {
    let sora = try await SimulatedSora()
    let call = try await CurlCall(sora, target: Self.forwarding)
    #expect(
      call.json?["error_reason"] == [
        "service": "Sora", "version": "20170814", "operation": "StartForwardingRtp",
      ])
  }

  struct Parameters: Sendable, CustomTestStringConvertible {
    var target: String
    var body: String
    var error: String
    var path: JSONValue
    var testDescription: String { "\(target) \(body)" }
  }

  static func forwarding(_ changed: String) -> String {
    #"{"channel_id":"sora","ip_address":"127.0.0.1","audio_port":60001,\#(changed)}"#
  }

  static let wrongParameters: [Parameters] = [
    .init(target: forwarding, body: "[]", error: "wrong_type", path: []),
    .init(target: forwarding, body: "{}", error: "missing_required_property", path: []),
    .init(
      target: forwarding, body: forwarding(#""video_port":60003,"codec":"H264""#),
      error: "no_extra_properties_allowed", path: []),
    .init(
      target: forwarding, body: forwarding(#""video_port":"60003""#), error: "wrong_type",
      path: ["video_port"]),
    .init(
      target: forwarding, body: forwarding(#""video_port":60003.5"#), error: "wrong_type",
      path: ["video_port"]),
    .init(
      target: forwarding, body: forwarding(#""video_port":65536"#), error: "not_in_range",
      path: ["video_port"]),
    .init(
      target: forwarding, body: forwarding(#""video_port":60003,"connection_id":null"#),
      error: "wrong_type", path: ["connection_id"]),
    .init(
      target: forwarding, body: forwarding(#""video_port":60003,"connection_id":"""#),
      error: "wrong_length", path: ["connection_id"]),
    .init(
      target: "Sora_20200807.ChangeSpotlightNumber",
      body: #"{"channel_id":"sora","spotlight_number":9}"#, error: "not_in_range",
      path: ["spotlight_number"]),
    .init(
      target: "Sora_20201005.RequestRtpStream",
      body: #"{"channel_id":"sora","recv_connection_id":"a","rid":"r3"}"#,
      error: "not_in_enum", path: ["rid"]),
    .init(
      target: "Sora_20190327.ChangeUpstreamVideoBitRate",
      body: #"{"channel_id":"sora","connection_id":"a","bit_rate":30001}"#,
      error: "not_in_range", path: ["bit_rate"]),
    .init(
      target: "Sora_20201124.PutSignalingNotifyMetadata",
      body: #"{"channel_id":"sora","connection_id":"a","metadata":[1]}"#, error: "wrong_type",
      path: ["metadata"]),
  ]

  @Test("says which parameter is wrong, and how", arguments: wrongParameters)
  func invalid(_ example: Parameters) async throws {
    let sora = try await SimulatedSora()
    sora.change { $0.publish("sora") }
    let call = try await CurlCall(sora, target: example.target, body: example.body)
    #expect(call.status == 400)
    #expect(call.json?["error_type"] == "InvalidJSON")
    let reasons = call.json?["error_reason"]?.array ?? []
    #expect(reasons.count == 1)
    #expect(reasons.first?["invalid"] == "data")
    #expect(reasons.first?["error"]?.string == example.error)
    #expect(reasons.first?["path"] == example.path)
    #expect(reasons.first?["schema"]?["type"] != nil)
    #expect(reasons.first?["data"] != nil)
  }

  @Test("only / is the API")
  func otherPath() async throws {
    let sora = try await SimulatedSora()
    let call = try await CurlCall(sora, target: Self.forwarding, body: "{}", path: "signaling")
    #expect(call.status == 404)
    #expect(call.body.isEmpty)
  }

  @Test("a body beyond 8 MB is too large")
  func tooLarge() async throws {
    let sora = try await SimulatedSora()
    let body = "\"" + String(repeating: "x", count: 8_000_000) + "\""
    let call = try await CurlCall(
      sora, target: Self.forwarding, body: body, extra: ["-H", "Expect:"])
    #expect(call.status == 413)
    #expect(call.json?["error_type"] == "PayloadTooLarge")
  }

  @Test("a header's name has no case, its value has")
  func headerCase() async throws {
    let sora = try await SimulatedSora()
    let call = try await CurlCall(
      sora, target: nil, extra: ["-H", "X-SORA-TARGET: Sora_20201013.ListChannels"])
    #expect(call.status == 200)
    #expect(call.text == "[]")
  }
}
