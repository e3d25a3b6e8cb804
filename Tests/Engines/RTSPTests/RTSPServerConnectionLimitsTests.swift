import Media
import NIOCore
import SDP
import TestSupport
import Testing

@testable import RTSP

@Suite struct RTSPServerConnectionLimitsTests {
  static let locked = RTSPAuthentication.basic(
    RTSPCredential(username: "cam", password: "sec:ret"), realm: "r")
  static let right = "Authorization: Basic " + Base64.encode(Array("cam:sec:ret".utf8))
  static let wrong = "Authorization: Basic " + Base64.encode(Array("cam:guess".utf8))

  // MARK: Authentication

  @Test(arguments: [
    "DESCRIBE rtsp://h/live/stream", "DESCRIBE rtsp://h/nope", "SETUP rtsp://h/live/stream",
    "PLAY rtsp://h/live/stream", "PAUSE rtsp://h/live/stream", "TEARDOWN rtsp://h/live/stream",
    "GET_PARAMETER rtsp://h/live/stream", "SET_PARAMETER rtsp://h/live/stream",
  ]) func everythingButOptionsNeedsThePassword(_ line: String) {
    var dialogue = Dialogue(authentication: Self.locked)
    let refused = dialogue.request(line)
    #expect(refused.code == 401 && refused["WWW-Authenticate"] == "Basic realm=\"r\"")
    #expect(dialogue.request(line, Self.right).code != 401)
    #expect(!dialogue.isClosed)
  }

  @Test func aWrongPasswordIsAnsweredLateAndInOrder() {
    var dialogue = Dialogue(authentication: Self.locked)
    #expect(dialogue.request("DESCRIBE rtsp://h/live/stream", Self.wrong).text.isEmpty)
    #expect(dialogue.request("OPTIONS *").text.isEmpty)
    #expect(dialogue.wait(.milliseconds(999)).isEmpty)
    let answers = dialogue.wait(.milliseconds(1))
    #expect(answers.map(\.code) == [401, 200])
    #expect(answers[0]["WWW-Authenticate"] != nil)
  }

  @Test func guessingEndsTheConnection() {
    var dialogue = Dialogue(authentication: Self.locked)
    var codes: [Int] = []
    for _ in 0..<5 {
      _ = dialogue.request("DESCRIBE rtsp://h/live/stream", Self.wrong)
      codes += dialogue.wait(.seconds(1)).map(\.code)
    }
    #expect(codes == [401, 401, 401, 401, 401])
    #expect(dialogue.isClosed)
  }

  // MARK: Time

  @Test func aSilentConnectionEndsAfterTenSeconds() {
    var dialogue = Dialogue()
    dialogue.wait(.milliseconds(9999))
    #expect(!dialogue.isClosed)
    #expect(dialogue.wait(.milliseconds(1)).isEmpty)
    #expect(dialogue.isClosed)
  }

  @Test func aHalfRequestEndsTheConnectionHoweverItDrips() {
    var dialogue = Dialogue()
    _ = dialogue.request("OPTIONS *")
    for byte in "OPTIONS".utf8 {
      dialogue.send(bytes: ByteBuffer(bytes: [byte]))
      dialogue.wait(.milliseconds(1400))
    }
    #expect(!dialogue.isClosed)
    #expect(dialogue.wait(.milliseconds(200)).map(\.code) == [408])
    #expect(dialogue.isClosed)
  }

  /// A message's time begins when it can be read, not while the one before it waits.
  @Test func aHalfRequestBehindALongWaitHasItsTime() {
    var limits = RTSPLimits()
    limits.logins.answerDelay = .seconds(12)
    for header in [Self.wrong, Self.right] {
      var dialogue = Dialogue(authentication: Self.locked, limits: limits)
      dialogue.answersOrders = header == Self.wrong
      _ = dialogue.request("DESCRIBE rtsp://h/live/stream", header)
      dialogue.send("OPTIONS * RT")
      dialogue.wait(.seconds(6))
      dialogue.send("S")
      dialogue.answersOrders = true
      let answers = dialogue.wait(.seconds(6)) + dialogue.note([])
      #expect(answers.map(\.code) == [header == Self.wrong ? 401 : 200])
      #expect(dialogue.wait(.milliseconds(9999)).isEmpty)
      #expect(dialogue.send("P/1.0\nCSeq: 2\n\n").map(\.code) == [200])
      dialogue.send("OPTIONS")
      #expect(dialogue.wait(.seconds(10)).map(\.code) == [408])
    }
  }

  @Test func emptyLinesAreNoRequest() {
    var dialogue = Dialogue()
    for _ in 0..<9 {
      dialogue.send("\n\n")
      dialogue.wait(.seconds(1))
    }
    #expect(!dialogue.isClosed)
    dialogue.wait(.seconds(1))
    #expect(dialogue.isClosed)
  }

