import SDP
import TestSupport
import Testing

@Suite struct SessionDescriptionParserTests {
  /// Written from the facts that cameras' descriptions share: fields this program ignores, two
  /// media, several `a=` forms.
  private static let camera = """
    v=0\r
    o=- 1109162014219182 1.5 IN IP4 192.0.2.20\r
    s=RTSP/RTP stream\r
    i=live\r
    u=http://192.0.2.20/\r
    e=NONE\r
    c=IN IP4 239.1.1.1/127\r
    b=AS:5100\r
    t=0 0\r
    a=control:rtsp://192.0.2.20/stream/\r
    a=recvonly\r
    m=video 5004/2 RTP/AVP 96 97\r
    b=AS:5000\r
    a=rtpmap:96 H264/90000\r
    a=fmtp:96 profile-level-id=420029; packetization-mode=1\r
    a=control:trackID=1\r
    m=audio 0 RTP/AVP 0\r
    c=IN IP6 ::1\r
    a=x:y:z\r

    """

  @Test func everyUsefulLineIsKept() throws {
    let description = try SessionDescription(parsing: Self.camera)
    #expect(description.origin.sessionID == "1109162014219182")
    #expect(description.origin.version == "1.5")
    #expect(description.origin.address == .init(address: "192.0.2.20"))
    #expect(description.name == "RTSP/RTP stream")
    #expect(description.information == "live")
    #expect(description.connection == .init(family: .ip4, address: "239.1.1.1/127"))
    #expect(description.bandwidths == [.applicationSpecific(kbps: 5100)])
    #expect(
      description.attributes == [
        .init("control", "rtsp://192.0.2.20/stream/"), .init("recvonly"),
      ])
    #expect(description.media.map(\.type) == ["video", "audio"])
    let video = try #require(description.media.first)
    #expect(video.port == 5004)
    #expect(video.formats == ["96", "97"])
    #expect(video.attribute("control") == "trackID=1")
    #expect(video.h264PayloadType == 96)
    #expect(description.media.last?.connection == .init(family: .ip6, address: "::1"))
    #expect(description.media.last?.attributes == [.init("x", "y:z")])
  }

  @Test(arguments: ["\r\n", "\n", "\r", "\r\n\r\n", " \t\r\n"])
  func lineEndsMayVary(lineEnd: String) throws {
    let text = Self.camera.split(separator: "\r\n").joined(separator: lineEnd)
    #expect(
      try SessionDescription(parsing: text) == SessionDescription(parsing: Self.camera))
  }

  @Test func littleIsRequired() throws {
    let description = try SessionDescription(parsing: "v=0")
    #expect(description.name == "-")
    #expect(description.media.isEmpty)
    let odd = try SessionDescription(
      parsing: "v=0\no=broken\nc=IN ATM x\nb=AS\nb=AS:many\na=\nz=\ns=a\u{2028}b")
    #expect(odd.origin.sessionID == "0")
    #expect(odd.connection == nil)
    #expect(odd.bandwidths.isEmpty)
    #expect(odd.attributes == [.init("")])
    #expect(odd.name == "a\u{2028}b")
  }

  @Test(arguments: [
    ("", SDPError.unsupportedVersion(line: 1)),
    ("v=1", .unsupportedVersion(line: 1)),
    ("\ns=x\nv=0", .unsupportedVersion(line: 2)),
    ("v=0\n\nnonsense", .malformedLine(line: 3)),
    ("v=0\ns=a\0b", .malformedLine(line: 2)),
    ("v=0\nm=video", .malformedMedia(line: 2)),
    ("v=0\nm=video 65536 RTP/AVP 96", .malformedMedia(line: 2)),
    ("v=0\nm=video / RTP/AVP 96", .malformedMedia(line: 2)),
    ("v=0\nm=video -1 RTP/AVP 96", .malformedMedia(line: 2)),
  ])
  func faultIsNamedWithItsLine(text: String, error: SDPError) {
    #expect(throws: error) { try SessionDescription(parsing: text) }
  }

  @Test func limitsHold() {
    let limits = SessionDescription.Limits(byteCount: 100, lineCount: 4, mediaCount: 1)
    let media = "m=audio 0 RTP/AVP 0\n"
    #expect(throws: SDPError.textTooLong(limit: 100, actual: 101)) {
      try SessionDescription(parsing: String(repeating: "x", count: 101), limits: limits)
    }
    #expect(throws: SDPError.tooManyLines(limit: 4)) {
      try SessionDescription(parsing: "v=0\na=1\na=2\na=3\na=4", limits: limits)
    }
    #expect(throws: SDPError.tooManyMedia(limit: 1, line: 3)) {
      try SessionDescription(parsing: "v=0\n" + media + media, limits: limits)
    }
  }

  @Test func everyTruncationIsReadOrRefused() throws {
    let whole = try SessionDescription(parsing: Self.camera)
    let bytes = Array(Self.camera.utf8)
    for length in 0..<bytes.count {
      let text = String(decoding: bytes[..<length], as: UTF8.self)
      guard let part = try? SessionDescription(parsing: text) else { continue }
      #expect(part.media.count <= whole.media.count)
      #expect(part.attributes.count <= whole.attributes.count)
    }
  }

  @Test func whatMutationsLeaveReadableIsStable() throws {
    var generator = SeededGenerator(seed: 5)
    var readable = 0
    for _ in 0..<5000 {
      let bytes = Mutation.mutate(Array(Self.camera.utf8), using: &generator)
      let text = String(decoding: bytes, as: UTF8.self)
      guard let first = try? SessionDescription(parsing: text) else { continue }
      readable += 1
      for media in first.media {
        for parameters in media.attributes.compactMap(\.value) {
          _ = H264FormatParameters(parsing: parameters)
        }
      }
      // Written again, the description never grows beyond what it was read from, give or take
      // the lines that may be missing.
      #expect(first.serialized.utf8.count <= text.utf8.count + 64)
    }
    #expect(readable > 1000)
  }
}
