import SDP
import TestSupport
import Testing

@Suite struct ForwardedStreamTests {
  /// What Sora answers, in the form of its documentation, with H.264.
  private static let video = """
    v=0\r
    o=- 0 0 IN IP4 0.0.0.0\r
    s=-\r
    t=0 0\r
    m=video 60003 RTP/SAVPF 120\r
    c=IN IP4 127.0.0.1\r
    a=rtpmap:120 H264/90000\r
    a=fmtp:120 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r

    """

  private static func withAudio(_ video: String = video) -> String {
    video.replacing(
      "m=video",
      with: "m=audio 60001 RTP/SAVPF 109\r\nc=IN IP4 127.0.0.1\r\na=rtpmap:109 opus/48000/2\r\n"
        + "m=video")
  }

  private func error(_ text: String) -> ForwardedStreamError? {
    do throws(ForwardedStreamError) {
      _ = try ForwardedStream(parsing: text)
      return nil
    } catch {
      return error
    }
  }

  @Test func sorasAnswerIsUnderstood() throws {
    for text in [Self.video, Self.withAudio()] {
      let stream = try ForwardedStream(parsing: text)
      #expect(stream.payloadType == 120)
      #expect(stream.port == 60003)
      #expect(stream.address == "127.0.0.1")
      #expect(stream.parameters.packetizationMode == 1)
      #expect(stream.parameters.profileLevelID == "42e01f")
      #expect(stream.sessionDescription().serialized == Self.video)
    }
  }

  @Test func whatIsSentElsewhereIsSaid() throws {
    let stream = try ForwardedStream(parsing: Self.withAudio())
    let text = stream.sessionDescription(
      connection: .init(address: "2001:db8::9"), port: 5004, payloadType: 96
    ).serialized
    #expect(
      text == """
        v=0\r
        o=- 0 0 IN IP4 0.0.0.0\r
        s=-\r
        t=0 0\r
        m=video 5004 RTP/SAVPF 96\r
        c=IN IP6 2001:db8::9\r
        a=rtpmap:96 H264/90000\r
        a=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r

        """)
  }

  @Test func otherPayloadTypesAreLeftOut() throws {
    let text =
      Self.video
      .replacing("RTP/SAVPF 120", with: "RTP/SAVPF 98 120 96")
      .replacing("a=rtpmap:120", with: "a=rtpmap:98 VP8/90000\r\na=rtpmap:120")
      + "a=rtpmap:96 rtx/90000\r\na=fmtp:96 apt=120\r\na=rtcp-fb:120 nack pli\r\n"
    let stream = try ForwardedStream(parsing: text)
    #expect(stream.payloadType == 120)
    #expect(
      stream.sessionDescription().serialized == Self.video + "a=rtcp-fb:120 nack pli\r\n")
  }

  @Test(arguments: [
    ("c=IN IP4 127.0.0.1", "c=IN IP6 ::1", "::1"),
    ("c=IN IP4 127.0.0.1", "c=IN IP4 239.1.2.3/16", "239.1.2.3"),
    ("c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0", nil),
    ("c=IN IP4 127.0.0.1", "c=IN IP6 ::", nil),
    ("c=IN IP4 127.0.0.1", "c=IN", nil),
  ])
  func addressesAreTaken(old: String, new: String, address: String?) throws {
    #expect(
      try ForwardedStream(parsing: Self.video.replacing(old, with: new)).address == address)
  }

  @Test func theSessionsAddressHoldsForEverySection() throws {
    let text = Self.video.replacing("c=IN IP4 127.0.0.1\r\n", with: "")
      .replacing("t=0 0", with: "c=IN IP4 192.0.2.1\r\nt=0 0")
    #expect(try ForwardedStream(parsing: text).address == "192.0.2.1")
  }

  @Test(arguments: [
    ("a=fmtp", "a=other", 0), ("packetization-mode=1", "packetization-mode=0", 0),
    ("packetization-mode=1;", "", 0), ("H264/90000", "h264/90000", 1), ("\r\n", "\n", 1),
  ])
  func toleratesWhatOthersWrite(old: String, new: String, mode: Int) throws {
    let stream = try ForwardedStream(parsing: Self.video.replacing(old, with: new))
    #expect(stream.parameters.packetizationMode == mode)
  }

  /// The answer in Sora's documentation.
  @Test func otherCodecsAreNamed() {
    let vp9 = Self.withAudio()
      .replacing("H264/90000", with: "VP9/90000")
      .replacing(
        "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
        with: "max-fs=12288;max-fr=60")
    #expect(error(vp9) == .otherCodecs(["VP9"]))
    #expect(
      error(Self.video.replacing("H264/90000", with: "H264/48000")) == .otherCodecs(["H264"]))
    #expect(error(Self.video.replacing("a=rtpmap", with: "a=x")) == .otherCodecs([]))
    #expect(
      error(Self.video.replacing("H264/90000", with: "\u{1B}[2Jevil/90000")) == .otherCodecs([]))
  }

  @Test func whatCannotBeReplacedIsRefused() {
    #expect(error("") == .malformed(.unsupportedVersion(line: 1)))
    #expect(error("HTTP/1.1 200 OK") == .malformed(.malformedLine(line: 1)))
    #expect(error("v=0\r\n") == .noVideo)
    #expect(error(Self.video.replacing("m=video", with: "m=audio")) == .noVideo)
    #expect(error(Self.video.replacing("60003", with: "0")) == .noVideo)
    #expect(
      error(Self.video.replacing("60003", with: "70000")) == .malformed(.malformedMedia(line: 5)))
    #expect(
      error(Self.video.replacing("RTP/SAVPF", with: "TCP/RTP/AVP"))
        == .otherTransport("TCP/RTP/AVP"))
    #expect(
      error(Self.video.replacing("mode=1", with: "mode=2")) == .packetizationMode(2))
    #expect(
      error(Self.video.replacing("mode=1", with: "mode=-1")) == .packetizationMode(-1))
  }

  /// Whatever a description says, what is written of it is understood the same way again.
  @Test func mutationsAreUnderstoodOrRefused() throws {
    var generator = SeededGenerator(seed: 120)
    var understood = 0
    for _ in 0..<20_000 {
      let bytes = Mutation.mutate(Array(Self.withAudio().utf8), using: &generator)
      let text = String(decoding: bytes, as: UTF8.self)
      guard let stream = try? ForwardedStream(parsing: text) else { continue }
      understood += 1
      #expect(stream.payloadType < 128)
      #expect(stream.port > 0)
      let written = stream.sessionDescription().serialized
      let again = try ForwardedStream(parsing: written)
      #expect(again.payloadType == stream.payloadType && again.port == stream.port)
      #expect(again.address == stream.address)
      #expect(again.sessionDescription().serialized == written)
      _ = try ForwardedStream(
        parsing: stream.sessionDescription(
          connection: .init(address: "::1"), port: 1, payloadType: 97
        ).serialized)
    }
    #expect(understood > 1000)
  }
}
