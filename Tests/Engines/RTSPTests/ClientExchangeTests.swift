import Testing

@testable import RTSP

/// What real clients sent to four servers, as facts, and what ours answers.
///
/// Recorded on loopback with ffmpeg 5.1.9 (Lavf59.27.100), OpenCV 5.0 (Lavf62.12.101), GStreamer
/// 1.22.0 rtspsrc, openRTSP of live555 2026.06.24 and Debian 12's VLC. `@` stands for our address
/// with the configured path, `%` for the session id.
@Suite struct ClientExchangeTests {
  struct Exchange: CustomTestStringConvertible, Sendable {
    var name: String
    var needsPassword = false
    /// Requests and the status each gets.
    var steps: [(request: String, status: Int)]

    var testDescription: String { name }
  }

  static let basic = "Authorization: Basic Y2FtOnNlY3JldA=="
  static let realMedia = """
    User-Agent: RealMedia Player Version 6.0.9.1235 (linux-2.0-libc6-i386-gcc2.95)
    ClientChallenge: 9e26d33f2984236010ef6253fb1887f7
    CompanyID: KnKV4M4I/B2FjJ1TToLycw==
    GUID: 00000000-0000-0000-0000-000000000000
    RegionData: 0
    PlayerStarttime: [28/03/2003:22:50:23 00:00]
    ClientID: Linux_2.4_6.0.9.1235_play32_RN01_EN_586
    """

  /// ffmpeg and OpenCV: Transport before CSeq, TEARDOWN without waiting.
  static func libavformat(
    _ name: String, agent: String = "Lavf59.27.100", url: String = "@", base: String = "@/",
    transport: String = "RTP/AVP/TCP;unicast;interleaved=0-1"
  ) -> Exchange {
    let agent = "User-Agent: \(agent)"
    return Exchange(
      name: name,
      steps: [
        ("OPTIONS \(url) RTSP/1.0\nCSeq: 1\n\(agent)", 200),
        ("DESCRIBE \(url) RTSP/1.0\nAccept: application/sdp\nCSeq: 2\n\(agent)", 200),
        ("SETUP \(base)trackID=0 RTSP/1.0\nTransport: \(transport)\nCSeq: 3\n\(agent)", 200),
        ("PLAY \(base) RTSP/1.0\nRange: npt=0.000-\nCSeq: 4\n\(agent)\nSession: %", 200),
        ("TEARDOWN \(base) RTSP/1.0\nCSeq: 5\n\(agent)\nSession: %", 200),
      ])
  }

  /// rtspsrc: two user agents in OPTIONS, Date everywhere, PAUSE before TEARDOWN.
  static func rtspsrc(
    _ name: String, url: String = "@", track: String = "@/trackID=0", base: String = "@/",
    transport: String = "RTP/AVP/TCP;unicast;interleaved=0-1", range: String = "npt=now-"
  ) -> Exchange {
    let agent = "User-Agent: GStreamer/1.22.0"
    let date = "Date: Fri, 20 Nov 2026 21:36:17 GMT"
    return Exchange(
      name: name,
      steps: [
        ("OPTIONS \(url) RTSP/1.0\nCSeq: 1\n\(agent)\n\(realMedia)\n\(date)", 200),
        ("DESCRIBE \(url) RTSP/1.0\nCSeq: 2\n\(agent)\nAccept: application/sdp\n\(date)", 200),
        ("SETUP \(track) RTSP/1.0\nCSeq: 3\n\(agent)\nTransport: \(transport)\n\(date)", 200),
        ("PLAY \(base) RTSP/1.0\nCSeq: 4\n\(agent)\nRange: \(range)\nSession: %\n\(date)", 200),
        ("PAUSE \(base) RTSP/1.0\nCSeq: 5\n\(agent)\nSession: %\n\(date)", 200),
        ("TEARDOWN \(base) RTSP/1.0\nCSeq: 6\n\(agent)\nSession: %\n\(date)", 200),
      ])
  }

  /// openRTSP: CSeq starts at 2, a stop time in Range, waits for TEARDOWN's answer.
  static func openRTSP(
    _ name: String, transport: String = "RTP/AVP/TCP;unicast;interleaved=0-1"
  ) -> Exchange {
    let agent = "User-Agent: openRTSP (LIVE555 Streaming Media v2026.06.24)"
    return Exchange(
      name: name,
      steps: [
        ("OPTIONS @ RTSP/1.0\nCSeq: 2\n\(agent)", 200),
        ("DESCRIBE @ RTSP/1.0\nCSeq: 3\n\(agent)\nAccept: application/sdp", 200),
        ("SETUP @/trackID=0 RTSP/1.0\nCSeq: 4\n\(agent)\nTransport: \(transport)", 200),
        ("PLAY @/ RTSP/1.0\nCSeq: 5\n\(agent)\nSession: %\nRange: npt=0.000-3.000", 200),
        ("TEARDOWN @/ RTSP/1.0\nCSeq: 6\n\(agent)\nSession: %", 200),
      ])
  }

