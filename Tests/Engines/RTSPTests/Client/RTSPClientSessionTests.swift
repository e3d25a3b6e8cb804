import Media
import NIOCore
import RTP
import SDP
import Testing

@testable import RTSP

@Suite struct RTSPClientSessionTests {
  private static let login = RTSPLogin(username: "cam", password: "secret")

  @Test func aPictureIsTaken() throws {
    var dialogue = ClientDialogue(url: "rtsp://192.0.2.1:8554/live/stream")
    #expect(
      dialogue.lastRequest
        == "OPTIONS rtsp://192.0.2.1:8554/live/stream RTSP/1.0\r\nCSeq: 1\r\n"
        + "User-Agent: test\r\n\r\n")
    #expect(dialogue.session.awaitedStep == .options)
    try dialogue.receive("RTSP/1.0 200 OK\nCSeq: 1")
    #expect(dialogue.lastRequest.contains("\r\nAccept: application/sdp\r\n"))
    try dialogue.receive(
      "RTSP/1.0 200 OK\nCSeq: 2\nContent-Base: rtsp://192.0.2.1:8554/live/stream/",
      body: SampleServer.description)
    #expect(
      dialogue.lastRequest.contains(
        "\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"))
    try dialogue.receive(
      "RTSP/1.0 200 OK\nCSeq: 3\nSession: 12-ab ;timeout=60\n\(SampleServer.transport)")
    #expect(dialogue.lastRequest.contains("\r\nSession: 12-ab\r\nRange: npt=0.000-\r\n"))
    #expect(dialogue.session.awaitedStep == .play)
    try dialogue.receive("RTSP/1.0 200 OK\nCSeq: 4")
    #expect(dialogue.session.awaitedStep == .firstPacket)
    try dialogue.receive(bytes: SampleServer.frame([0x41, 0x9A]))
    #expect(dialogue.session.awaitedStep == .picture)
    try dialogue.receive(bytes: SampleServer.frame([0x65, 0x88], sequenceNumber: 2))
    #expect(
      dialogue.picture
        == IDRPicture(
          parameterSets: [SampleServer.sps, SampleServer.pps],
          slices: [SampleServer.unit([0x65, 0x88])]))
    #expect(dialogue.lastRequest.contains("\r\nSession: 12-ab\r\n"))
    #expect(dialogue.session.awaitedStep == .teardown)
    try dialogue.receive(bytes: SampleServer.frame([0x65, 0x88], sequenceNumber: 3))
    try dialogue.receive("RTSP/1.0 200 OK\nCSeq: 5")
    #expect(dialogue.orders.last == .close)
    #expect(dialogue.steps == RTSPClientStep.allCases)
    #expect(
      dialogue.requestLines == [
        "OPTIONS rtsp://192.0.2.1:8554/live/stream", "DESCRIBE rtsp://192.0.2.1:8554/live/stream",
        "SETUP rtsp://192.0.2.1:8554/live/stream/trackID=0",
        "PLAY rtsp://192.0.2.1:8554/live/stream/", "TEARDOWN rtsp://192.0.2.1:8554/live/stream/",
      ])
    #expect(dialogue.session.progress.packetCount == 2)
    #expect(dialogue.session.progress.accessUnitCount == 2)
  }

  // MARK: Servers

  /// What recorded servers answered; each ends with the answer to PLAY.
  struct Server: Sendable, CustomTestStringConvertible {
    var name: String
    var describe: String
    /// `a=` lines of the session and of the video.
    var session: String = ""
    var media: String
    var setup: String
    /// SETUP and PLAY as ffmpeg 5.1.9 sent them.
    var expected: [String]
    var testDescription: String { name }
  }

  @Test(arguments: [
    Server(
      name: "MediaMTX 1.20.0",
      describe: "Content-Base: rtsp://192.0.2.1/cam/\nContent-Type: application/sdp",
      media: "a=control:trackID=0",
      setup: "Session: 2eefee21d463449187bd84995bf2e006;timeout=55\n"
        + "Transport: RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=36232046",
      expected: ["SETUP rtsp://192.0.2.1/cam/trackID=0", "PLAY rtsp://192.0.2.1/cam/"]),
    Server(
      name: "gst-rtsp-server 1.22.0",
      describe: "Content-Type: application/sdp\nContent-Base: rtsp://192.0.2.1/cam/",
      session: "a=control:*\na=range:npt=now-\n", media: "a=control:stream=0",
      setup: "Transport: RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=E5A77EC9;mode=\"PLAY\"\n"
        + "Session: -amRHqoq3iXXAgy6",
      expected: ["SETUP rtsp://192.0.2.1/cam/stream=0", "PLAY rtsp://192.0.2.1/cam/"]),
    Server(
      name: "live555 2026.06.24, which names a port of its own",
      describe: "Content-Base: rtsp://192.0.2.1:48554/cam/\nContent-Type: application/sdp",
      session: "a=control:*\n", media: "a=control:track1",
      setup: "Transport: RTP/AVP/TCP;unicast;destination=127.0.0.1;source=127.0.0.1;"
        + "interleaved=0-1\nSession: 2E7FDF74;timeout=65",
      expected: ["SETUP rtsp://192.0.2.1:48554/cam/track1", "PLAY rtsp://192.0.2.1:48554/cam/"]),
    Server(
      name: "go2rtc 1.9.14, which has no Content-Base",
      describe: "Content-Type: application/sdp",
      media: "a=recvonly\na=control:trackID=0",
      setup: "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\nSession: 89054055;timeout=60",
      expected: ["SETUP rtsp://192.0.2.1/cam/trackID=0", "PLAY rtsp://192.0.2.1/cam"]),
  ])
  func recordedServersAreUnderstood(server: Server) throws {
    var dialogue = ClientDialogue()
    try dialogue.receive("RTSP/1.0 200 OK\nCseq: 1")
    let description =
      "v=0\ns=x\nt=0 0\n\(server.session)m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\n"
      + "a=fmtp:96 packetization-mode=1; sprop-parameter-sets=Z0LAHg==,aM48gA==\n"
      + server.media + "\n"
    try dialogue.receive("RTSP/1.0 200 OK\nCseq: 2\n\(server.describe)", body: description)
    try dialogue.receive("RTSP/1.0 200 OK\nCseq: 3\n\(server.setup)")
    #expect(Array(dialogue.requestLines.suffix(2)) == server.expected)
    try dialogue.receive("RTSP/1.0 200 OK\nCseq: 4")
    try dialogue.receive(bytes: SampleServer.frame([0x65, 0x88]))
    #expect(dialogue.picture != nil)
  }

  @Test func audioAheadOfTheVideoIsPassedOver() throws {
    var dialogue = ClientDialogue()
    try dialogue.play(
      description: """
        v=0
        m=audio 0 RTP/AVP 0
        a=control:audio
        m=video 0 RTP/AVP 26
        a=control:jpeg
        m=video 0 RTP/AVP 97 98
        a=rtpmap:97 H265/90000
        a=rtpmap:98 h264/90000
        a=control:video
        """)
    #expect(dialogue.requestLines[2] == "SETUP rtsp://192.0.2.1/cam/video")
    try dialogue.receive(bytes: SampleServer.frame([0x65, 0x88], payloadType: 97))
    #expect(dialogue.session.progress.packetCount == 0)
    try dialogue.receive(bytes: SampleServer.frame([0x65, 0x88], payloadType: 98))
    #expect(dialogue.picture == nil)
    #expect(dialogue.session.progress.undecodableCount == 1)
    let sets: [UInt8] = [0x78, 0, 2, 0x67, 0x42, 0, 2, 0x68, 0xCE, 0, 2, 0x65, 0x88]
    try dialogue.receive(bytes: SampleServer.frame(sets, payloadType: 98, sequenceNumber: 2))
    #expect(dialogue.picture?.parameterSets.count == 2)
  }

  @Test func packetsMayComeBeforeTheAnswerToPlay() throws {
    var dialogue = ClientDialogue()
    try dialogue.receive("RTSP/1.0 200 OK\nCSeq: 1")
    try dialogue.receive("RTSP/1.0 200 OK\nCSeq: 2", body: SampleServer.description)
    try dialogue.receive("RTSP/1.0 200 OK\nCSeq: 3\nSession: 7\n\(SampleServer.transport)")
    try dialogue.receive(bytes: SampleServer.frame([0x7C, 0x85, 0x88], marker: false))
    #expect(dialogue.steps == [.options, .describe, .setup, .firstPacket])
    try dialogue.receive("RTSP/1.0 200 OK\nCSeq: 4")
    try dialogue.receive(bytes: SampleServer.frame([0x7C, 0x45, 0x01], sequenceNumber: 2))
    #expect(dialogue.picture?.slices == [SampleServer.unit([0x65, 0x88, 0x01])])
  }

  @Test func theChannelTheServerChoseCounts() throws {
    var dialogue = ClientDialogue()
    try dialogue.receive("RTSP/1.0 200 OK\nCSeq: 1")
    try dialogue.receive("RTSP/1.0 200 OK\nCSeq: 2", body: SampleServer.description)
    try dialogue.receive(
      "RTSP/1.0 200 OK\nCSeq: 3\nSession: 7\nTransport: RTP/AVP/TCP;interleaved=4-5")
    try dialogue.receive("RTSP/1.0 200 OK\nCSeq: 4")
    try dialogue.receive(bytes: SampleServer.frame([0x65, 0x88], channel: 0))
    try dialogue.receive(bytes: SampleServer.frame([0x65, 0x88], channel: 5))
    #expect(dialogue.picture == nil)
    try dialogue.receive(bytes: SampleServer.frame([0x65, 0x88], channel: 4))
    #expect(dialogue.picture != nil)
  }

  @Test func interimAndLateAnswersAreWaitedOut() throws {
    var dialogue = ClientDialogue()
    #expect(try dialogue.receive("RTSP/1.0 100 Continue\nCSeq: 1").isEmpty)
    #expect(try dialogue.receive("RTSP/1.0 200 OK\nCSeq: 0").isEmpty)
    #expect(try !dialogue.receive("RTSP/1.0 200 OK\nCSeq: 1").isEmpty)
    #expect(try dialogue.receive("RTSP/1.0 200 OK\nCSeq: 1").isEmpty)
    #expect(dialogue.session.awaitedStep == .describe)
  }

  @Test func aRefusedOptionsIsPassedOver() throws {
    var dialogue = ClientDialogue()
    try dialogue.receive("RTSP/1.0 501 Not Implemented\nCSeq: 1")
    #expect(dialogue.session.awaitedStep == .describe)
  }

  @Test func aServerThatAsksIsAnswered() throws {
    var dialogue = ClientDialogue()
    try dialogue.receive("OPTIONS * RTSP/1.0\nCSeq: 77")
    #expect(dialogue.lastRequest == "RTSP/1.0 501 Not Implemented\r\nCSeq: 77\r\n\r\n")
    try dialogue.receive("RTSP/1.0 200 OK\nCSeq: 1")
    #expect(dialogue.session.awaitedStep == .describe)
  }

  // MARK: Authentication

  @Test func basicIsShownOnceItIsAskedFor() throws {
    var dialogue = ClientDialogue(login: Self.login)
    try dialogue.receive("RTSP/1.0 200 OK\nCSeq: 1")
    try dialogue.receive(
      "RTSP/1.0 401 Unauthorized\nCSeq: 2\nWWW-Authenticate: Digest realm=\"a\", nonce=\"b\"\n"
        + "WWW-Authenticate: Basic realm=\"a\"")
    #expect(dialogue.requests.dropLast().allSatisfy { !$0.contains("Authorization") })
    #expect(dialogue.lastRequest.hasPrefix("DESCRIBE "))
    #expect(dialogue.lastRequest.contains("\r\nCSeq: 3\r\n"))
    #expect(dialogue.lastRequest.contains("\r\nAccept: application/sdp\r\n"))
    try dialogue.receive("RTSP/1.0 200 OK\nCSeq: 3", body: SampleServer.description)
    try dialogue.receive("RTSP/1.0 200 OK\nCSeq: 4\nSession: 7\n\(SampleServer.transport)")
    try dialogue.receive("RTSP/1.0 200 OK\nCSeq: 5")
    try dialogue.receive(bytes: SampleServer.frame([0x65, 0x88]))
    #expect(dialogue.requests.count == 6)
    #expect(
      dialogue.requests.suffix(4).allSatisfy {
        $0.contains("\r\nAuthorization: Basic Y2FtOnNlY3JldA==\r\n")
      })
    #expect(dialogue.steps.count { $0 == .describe } == 1)
  }

  @Test(arguments: [1, 3, 4])
  func aChallengeMayComeAtAnyRequest(cseq: Int) throws {
    var dialogue = ClientDialogue(login: Self.login)
    let answers: [(String, String)] = [
      ("", ""), ("", SampleServer.description), ("Session: 7\n\(SampleServer.transport)", ""),
      ("", ""),
    ]
    var number = 0
    for (index, (headers, body)) in answers.enumerated() {
      number += 1
      if index + 1 == cseq {
        try dialogue.receive(
          "RTSP/1.0 401 Unauthorized\nCSeq: \(number)\nWWW-Authenticate: Basic realm=\"a\"")
        number += 1
      }
      try dialogue.receive("RTSP/1.0 200 OK\nCSeq: \(number)\n\(headers)", body: body)
    }
    #expect(dialogue.session.awaitedStep == .firstPacket)
    #expect(dialogue.lastRequest.contains("Authorization: Basic "))
  }

  @Test func withoutAnyLoginTheChallengeIsTheEnd() throws {
    var dialogue = ClientDialogue()
    #expect(throws: RTSPClientError.credentialMissing(realm: "a")) {
      try dialogue.receive(
        "RTSP/1.0 401 Unauthorized\nCSeq: 1\nWWW-Authenticate: Basic realm=\"a\"")
    }
  }

  /// MediaMTX 1.20.0 answers a wrong password without another challenge.
  @Test func aWrongPasswordIsTheEnd() throws {
    var dialogue = ClientDialogue(login: Self.login)
    try dialogue.receive("RTSP/1.0 401 Unauthorized\nCSeq: 1\nWWW-Authenticate: Basic realm=\"a\"")
    #expect(throws: RTSPClientError.credentialRejected(realm: nil)) {
      try dialogue.receive("RTSP/1.0 401 Unauthorized\nCSeq: 2")
    }
  }

  /// live555 offers Digest in this form; the response was computed with Python's hashlib.
  @Test func digestIsShownWhereBasicIsNotOffered() throws {
    var dialogue = ClientDialogue(
      url: "rtsp://192.0.2.1/cam", login: RTSPLogin(username: "Mufasa", password: "CircleOfLife"))
    try dialogue.receive(
      "RTSP/1.0 401 Unauthorized\nCSeq: 1\nWWW-Authenticate: Digest "
        + "realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"")
    #expect(
      dialogue.lastRequest.contains(
        "\r\nAuthorization: Digest username=\"Mufasa\", realm=\"testrealm@host.com\", "
          + "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"rtsp://192.0.2.1/cam\", "
          + "response=\"2eaff1b595291e3027658f81a5719694\", algorithm=MD5\r\n"))
    #expect(!dialogue.lastRequest.contains("CircleOfLife"))
  }

  @Test func aNonceIsCountedAndRenewedOnce() throws {
    var dialogue = ClientDialogue(login: Self.login)
    let refusal = "RTSP/1.0 401 Unauthorized\nWWW-Authenticate: Digest realm=\"a\", qop=\"auth\""
    try dialogue.receive(refusal + ", nonce=\"n1\", opaque=\"o\"\nCSeq: 1")
    #expect(dialogue.lastRequest.contains("nonce=\"n1\""))
    #expect(
      dialogue.lastRequest.contains("opaque=\"o\", qop=auth, nc=00000001, cnonce=\"0a4f113b\""))
    try dialogue.receive("RTSP/1.0 200 OK\nCSeq: 2")
    #expect(dialogue.lastRequest.contains("nc=00000002"))
    try dialogue.receive(refusal + ", nonce=\"n2\", stale=TRUE\nCSeq: 3")
    #expect(dialogue.lastRequest.contains("nonce=\"n2\""))
    #expect(dialogue.lastRequest.contains("nc=00000001"))
    #expect(throws: RTSPClientError.credentialRejected(realm: "a")) {
      try dialogue.receive(refusal + ", nonce=\"n3\", stale=true\nCSeq: 4")
    }
  }

  @Test(arguments: [
    "NTLM", "Digest realm=\"a\"", "Digest realm=\"a\", nonce=\"b\", algorithm=MD5-sess",
    "Digest realm=\"a\", nonce=\"b\", qop=\"auth-int\"",
  ])
  func thePasswordIsKeptFromServersThatOfferNothingKnown(challenge: String) throws {
    var dialogue = ClientDialogue(login: Self.login)
    let scheme = String(challenge.prefix { $0 != " " })
    #expect(throws: RTSPClientError.authenticationUnsupported(offered: [scheme])) {
      try dialogue.receive(
        "RTSP/1.0 401 Unauthorized\nCSeq: 1\nWWW-Authenticate: \(challenge)")
    }
    #expect(dialogue.requests.count == 1)
  }

  // MARK: The end

  struct Fault: Sendable, CustomTestStringConvertible {
    var describe = "RTSP/1.0 200 OK"
    var body = SampleServer.description
    var setup = ""
    var error: RTSPClientError
    var testDescription: String { "\(error)" }
  }

  @Test(arguments: [
    Fault(
      describe: "RTSP/1.0 404 Not Found",
      error: .refused(.describe, code: 404, reason: "Not Found")),
    Fault(
      describe: "RTSP/1.0 302 Found\nLocation: rtsp://u:secret@other/x",
      error: .redirected(.describe, location: "rtsp://other/x")),
    Fault(describe: "RTSP/1.0 301 Moved", error: .redirected(.describe, location: nil)),
    Fault(
      describe: "RTSP/1.0 200 OK\nContent-Type: text/html; charset=utf-8",
      error: .notADescription(contentType: "text/html")),
    Fault(body: "hello", error: .descriptionMalformed(.malformedLine(line: 1))),
    Fault(body: "", error: .descriptionMalformed(.unsupportedVersion(line: 1))),
    Fault(body: "v=0", error: .noH264(offered: [])),
    Fault(
      body: "v=0\nm=video 0 RTP/AVP 96\na=rtpmap:96 H265/90000\nm=audio 0 RTP/AVP 0",
      error: .noH264(offered: ["H265", "audio"])),
    Fault(
      body: "v=0\nm=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=fmtp:96 packetization-mode=2",
      error: .packetizationModeUnsupported(2)),
    Fault(
      body: "v=0\nm=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=control:http://x/",
      error: .controlURLMalformed),
    Fault(
      setup: "RTSP/1.0 461 Unsupported transport",
      error: .refused(.setup, code: 461, reason: "Unsupported transport")),
    Fault(setup: "RTSP/1.0 200 OK\nSession: 7", error: .transportUnusable(nil)),
    Fault(
      setup: "RTSP/1.0 200 OK\nSession: 7\nTransport: RTP/AVP;unicast;client_port=4-5",
      error: .transportUnusable("RTP/AVP;unicast;client_port=4-5")),
    Fault(setup: "RTSP/1.0 200 OK\n\(SampleServer.transport)", error: .sessionIDMissing),
    Fault(
      setup: "RTSP/1.0 200 OK\nSession: ;timeout=60\n\(SampleServer.transport)",
      error: .sessionIDMissing),
  ])
  func faultsAreNamed(fault: Fault) throws {
    var dialogue = ClientDialogue()
    try dialogue.receive("RTSP/1.0 200 OK\nCSeq: 1")
    #expect(throws: fault.error) {
      try dialogue.receive(fault.describe + "\nCSeq: 2", body: fault.body)
      try dialogue.receive(fault.setup + "\nCSeq: 3")
    }
  }

  @Test func whatCameSoFarIsCounted() throws {
    var dialogue = ClientDialogue()
    #expect(dialogue.session.progress == RTSPClientProgress())
    try dialogue.play()
    try dialogue.receive(bytes: SampleServer.frame([0x41, 0x1A]))
    try dialogue.receive(bytes: SampleServer.frame([0x41, 0x9A], sequenceNumber: 2))
    var expected = RTSPClientProgress()
    expected.packetCount = 2
    expected.accessUnitCount = 1
    expected.lostCount = 1
    #expect(dialogue.session.progress == expected)
  }
}
