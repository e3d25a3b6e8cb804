import Configuration
import Media
import NIOCore
import SDP
import Testing

@testable import Outputs

@Suite struct SDPPublicationTests {
  private func makePublication() throws -> SDPPublication {
    try #require(
      SDPPublication(
        settings: target([
          "address": "camera.example", "port": 5004, "sdpFile": "/dev/null/x.sdp",
        ])))
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
    let publication = try #require(
      SDPPublication(
        settings: target([
          "address": .init(.string(host), isSecret: false), "port": 5004,
          "ttl": .init(.int(ttl), isSecret: false), "sdpFile": "/dev/null/x.sdp",
        ])))
    let change = try #require(publication.change(for: makeFormat(0x1E), destination: address(host)))
    #expect(change.text.contains(line))
  }
}