  @Test func withoutSessionThirtySecondsPassBetweenRequests() {
    var dialogue = Dialogue()
    for _ in 0..<3 {
      #expect(dialogue.request("OPTIONS *").code == 200)
      dialogue.wait(.seconds(29))
    }
    dialogue.wait(.seconds(1))
    #expect(dialogue.isClosed)
  }

  @Test func aSilentReaderOverTCPStays() {
    var dialogue = Dialogue()
    _ = dialogue.play()
    #expect(dialogue.connection.nextDeadline == nil)
    dialogue.wait(.seconds(100_000))
    #expect(!dialogue.isClosed)
  }

  @Test func aSilentViewerOverUDPEndsAfterNinetySeconds() {
    var dialogue = Dialogue()
    let id = dialogue.play("RTP/AVP;unicast;client_port=5000-5001")
    dialogue.wait(.seconds(89))
    dialogue.connection.rtcpReceived(at: dialogue.now)
    dialogue.wait(.seconds(89))
    #expect(dialogue.request("GET_PARAMETER rtsp://h/live/stream", "Session: \(id)").code == 200)
    dialogue.wait(.seconds(89))
    #expect(dialogue.request("OPTIONS *").code == 200)
    dialogue.wait(.seconds(89))
    #expect(!dialogue.isClosed)
    dialogue.wait(.seconds(1))
    #expect(dialogue.isClosed)
    #expect(dialogue.orders.suffix(2) == [.stopSession, .close])
  }

  @Test func aPausedSessionEndsAfterNinetySecondsOverTCPToo() {
    var dialogue = Dialogue()
    let id = dialogue.play()
    _ = dialogue.request("PAUSE rtsp://h/live/stream", "Session: \(id)")
    dialogue.wait(.seconds(89))
    #expect(!dialogue.isClosed)
    dialogue.wait(.seconds(1))
    #expect(dialogue.isClosed)
  }

  @Test func anAnswerThatNeverComesIs503() {
    var dialogue = Dialogue()
    dialogue.answersOrders = false
    _ = dialogue.request("DESCRIBE rtsp://h/live/stream")
    #expect(dialogue.wait(.seconds(10)).map(\.code) == [503])
    _ = dialogue.request("SETUP rtsp://h/live/stream", "Transport: RTP/AVP;client_port=5000-5001")
    #expect(dialogue.wait(.seconds(10)).map(\.code) == [503])
    #expect(dialogue.orders.contains(.stopSession))
    #expect(!dialogue.isClosed)
  }

  @Test func aDeadlineThatIsNotDueDoesNothing() {
    var dialogue = Dialogue()
    #expect(dialogue.connection.deadlineReached(at: dialogue.now).isEmpty)
  }

  // MARK: Interleaved data

  static func frame(channel: UInt8, _ payload: [UInt8]) -> ByteBuffer {
    var buffer = ByteBuffer(bytes: [0x24, channel])
    buffer.writeInteger(UInt16(payload.count))
    buffer.writeBytes(payload)
    return buffer
  }

