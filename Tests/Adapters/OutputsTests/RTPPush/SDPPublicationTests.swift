import Configuration
import Media
import NIOCore
import Pipeline
import SDP
import Testing

@testable import Outputs

@Suite struct SDPPublicationTests {
  private func makePublication() throws -> SDPPublication {
    try makePublication(["address": "camera.example", "port": 5004])
  }

  /// The publication of a target that does what it is to do while Sora says `description`.
  private func makePublication(
    _ values: [AbsoluteConfigKey: ConfigValue], _ description: String? = nil
  ) throws -> SDPPublication {
    let settings = target(values.merging(["sdpFile": "/dev/null/x.sdp"]) { given, _ in given })
    var publication = try #require(SDPPublication(settings: settings))
    guard
      case .send(let route) = settings.order(
        description.map { .init(text: $0, isForwarding: true) })
    else {
      Issue.record("nowhere to send")
      return publication
    }
    publication.take(route)
    return publication
  }

  private func address(_ text: String) throws -> SocketAddress {
    try SocketAddress(ipAddress: text, port: 5004)
  }

  @Test func noFileNoPublication() {
    #expect(SDPPublication(settings: target(["address": "::1", "port": 5004])) == nil)
  }

  @Test func textIsOfferedUntilItIsWritten() throws {
    var publication = try makePublication()
    let first = try #require(
      publication.change(for: makeFormat(0x1E), destination: address("192.0.2.1")))
    #expect(first.text.contains("o=- 0 0 IN IP4 0.0.0.0\r\n"))
    #expect(first.text.contains("c=IN IP4 192.0.2.1\r\n"))
    #expect(first.text.contains("m=video 5004 RTP/SAVPF 120\r\n"))
    #expect(
      try publication.change(for: makeFormat(0x1E), destination: address("192.0.2.1"))?.text
        == first.text)
    publication.wrote(first)
    #expect(try publication.change(for: makeFormat(0x1E), destination: address("192.0.2.1")) == nil)
  }

  @Test func eachChangeCountsTheVersionUp() throws {
    var publication = try makePublication()
    for (version, level) in [0x1E, 0x1F, 0x20].enumerated() {
      let change = try #require(
        publication.change(for: makeFormat(UInt8(level)), destination: address("::1")))
      #expect(change.text.contains("o=- 0 \(version) IN IP6 ::\r\n"))
      publication.wrote(change)
    }
  }

  @Test func anotherBitrateIsNoChange() throws {
    var publication = try makePublication()
    publication.wrote(
      try #require(publication.change(for: makeFormat(0x1E), destination: address("::1"))))
    var format = makeFormat(0x1E)
    format.bitrateKbps += 1
    #expect(try publication.change(for: format, destination: address("::1")) == nil)
  }

  @Test func anotherAddressIsAChange() throws {
    var publication = try makePublication()
    publication.wrote(
      try #require(publication.change(for: makeFormat(0x1E), destination: address("192.0.2.1"))))
    let change = try #require(
      publication.change(for: makeFormat(0x1E), destination: address("192.0.2.2")))
    #expect(change.text.contains("o=- 0 1 IN IP4 0.0.0.0\r\n"))
    #expect(change.text.contains("c=IN IP4 192.0.2.2\r\n"))
  }

  @Test(arguments: [
    ("239.1.2.3", 0, "c=IN IP4 239.1.2.3/1\r\n"), ("239.1.2.3", 16, "c=IN IP4 239.1.2.3/16\r\n"),
    ("ff15::1", 16, "c=IN IP6 ff15::1\r\n"), ("192.0.2.1", 16, "c=IN IP4 192.0.2.1\r\n"),
  ])
  func onlyIPv4MulticastTellsItsTimeToLive(host: String, ttl: Int, line: String) throws {
    let publication = try makePublication([
      "address": .init(.string(host), isSecret: false), "port": 5004,
      "ttl": .init(.int(ttl), isSecret: false),
    ])
    let change = try #require(publication.change(for: makeFormat(0x1E), destination: address(host)))
    #expect(change.text.contains(line))
  }

  @Test func sorasWordsAreKept() throws {
    var publication = try makePublication(["profile": "fromSora"], soraDescription())
    let change = try #require(
      publication.change(for: makeFormat(0x1E), destination: address("127.0.0.1")))
    #expect(change.text == soraVideoDescription(port: 60003))
    publication.wrote(change)
    #expect(
      try publication.change(for: makeFormat(0x1F), destination: address("127.0.0.1")) == nil,
      "what receivers were told holds whatever the encoder does")
  }

  @Test(arguments: [
    ("192.0.2.7", 5004, "c=IN IP4 192.0.2.7\r\n"), ("239.1.2.3", 5004, "c=IN IP4 239.1.2.3/1\r\n"),
    ("2001:db8::7", 5004, "c=IN IP6 2001:db8::7\r\n"),
  ])
  func whatTheSettingsSayReplacesSorasWords(host: String, port: Int, line: String) throws {
    let publication = try makePublication(
      [
        "profile": "fromSora", "address": .init(.string(host), isSecret: false),
        "port": .init(.int(port), isSecret: false), "payloadType": 96,
      ], soraDescription())
    let change = try #require(
      publication.change(for: makeFormat(0x1E), destination: address(host)))
    #expect(
      change.text
        == soraVideoDescription(payloadType: 96, port: port)
        .replacing("c=IN IP4 127.0.0.1\r\n", with: line))
  }
}