  /// The client asks without, is told to authenticate once, and carries credentials from then on.
  static func withPassword(_ exchange: Exchange) -> Exchange {
    var exchange = exchange
    exchange.name += ", Basic"
    exchange.needsPassword = true
    let refused = (exchange.steps[1].request, 401)
    exchange.steps = exchange.steps.enumerated().map { index, step in
      index == 0 ? step : (step.request + "\n" + basic, step.status)
    }
    exchange.steps.insert(refused, at: 1)
    return exchange
  }

  static let exchanges: [Exchange] = [
    libavformat("ffmpeg, TCP"),
    libavformat("ffmpeg, UDP", transport: "RTP/AVP/UDP;unicast;client_port=15162-15163"),
    libavformat("ffmpeg, TCP, trailing slash", url: "@/"),
    libavformat("ffmpeg, TCP, query", url: "@?a=1&b=2"),
    libavformat("ffmpeg, TCP, query kept in the base", url: "@?a=1&b=2", base: "@?a=1&b=2/"),
    libavformat("ffmpeg, TCP, doubled slash", url: "@/", base: "@//"),
    libavformat("OpenCV, TCP", agent: "Lavf62.12.101"),
    withPassword(libavformat("ffmpeg, TCP")),
    withPassword(
      libavformat("ffmpeg, UDP", transport: "RTP/AVP/UDP;unicast;client_port=4998-4999")),
    rtspsrc("rtspsrc, TCP"),
    rtspsrc("rtspsrc, UDP", transport: "RTP/AVP;unicast;client_port=49704-49705"),
    rtspsrc("rtspsrc, TCP, query", url: "@?a=1&b=2"),
    rtspsrc(
      "rtspsrc, TCP, query dropped with the path", url: "@?a=1&b=2",
      track: "rtsp://127.0.0.1:9554/trackID=0", base: "@?a=1&b=2/", range: "npt=0-"),
    withPassword(rtspsrc("rtspsrc, TCP")),
    openRTSP("openRTSP, TCP"),
    openRTSP("openRTSP, UDP", transport: "RTP/AVP;unicast;client_port=44032-44033"),
    withPassword(openRTSP("openRTSP, TCP")),
    Exchange(
      name: "ffmpeg, unknown path",
      steps: [
        ("OPTIONS rtsp://127.0.0.1:9554/nope RTSP/1.0\nCSeq: 1", 200),
        (
          "DESCRIBE rtsp://127.0.0.1:9554/nope RTSP/1.0\nAccept: application/sdp\nCSeq: 2", 404
        ),
      ]),
    Exchange(
      name: "rtspsrc, multicast last",
      steps: [
        ("SETUP @/trackID=0 RTSP/1.0\nCSeq: 3\nTransport: RTP/AVP;multicast", 461),
        (
          "SETUP @/trackID=0 RTSP/1.0\nCSeq: 4\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1", 200
        ),
      ]),
    Exchange(
      name: "VLC without live555, SAT>IP module",
      steps: [
        ("SETUP @ RTSP/1.0\nCSeq: 0\nTransport: RTP/AVP;unicast;client_port=9222-9223", 200),
        ("PLAY rtsp://127.0.0.1:9554/stream=0 RTSP/1.0\nCSeq: 1\nSession: %", 404),
        ("TEARDOWN rtsp://127.0.0.1:9554/stream=0 RTSP/1.0\nCSeq: 2\nSession: %", 404),
      ]),
    Exchange(
      name: "VLC without live555, RealMedia probe",
      steps: [("OPTIONS rtsp://127.0.0.1:9554 RTSP/1.0\nCSeq: 1\n\(realMedia)", 200)]),
  ]

  @Test(arguments: exchanges) func isAnswered(_ exchange: Exchange) {
    let credential = RTSPCredential(username: "cam", password: "secret")
    var dialogue = Dialogue(
      authentication: exchange.needsPassword ? .basic(credential, realm: "r") : .none)
    var session = ""
    for step in exchange.steps {
      let text = step.request.replacing("@", with: "rtsp://127.0.0.1:9554/live/stream")
        .replacing("%", with: session)
      let answer = dialogue.send(text + "\n\n").last
      #expect(answer?.code == step.status, "\(text)\n→ \(answer?.text ?? "nothing")")
      let cseq = text.split(separator: "\n").first { $0.hasPrefix("CSeq: ") }?.dropFirst(6)
      #expect(answer?["CSeq"] == cseq.map(String.init))
      if let named = answer?["Session"] { session = String(named.prefix { $0 != ";" }) }
      if text.hasPrefix("DESCRIBE"), answer?.code == 200 {
        #expect(answer?["Content-Base"] == "rtsp://127.0.0.1:9554/live/stream/")
      }
      if text.hasPrefix("PLAY"), answer?.code == 200 {
        #expect(
          answer?["RTP-Info"]?.hasPrefix("url=rtsp://127.0.0.1:9554/live/stream/trackID=0;") == true
        )
      }
    }
    #expect(!dialogue.isClosed)
  }
}
