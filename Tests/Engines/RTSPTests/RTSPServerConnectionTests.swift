import Media
import NIOCore
import RTP
import Testing

@testable import RTSP

@Suite struct RTSPServerConnectionTests {
  // MARK: Methods without session

  @Test(arguments: [
    "*", "rtsp://h", "rtsp://h/live/stream", "rtsp://h/unknown", "/live/stream",
  ]) func optionsAlwaysAnswers(_ url: String) {
    var dialogue = Dialogue(
      authentication: .basic(RTSPCredential(username: "a", password: "b"), realm: "r"))
    let answer = dialogue.request("OPTIONS \(url)", "Session: stale")
    #expect(answer.code == 200)
    #expect(
      answer["Public"]
        == "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER")
    #expect(answer["CSeq"] == "1" && answer["Server"] == "test")
  }

  @Test func describeGivesTheDescriptionAndItsBase() {
    var dialogue = Dialogue()
    let answer = dialogue.request(
      "DESCRIBE rtsp://u:p@cam:9/live/stream/?x=1", "Accept: application/sdp")
    #expect(answer.code == 200)
    #expect(answer["Content-Base"] == "rtsp://cam:9/live/stream/")
    #expect(answer["Content-Type"] == "application/sdp")
    #expect(answer["Content-Length"] == "\(Dialogue.description.readableBytes)")
    #expect(answer.body == String(buffer: Dialogue.description))
  }

  @Test(arguments: [
    ("Accept: application/sdp;level=1, text/plain", 200), ("Accept: */*", 200),
    ("Accept: application/*", 200), ("Accept: APPLICATION/SDP", 200), ("Accept:", 200),
    ("Accept: text/plain", 406), ("Accept: application/rtsl, application/mheg", 406),
  ]) func describeHonoursAccept(_ header: String, code: Int) {
    var dialogue = Dialogue()
    #expect(dialogue.request("DESCRIBE rtsp://h/live/stream", header).code == code)
    #expect(dialogue.request("OPTIONS *").code == 200)
  }

  @Test func noPictureMeans503AndTheConnectionStays() {
    var dialogue = Dialogue()
    dialogue.answersOrders = false
    #expect(dialogue.request("DESCRIBE rtsp://h/live/stream").text.isEmpty)
    let answers = dialogue.note(dialogue.connection.described(with: nil, at: dialogue.now))
    #expect(answers.map(\.code) == [503])
    #expect(dialogue.request("OPTIONS *").code == 200)
  }

  @Test func anUnavailableStreamMeans503WithTheTimeToAskAgain() {
    var dialogue = Dialogue()
    let id = dialogue.setUp()
    dialogue.answersOrders = false
    for request in [
      "DESCRIBE rtsp://h/live/stream", "PLAY rtsp://h/live/stream",
      "SETUP rtsp://h/live/stream/trackID=0",
    ] {
      let header = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
      #expect(dialogue.request(request, "Session: \(id)", header).text.isEmpty)
      let answers = dialogue.note(
        dialogue.connection.streamUnavailable(retryAfter: .seconds(5), at: dialogue.now))
      #expect(answers.map(\.code) == [503])
      #expect(answers.first?["Retry-After"] == "5")
    }
    #expect(dialogue.orders.contains(.stopSession), "SETUP had given up the old transport")
    #expect(dialogue.request("PLAY rtsp://h/live/stream", "Session: \(id)").code == 454)
    #expect(!dialogue.isClosed)
    // Nothing is waited for: it comes too late, and says nothing.
    #expect(
      dialogue.connection.streamUnavailable(retryAfter: .zero, at: dialogue.now).isEmpty)
  }

  /// One request on a fresh connection, its answer, and that the connection goes on.
  @Test(arguments: [
    ("DESCRIBE rtsp://h/nope", [], 404), ("DESCRIBE *", [], 400), ("DESCRIBE rtsp://h/", [], 404),
    ("DESCRIBE rtsp://h", [], 404), ("SETUP rtsp://h/", ["Transport: RTP/AVP/TCP"], 404),
    ("DESCRIBE rtsp://h/live/stream", ["Accept: application/sdp;q=0"], 406),
    ("SETUP rtsp://h/live/stream/trackID=1", ["Transport: RTP/AVP/TCP"], 404),
    ("SETUP rtsp://h/nope", ["Transport: RTP/AVP/TCP"], 404),
    ("SETUP *", ["Transport: RTP/AVP/TCP"], 459),
    ("SETUP rtsp://h/live/stream/trackID=0", [], 400),
    ("SETUP rtsp://h/live/stream/trackID=0", ["Transport: RTP/AVP;client_port=99999"], 400),
    ("SETUP rtsp://h/live/stream/trackID=0", ["Transport: RTP/AVP;multicast"], 461),
    ("SETUP rtsp://h/live/stream/trackID=0", ["Transport: RTP/AVP/TCP", "Session: x"], 454),
    ("PLAY rtsp://h/live/stream", [], 454), ("PLAY rtsp://h/nope", [], 404),
    ("PLAY rtsp://h/live/stream", ["Session: abc"], 454),
    ("PAUSE rtsp://h/live/stream", ["Session: abc"], 454),
    ("TEARDOWN rtsp://h/live/stream", ["Session: abc"], 454),
    ("TEARDOWN rtsp://h/live/stream", [], 454),
    ("GET_PARAMETER rtsp://h/live/stream", [], 200), ("GET_PARAMETER *", [], 200),
    ("SET_PARAMETER rtsp://h/live/stream", [], 200),
    ("GET_PARAMETER rtsp://h/live/stream", ["Session: abc"], 454),
    ("GET_PARAMETER rtsp://h/nope", [], 404),
    ("ANNOUNCE rtsp://h/live/stream", [], 405), ("RECORD rtsp://h/live/stream", [], 405),
    ("REDIRECT rtsp://h/live/stream", [], 405), ("FLY rtsp://h/live/stream", [], 501),
    ("options *", [], 501), ("GET rtsp://h/live/stream", [], 501),
    ("OPTIONS *", ["Require: funky-feature"], 551),
    ("DESCRIBE rtsp://h/live/stream", ["Proxy-Require: a, b"], 551),
  ]) func keepsTheConnection(_ line: String, headers: [String], code: Int) {
    var dialogue = Dialogue()
    let text = ([line + " RTSP/1.0", "CSeq: 41"] + headers).joined(separator: "\n") + "\n\n"
    let answer = dialogue.send(text).last
    #expect(answer?.code == code)
    #expect(answer?["CSeq"] == "41")
    #expect(!dialogue.isClosed)
    #expect(dialogue.request("OPTIONS *").code == 200)
  }

  @Test func answersToWrongMethodsSayWhatIsRight() {
    var dialogue = Dialogue()
    #expect(dialogue.request("RECORD rtsp://h/live/stream")["Allow"]?.contains("PLAY") == true)
    #expect(dialogue.request("FLY rtsp://h/live/stream")["Public"]?.contains("PLAY") == true)
    let refused = dialogue.request("PLAY rtsp://h/live/stream", "Require: a", "Require: b, c")
    #expect(refused["Unsupported"] == "a, b, c")
  }

  @Test func parametersWithABodyAreNotUnderstood() {
    var dialogue = Dialogue()
    #expect(dialogue.request("GET_PARAMETER *", "Content-Length: 4\n\n\r\n\r\n").code == 200)
    let answers = dialogue.send("SET_PARAMETER * RTSP/1.0\nCSeq: 2\nContent-Length: 7\n\nvolume\n")
    #expect(answers.last?.code == 451)
  }

  @Test func timestampsAreRepeated() {
    var dialogue = Dialogue()
    #expect(dialogue.request("OPTIONS *", "Timestamp: 12.5")["Timestamp"] == "12.5")
  }

  // MARK: Session

  @Test func aSessionFromSetupToTeardown() {
    var dialogue = Dialogue()
    let setup = dialogue.request(
      "SETUP rtsp://h/live/stream/trackID=0", "Transport: RTP/AVP/TCP;unicast;interleaved=4-5")
    #expect(
      setup["Transport"] == "RTP/AVP/TCP;unicast;interleaved=4-5;ssrc=00ABCDEF;mode=\"PLAY\"")
    let session = setup["Session"] ?? ""
    #expect(session.hasSuffix(";timeout=60"))
    let id = String(session.prefix { $0 != ";" })
    #expect(id.count == 32 && id.allSatisfy(\.isHexDigit))

    let play = dialogue.request("PLAY rtsp://h/live/stream/", "Session: \(id)", "Range: npt=0.000-")
    #expect(play.code == 200 && play["Session"] == id)
    #expect(play["Range"] == "npt=now-")
    #expect(
      play["RTP-Info"] == "url=rtsp://h/live/stream/trackID=0;seq=65535;rtptime=4000000000")

    let again = dialogue.request("PLAY rtsp://h/live/stream/", "Session: \(id)")
    #expect(again.code == 200 && again["Session"] == id)
    #expect(again["RTP-Info"] == play["RTP-Info"] && again["Range"] == "npt=now-")
    #expect(dialogue.orders.filter { $0 == .announceNextPacket }.count == 1)
    #expect(dialogue.orders.filter { $0 == .startPlaying }.count == 1)
    #expect(dialogue.request("GET_PARAMETER rtsp://h/live/stream/", "Session: \(id)").code == 200)

    #expect(dialogue.request("PAUSE rtsp://h/live/stream/", "Session: \(id)").code == 200)
    #expect(dialogue.orders.contains(.pausePlaying))
    #expect(dialogue.request("PAUSE rtsp://h/live/stream/", "Session: \(id)").code == 200)
    #expect(dialogue.request("PLAY rtsp://h/live/stream/trackID=0", "Session: \(id)").code == 200)

    #expect(dialogue.request("TEARDOWN rtsp://h/live/stream/", "Session: \(id)").code == 200)
    #expect(dialogue.orders.contains(.stopSession) && !dialogue.isClosed)
    #expect(dialogue.request("PLAY rtsp://h/live/stream/", "Session: \(id)").code == 454)
    let next = dialogue.setUp()
    #expect(next.count == 32 && next != id)
  }

  @Test func theAnswerToPlayComesBeforeAnyPacket() {
    var dialogue = Dialogue()
    dialogue.answersOrders = false
    _ = dialogue.request("SETUP rtsp://h/live/stream", "Transport: RTP/AVP/TCP")
    let ready = dialogue.note(
      dialogue.connection.transportReady(ssrc: 1, serverPorts: nil, at: dialogue.now))
    let id = ready[0]["Session"]?.prefix { $0 != ";" } ?? ""
    #expect(dialogue.request("PLAY rtsp://h/live/stream", "Session: \(id)").text.isEmpty)
    #expect(dialogue.orders.last == .startPlaying)
    let start = RTPSender.Announcement(sequenceNumber: 1, rtpTimestamp: 2)
    let answers = dialogue.note(dialogue.connection.playbackReady(start, at: dialogue.now))
    #expect(answers.map(\.code) == [200])
  }

  @Test func setupAgainRenegotiatesUntilPlaying() {
    var dialogue = Dialogue()
    let id = dialogue.setUp("RTP/AVP;unicast;client_port=5000-5001")
    let second = dialogue.request(
      "SETUP rtsp://h/live/stream/trackID=0", "Session: \(id)", "Transport: RTP/AVP/TCP")
    #expect(second.code == 200 && second["Session"]?.hasPrefix(id) == true)
    #expect(dialogue.orders.contains(.stopSession))
    #expect(dialogue.request("PLAY rtsp://h/live/stream", "Session: \(id)").code == 200)
    let third = dialogue.request(
      "SETUP rtsp://h/live/stream/trackID=0", "Session: \(id)", "Transport: RTP/AVP/TCP")
    #expect(third.code == 455)
    #expect(
      third["Allow"]?.contains("TEARDOWN") == true && third["Allow"]?.contains("SETUP") == false)
    #expect(dialogue.request("OPTIONS *").code == 200)
  }

  @Test func setupWithoutSessionHeaderStartsANewSession() {
    var dialogue = Dialogue()
    let first = dialogue.setUp()
    let second = dialogue.setUp()
    #expect(first != second)
    #expect(dialogue.request("PLAY rtsp://h/live/stream", "Session: \(first)").code == 454)
    #expect(dialogue.request("PLAY rtsp://h/live/stream", "Session: \(second)").code == 200)
  }

  @Test func sessionsBelongToTheirConnection() {
    var owner = Dialogue()
    let id = owner.play()
    var thief = Dialogue()
    thief.connection.generator = SystemRandomNumberGenerator()
    #expect(thief.request("TEARDOWN rtsp://h/live/stream", "Session: \(id)").code == 454)
    #expect(thief.request("PLAY rtsp://h/live/stream", "Session: \(id)").code == 454)
  }

  @Test func badRangesAreRefusedAndTheSessionStays() {
    var dialogue = Dialogue()
    let id = dialogue.setUp()
    let bad = dialogue.request("PLAY rtsp://h/live/stream", "Session: \(id)", "Range: npt=5-2")
    #expect(bad.code == 457)
    let odd = dialogue.request(
      "PLAY rtsp://h/live/stream", "Session: \(id)", "Range: clock=19961108T142300Z-", "Scale: 2")
    #expect(odd.code == 200 && odd["Range"] == "npt=now-")
    #expect(odd["Scale"] == "1.0" && odd["Speed"] == nil)
  }

  @Test func everyAnswerInASessionNamesIt() {
    var dialogue = Dialogue()
    let id = dialogue.setUp()
    for (line, code) in [
      ("OPTIONS rtsp://h/live/stream", 200), ("DESCRIBE rtsp://h/live/stream", 200),
      ("GET_PARAMETER rtsp://h/live/stream", 200), ("PLAY rtsp://h/live/stream", 200),
      ("SETUP rtsp://h/live/stream", 455), ("PAUSE rtsp://h/live/stream", 200),
      ("TEARDOWN rtsp://h/live/stream", 200),
    ] {
      let answer = dialogue.request(line, "Session: \(id)")
      #expect(answer.code == code && answer["Session"] == id, "\(line)")
    }
    #expect(dialogue.request("OPTIONS *", "Session: \(id)")["Session"] == nil)
  }

  @Test func theDateIsTheWallClocks() {
    var dialogue = Dialogue()
    #expect(dialogue.request("OPTIONS *")["Date"] == nil)
    dialogue.connection.wallClock = WallClockAnchor(
      mediaTime: dialogue.now, unixNanoseconds: 784_111_777_000_000_000)
    #expect(dialogue.request("OPTIONS *")["Date"] == "Sun, 06 Nov 1994 08:49:37 GMT")
    dialogue.now = dialogue.now.advanced(by: .seconds(5))
    #expect(dialogue.request("FLY *")["Date"] == "Sun, 06 Nov 1994 08:49:42 GMT")
    let last = dialogue.send("OPTIONS * RTSP/1.0\nCSeq: 1\nContent-Length: x\n\n").last
    #expect(last?["Date"] == "Sun, 06 Nov 1994 08:49:42 GMT")
  }

  @Test(arguments: ["close", "Close", "keep-alive, close"])
  func theConnectionEndsIfTheClientSaysSo(_ value: String) {
    var dialogue = Dialogue()
    #expect(dialogue.request("OPTIONS *", "Connection: keep-alive").code == 200)
    #expect(!dialogue.isClosed)
    let answer = dialogue.request("DESCRIBE rtsp://h/live/stream", "Connection: \(value)")
    #expect(answer.code == 200 && answer["Connection"] == "close")
    #expect(dialogue.isClosed)
  }

  @Test func withoutSocketsUDPIsRefusedSoThatClientsTakeTCP() {
    var dialogue = Dialogue()
    dialogue.answersOrders = false
    _ = dialogue.request("SETUP rtsp://h/live/stream", "Transport: RTP/AVP;client_port=5000-5001")
    let answers = dialogue.note(dialogue.connection.transportFailed(at: dialogue.now))
    #expect(answers.map(\.code) == [461])
    dialogue.answersOrders = true
    #expect(dialogue.setUp().count == 32)
  }

  // MARK: Order

  @Test func pipelinedRequestsAreAnsweredInOrder() {
    var dialogue = Dialogue()
    dialogue.answersOrders = false
    let answers = dialogue.send(
      """
      OPTIONS * RTSP/1.0
      CSeq: 1

      DESCRIBE rtsp://h/live/stream RTSP/1.0
      CSeq: 2

      SETUP rtsp://h/live/stream/trackID=0 RTSP/1.0
      CSeq: 3
      Transport: RTP/AVP/TCP

      OPTIONS * RTSP/1.0
      CSeq: 4


      """)
    #expect(answers.map { $0["CSeq"] } == ["1"])
    let described = dialogue.note(
      dialogue.connection.described(with: Dialogue.description, at: dialogue.now))
    #expect(described.map { $0["CSeq"] } == ["2"])
    let ready = dialogue.note(
      dialogue.connection.transportReady(ssrc: 1, serverPorts: nil, at: dialogue.now))
    #expect(ready.map { $0["CSeq"] } == ["3", "4"])
  }

  @Test func aFactNobodyWaitsForChangesNothing() {
    var dialogue = Dialogue()
    let start = RTPSender.Announcement(sequenceNumber: 1, rtpTimestamp: 2)
    #expect(dialogue.connection.described(with: nil, at: dialogue.now).isEmpty)
    #expect(dialogue.connection.transportFailed(at: dialogue.now).isEmpty)
    #expect(
      dialogue.connection.transportReady(ssrc: 1, serverPorts: nil, at: dialogue.now).isEmpty)
    #expect(dialogue.connection.playbackReady(start, at: dialogue.now).isEmpty)
  }

  @Test func theEndOfTheConnectionEndsTheSessionOnce() {
    var dialogue = Dialogue()
    _ = dialogue.play()
    #expect(dialogue.connection.peerClosed() == [.stopSession])
    #expect(dialogue.connection.peerClosed().isEmpty)
    #expect(dialogue.connection.received(ByteBuffer(string: "x"), at: dialogue.now).isEmpty)
    #expect(dialogue.connection.nextDeadline == nil)
  }

  @Test func aHalfClosedConnectionStillGetsItsAnswer() {
    var dialogue = Dialogue()
    dialogue.answersOrders = false
    _ = dialogue.request("DESCRIBE rtsp://h/live/stream")
    #expect(dialogue.connection.inputEnded().isEmpty)
    let answers = dialogue.note(
      dialogue.connection.described(with: Dialogue.description, at: dialogue.now))
    #expect(answers.map(\.code) == [200])
    #expect(dialogue.isClosed)
  }

  @Test func theEndOfAClosedConnectionOrdersNothing() {
    // Found by fuzzing.
    var dialogue = Dialogue()
    let orders = dialogue.connection.received(ByteBuffer(bytes: [0x16, 3, 1]), at: dialogue.now)
    #expect(orders == [.close])
    #expect(dialogue.connection.inputEnded().isEmpty)
  }
}