  @Test func reportsReachTheViewerAndOtherChannelsAreSkipped() {
    var dialogue = Dialogue()
    _ = dialogue.play("RTP/AVP/TCP;unicast;interleaved=2-3")
    dialogue.send(bytes: Self.frame(channel: 3, [0x81, 0xC9]))
    dialogue.send(bytes: Self.frame(channel: 2, [1]))
    dialogue.send(bytes: Self.frame(channel: 77, [UInt8](repeating: 0, count: 65535)))
    #expect(
      dialogue.orders.filter { if case .receivedRTCP = $0 { true } else { false } }
        == [.receivedRTCP(ByteBuffer(bytes: [0x81, 0xC9]))])
    #expect(dialogue.request("OPTIONS *").code == 200)
  }

  @Test func interleavedDataBeforeSetupEndsTheConnection() {
    var dialogue = Dialogue()
    #expect(dialogue.send(bytes: Self.frame(channel: 0, [1])).map(\.code) == [400])
    #expect(dialogue.isClosed)
  }

  @Test func aLateReportAfterTeardownIsNoOffence() {
    var dialogue = Dialogue()
    let id = dialogue.play()
    _ = dialogue.request("TEARDOWN rtsp://h/live/stream", "Session: \(id)")
    dialogue.send(bytes: Self.frame(channel: 1, [0x81, 0xC9]))
    #expect(dialogue.request("OPTIONS *").code == 200)
  }

  @Test func interleavedFloodsEndTheConnection() {
    var dialogue = Dialogue()
    _ = dialogue.play()
    let frame = Self.frame(channel: 9, [UInt8](repeating: 0, count: 60_000))
    var frames = 0
    while !dialogue.isClosed, frames < 100 {
      dialogue.send(bytes: frame)
      frames += 1
    }
    #expect(frames == 18)

    var patient = Dialogue()
    _ = patient.play()
    for _ in 0..<100 {
      patient.send(bytes: frame)
      patient.wait(.seconds(15))
    }
    #expect(!patient.isClosed)
  }

  // MARK: Refusals

  @Test func aFullServerSaysSoToTheFirstRequest() {
    var dialogue = Dialogue(admission: .refused)
    let answer = dialogue.request("OPTIONS *")
    #expect(answer.code == 503 && answer["CSeq"] == "1" && answer["Connection"] == "close")
    #expect(dialogue.isClosed)
  }

  @Test func endlessNonsenseEndsTheConnection() {
    var dialogue = Dialogue()
    let codes = dialogue.send(String(repeating: "nonsense\n\n", count: 100)).map(\.code)
    #expect(codes == [Int](repeating: 400, count: 8))
    #expect(dialogue.isClosed)
  }

  @Test func errorsThatLoseTheFramingCloseWithTheRightCode() {
    var http = Dialogue()
    let answer = http.send("GET / HTTP/1.1\nHost: h\n\n")
    #expect(answer.map(\.code) == [400] && http.isClosed)
    var lying = Dialogue()
    let lie = lying.send("OPTIONS * RTSP/1.0\nCSeq: 9\nContent-Length: 4000000\n\n")
    #expect(lie.map(\.code) == [413] && lie[0]["CSeq"] == "9" && lying.isClosed)
    var tls = Dialogue()
    #expect(tls.send(bytes: ByteBuffer(bytes: [0x16, 3, 1, 0, 5])).isEmpty && tls.isClosed)
  }

  @Test func whatPilesUpBehindAWaitingRequestIsBounded() {
    var dialogue = Dialogue()
    dialogue.answersOrders = false
    _ = dialogue.request("DESCRIBE rtsp://h/live/stream")
    let piece = ByteBuffer(string: String(repeating: "x", count: 50_000))
    dialogue.send(bytes: piece)
    dialogue.send(bytes: piece)
    #expect(!dialogue.isClosed)
    dialogue.send(bytes: piece)
    #expect(dialogue.isClosed)
  }

  /// However little may pile up, one message within its own limits is read to its end.
  @Test func aTightBufferHoldsOneWholeMessage() {
    var limits = RTSPLimits()
    limits.bufferedBytes = 16_384
    limits.bodyBytes = 1_048_576
    var dialogue = Dialogue(limits: limits)
    let id = dialogue.play()
    let body = [UInt8](repeating: 0x61, count: 1_000_000)
    dialogue.send(
      "SET_PARAMETER rtsp://h/live/stream RTSP/1.0\nCSeq: 7\nSession: \(id)\n"
        + "Content-Length: 1000000\n\n")
    var codes: [Int] = []
    for piece in body.chunks(of: 50_000) {
      codes += dialogue.send(bytes: ByteBuffer(bytes: piece)).map(\.code)
    }
    #expect(codes.count == 1 && !dialogue.isClosed)
    let frame = Self.frame(channel: 9, [UInt8](repeating: 0, count: 65_535))
    for piece in Array(buffer: frame).chunks(of: 30_000) {
      dialogue.send(bytes: ByteBuffer(bytes: piece))
    }
    #expect(dialogue.request("OPTIONS *").code == 200)
  }

  // MARK: Mutation

  /// Spoiled conversations never trap, and no answer comes after the close.
  @Test func mutatedConversationsKeepTheRules() {
    let text = """
      OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\nDESCRIBE rtsp://h/live/stream RTSP/1.0\r\nCSeq: 2\r\n\r\n\
      SETUP rtsp://h/live/stream/trackID=0 RTSP/1.0\r\nCSeq: 3\r\nTransport: \
      RTP/AVP;client_port=5000-5001,RTP/AVP/TCP;interleaved=0-1\r\n\r\n\
      PLAY rtsp://h/live/stream/ RTSP/1.0\r\nCSeq: 4\r\nSession: @\r\nRange: npt=0-\r\n\r\n\
      PAUSE rtsp://h/live/stream/ RTSP/1.0\r\nCSeq: 5\r\nSession: @\r\nContent-Length: 0\r\n\r\n\
      TEARDOWN rtsp://h/live/stream/ RTSP/1.0\r\nCSeq: 6\r\nSession: @\r\n\r\n
      """
    var probe = Dialogue()
    let id = probe.setUp()
    let bytes = Array(text.replacing("@", with: id).utf8)
    var generator = SeededGenerator(seed: 99)
    for _ in 0..<1000 {
      var dialogue = Dialogue()
      let mutated = Mutation.mutate(bytes, using: &generator)
      for byte in mutated.chunks(of: Int.random(in: 1...200, using: &generator)) {
        dialogue.send(bytes: ByteBuffer(bytes: byte))
        dialogue.wait(.milliseconds(1))
      }
      if let close = dialogue.orders.firstIndex(of: .close) {
        #expect(close == dialogue.orders.count - 1)
      }
    }
  }
}

extension Array {
  fileprivate func chunks(of size: Int) -> [ArraySlice<Element>] {
    stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
  }
}
