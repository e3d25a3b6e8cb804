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

  @Test func noFileNoPublication() {
    #expect(SDPPublication(settings: target(["address": "::1", "port": 5004])) == nil)
  }

  @Test func textIsOfferedUntilItIsWritten() throws {
    var publication = try makePublication()
    let first = try #require(publication.change(for: makeFormat(0x1E), address: "192.0.2.1"))
    #expect(first.text.contains("o=- 0 0 IN IP4 0.0.0.0\r\n"))
    #expect(first.text.contains("c=IN IP4 192.0.2.1\r\n"))
    #expect(first.text.contains("m=video 5004 RTP/SAVPF 120\r\n"))
    #expect(publication.change(for: makeFormat(0x1E), address: "192.0.2.1")?.text == first.text)
    publication.wrote(first)
    #expect(publication.change(for: makeFormat(0x1E), address: "192.0.2.1") == nil)
  }

  @Test func eachChangeCountsTheVersionUp() throws {
    var publication = try makePublication()
    for (version, level) in [0x1E, 0x1F, 0x20].enumerated() {
      let change = try #require(
        publication.change(for: makeFormat(UInt8(level)), address: "::1"))
      #expect(change.text.contains("o=- 0 \(version) IN IP6 ::\r\n"))
      publication.wrote(change)
    }
  }

  @Test func anotherBitrateIsNoChange() throws {
    var publication = try makePublication()
    publication.wrote(try #require(publication.change(for: makeFormat(0x1E), address: "::1")))
    var format = makeFormat(0x1E)
    format.bitrateKbps += 1
    #expect(publication.change(for: format, address: "::1") == nil)
  }
}
