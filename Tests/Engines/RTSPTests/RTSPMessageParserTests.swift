import NIOCore
import TestSupport
import Testing

@testable import RTSP

@Suite struct RTSPMessageParserTests {
  /// Everything the parser makes of `bytes`, fed in pieces of `step` bytes.
  static func parse(
    _ bytes: [UInt8], step: Int = .max, limits: RTSPLimits = RTSPLimits()
  ) -> (messages: [RTSPInbound], error: RTSPError?) {
    var parser = RTSPMessageParser(limits: limits)
    var buffer = ByteBuffer()
    var messages: [RTSPInbound] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      buffer.writeBytes(rest.prefix(step))
      rest = rest.dropFirst(step)
      do {
        while let message = try parser.next(from: &buffer) { messages.append(message) }
      } catch {
        return (messages, error)
      }
    }
    return (messages, nil)
  }

  static func parse(_ text: String, limits: RTSPLimits = RTSPLimits()) -> (
    messages: [RTSPInbound], error: RTSPError?
  ) {
    parse(Array(text.utf8), limits: limits)
  }

  static let conversation: [UInt8] =
    Array(
      """
      \r\nOPTIONS * RTSP/1.0\r\ncseq:1\r\nUser-Agent : a\r\nUser-Agent: b\r\n\r\n\
      SET_PARAMETER rtsp://h/live/stream RTSP/1.0\nCSeq: 2\nContent-Length: 4\nX: one\n\ttwo\n\nbody
      """.utf8) + [0x24, 1, 0, 3, 9, 8, 7] + Array("\r\n\r\n".utf8) + [0x24, 5, 0, 0]
    + Array(
      """
      RTSP/1.0 200 OK\r\nCSeq: 9\r\nContent-Length: 2\r\n\r\nokBAD\r\nCSeq: 3\r\n\r\n\
      PLAY /live/stream RTSP/1.0\r\nCSeq: 0\r\n\r\n
      """.utf8)

  /// Lines ended by CR alone, the framing headers folded, a body, then the usual line ends.
  static let oldMacintosh = Array(
    """
    SET_PARAMETER * RTSP/1.0\rCSeq:\r 5\rContent-Length:\r\t3\r\ra\rb\
    OPTIONS * RTSP/1.0\rCSeq: 6\r\rOPTIONS * RTSP/1.0\r\nCSeq:\r\n 7\r\n\r\n
    """.utf8)

  /// A CR in the last place the limit allows: only the byte after it tells whether it ends the line.
  @Test(arguments: ["\rX", "\r\n"]) func theLimitIsTheSameInPieces(end: String) {
    var limits = RTSPLimits()
    limits.headBytes = 64
    let line = "OPTIONS \u{1} RTSP/1.0 " + String(repeating: "a", count: 44)
    let bytes = Array((line + end).utf8)
    let whole = Self.parse(bytes, limits: limits)
    let dripped = Self.parse(bytes, step: 1, limits: limits)
    #expect(whole.messages == dripped.messages && whole.error == dripped.error)
    #expect(whole.error == (end == "\r\n" ? .headTooLong(limit: 64) : .binaryData(firstByte: 1)))
  }

  @Test(arguments: [1, 2, 5, .max]) func linesMayEndWithCRAlone(step: Int) throws {
    let (messages, error) = Self.parse(Self.oldMacintosh, step: step)
    #expect(error == nil)
    let requests = messages.compactMap {
      if case .request(let request) = $0 { request } else { nil }
    }
    #expect(requests.map(\.cseq) == [5, 6, 7])
    #expect(requests.first.map { String(buffer: $0.body) } == "a\rb")
  }

  @Test func aFoldedContentLengthCounts() {
    let text = "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 1\r\n 2\r\n\r\n"
    #expect(Self.parse(text).error == .contentLengthInvalid(position: 29))
  }

  @Test func readsAWholeConversation() throws {
    let (messages, error) = Self.parse(Self.conversation)
    #expect(error == nil)
    try #require(messages.count == 6)
    guard case .request(let options) = messages[0], case .request(let set) = messages[1],
      case .request(let play) = messages[5]
    else {
      Issue.record("unexpected messages: \(messages)")
      return
    }
    #expect(options.method == .options && options.url.isWildcard && options.cseq == 1)
    #expect(options.headers["user-agent"] == "a")
    #expect(options.headers.values("USER-AGENT") == ["a", "b"])
    #expect(set.method == .setParameter && String(buffer: set.body) == "body")
    #expect(set.headers["X"] == "one two")
    #expect(messages[2] == .interleaved(channel: 1, ByteBuffer(bytes: [9, 8, 7])))
    #expect(messages[3] == .interleaved(channel: 5, ByteBuffer()))
    #expect(
      messages[4]
        == .rejected(RTSPRejection(cseq: 3, error: .requestLineMalformed(position: 0))))
    #expect(play.cseq == 0 && play.url.path == "/live/stream")
  }

  @Test(arguments: [1, 2, 3, 7, 31]) func drippingBytesChangesNothing(step: Int) {
    let whole = Self.parse(Self.conversation)
    let dripped = Self.parse(Self.conversation, step: step)
    #expect(dripped.messages == whole.messages)
    #expect(dripped.error == whole.error)
  }

  /// Bytes with one fault in them; named by the fault, since some are very long.
  struct Faulty: Sendable, CustomTestStringConvertible {
    var text: String
    var error: RTSPError

    init(_ text: String, _ error: RTSPError) {
      self.text = text
      self.error = error
    }

    var testDescription: String { "\(error)" }
  }

  /// Found by fuzzing: a combining mark made one character with the space before it.
  @Test func spacesAreCutWhateverFollowsThem() throws {
    let (messages, _) = Self.parse("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nX: \u{301}a \r\n\r\n")
    guard case .request(let request)? = messages.first else {
      Issue.record("no request: \(messages)")
      return
    }
    #expect(request.headers["X"] == "\u{301}a")
  }

  /// Faults that leave the end of the message known, and the status code each is worth.
  @Test(arguments: [
    Faulty("OPTIONS * RTSP/2.0\r\nCSeq: 1\r\n\r\n", .versionUnsupported("RTSP/2.0")),
    Faulty("OPTIONS * RTSP/1.0\r\nX: 1\r\n\r\n", .cseqMissing),
    Faulty("OPTIONS * RTSP/1.0\r\nCSeq: one\r\n\r\n", .cseqInvalid(position: 20)),
    Faulty("OPTIONS * RTSP/1.0\r\nCSeq: -1\r\n\r\n", .cseqInvalid(position: 20)),
    Faulty("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nCSeq: 2\r\n\r\n", .cseqInvalid(position: 29)),
    Faulty("OPTIONS *\r\nCSeq: 1\r\n\r\n", .requestLineMalformed(position: 0)),
    Faulty("OPTIONS * x RTSP/1.0\r\nCSeq: 1\r\n\r\n", .requestLineMalformed(position: 12)),
    Faulty("OPT(ONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", .requestLineMalformed(position: 0)),
    Faulty("OPTIONS rtsp://h:70000/ RTSP/1.0\r\nCSeq: 1\r\n\r\n", .urlMalformed(position: 8)),
    Faulty("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nno colon\r\n\r\n", .headerMalformed(position: 29)),
    Faulty("OPTIONS * RTSP/1.0\r\n: x\r\nCSeq: 1\r\n\r\n", .headerMalformed(position: 20)),
    Faulty(
      "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nX: a\0b\r\n c\r\n\r\n", .headerMalformed(position: 29)),
    // Found by fuzzing: what was taken for the number, others might go on reading.
    Faulty("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n 2\r\n\r\n", .cseqInvalid(position: 20)),
    Faulty("OPTIONS * RTSP/1.0\r\n folded\r\nCSeq: 1\r\n\r\n", .headerMalformed(position: 20)),
    Faulty(
      "\(String(repeating: "M", count: 40)) * RTSP/1.0\r\nCSeq: 1\r\n\r\n",
      .methodTooLong(limit: 32, actual: 40)),
    Faulty(
      "OPTIONS rtsp://h/\(String(repeating: "u", count: 3000)) RTSP/1.0\r\nCSeq: 1\r\n\r\n",
      .urlTooLong(limit: 2048, actual: 3009)),
    Faulty(
      "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 20000\r\n\r\n"
        + String(repeating: "b", count: 20000),
      .bodyTooLong(limit: 16_384, actual: 20_000)),
  ]) func keepsInStepAfter(_ fault: Faulty) {
    let (text, error) = (fault.text, fault.error)
    let good = "PLAY * RTSP/1.0\r\nCSeq: 77\r\n\r\n"
    let (messages, thrown) = Self.parse(text + good)
    #expect(thrown == nil)
    #expect(messages.count == 2)
    guard case .rejected(let rejection)? = messages.first, case .request(let next)? = messages.last
    else {
      Issue.record("unexpected messages: \(messages)")
      return
    }
    #expect(rejection.error == error)
    #expect(next.cseq == 77)
  }

  /// Faults after which nobody knows where the next message begins.
  @Test(arguments: [
    Faulty(
      "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: -1\r\n\r\n",
      .contentLengthInvalid(position: 29)),
    Faulty(
      "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 5x\r\n\r\n",
      .contentLengthInvalid(position: 29)),
    Faulty(
      "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 99999999999999999999\r\n\r\n",
      .contentLengthInvalid(position: 29)),
    Faulty(
      "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n",
      .contentLengthsDiffer(position: 48)),
    Faulty(
      "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 2000000000\r\n\r\n",
      .bodyTooLong(limit: 16_384, actual: 2_000_000_000)),
    Faulty("GET /live/stream HTTP/1.1\r\nHost: h\r\n\r\n", .foreignProtocol(version: "HTTP/1.1")),
    Faulty("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", .binaryData(firstByte: 0x16)),
    Faulty("OPTIONS \u{1} RTSP/1.0\r\n\r\n", .binaryData(firstByte: 1)),
    Faulty(String(repeating: "A", count: 9000), .headTooLong(limit: 8192)),
    Faulty(
      "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nX: \(String(repeating: "x", count: 9000))\r\n\r\n",
      .headTooLong(limit: 8192)),
    Faulty(
      "OPTIONS * RTSP/1.0\r\n" + String(repeating: "X: 1\r\n", count: 65) + "\r\n",
      .tooManyHeaders(limit: 64)),
  ]) func givesUpAfter(_ fault: Faulty) {
    let (text, error) = (fault.text, fault.error)
    let (messages, thrown) = Self.parse(text)
    #expect(messages.isEmpty)
    #expect(thrown == error)
    let dripped = Self.parse(Array(text.utf8), step: 1)
    #expect(dripped.messages.isEmpty && dripped.error == error)
  }

  @Test func equalContentLengthsAreOne() {
    let (messages, error) = Self.parse(
      "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab")
    #expect(error == nil && messages.count == 1)
  }

  @Test func theLimitOfTheHeadIsExact() {
    let start = "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nX: "
    let filler = 8192 - start.utf8.count - 4
    let fits = start + String(repeating: "x", count: filler) + "\r\n\r\n"
    #expect(Self.parse(fits).messages.count == 1)
    let over = start + String(repeating: "x", count: filler + 1) + "\r\n\r\n"
    #expect(Self.parse(over).error == .headTooLong(limit: 8192))
  }

  @Test func theSameErrorIsThrownForEver() {
    var parser = RTSPMessageParser(limits: RTSPLimits())
    var buffer = ByteBuffer(bytes: [0x16, 3, 1])
    for _ in 0..<3 {
      #expect(throws: RTSPError.binaryData(firstByte: 0x16)) { try parser.next(from: &buffer) }
    }
  }

  @Test func mutatedConversationsNeverTrapNorHang() {
    var generator = SeededGenerator(seed: 0x5255)
    for _ in 0..<1200 {
      let bytes = Mutation.mutate(Self.conversation, using: &generator)
      let whole = Self.parse(bytes)
      let dripped = Self.parse(bytes, step: 1)
      #expect(whole.messages == dripped.messages && whole.error == dripped.error)
      #expect(whole.messages.count <= bytes.count)
    }
  }
}
