import NIOCore
import RTSP
import TestSupport
import Testing

@Suite struct RTSPResponseParserTests {
  /// Everything a server sends in one conversation: answers with and without body, sloppy line
  /// ends, frames, a request of its own.
  static let conversation: [UInt8] =
    Array(
      "RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: OPTIONS, DESCRIBE\r\n\r\n".utf8)
    + Array(
      "RTSP/1.0 401 Unauthorized\ncseq : 2\nWWW-Authenticate: Basic realm=\"a\",\n b=c\n\n".utf8)
    + Array("\r\nRTSP/1.0 200\r\nCseq: 3\r\nContent-Length: 5\r\n\r\nv=0\r\n".utf8)
    + [0x24, 0x00, 0x00, 0x03, 0x0A, 0x52, 0x24] + [0x24, 0x01, 0x00, 0x00]
    + Array("OPTIONS rtsp://192.0.2.1/ RTSP/1.0\r\nCSeq: 9\r\n\r\n".utf8)
    + Array("RTSP/1.0 454 Session Not Found\r\n\r\n".utf8)

  private func parse(
    _ bytes: [UInt8], limits: RTSPLimits = RTSPLimits()
  ) throws(RTSPClientError) -> [RTSPServerMessage] {
    var parser = RTSPResponseParser(limits: limits)
    var buffer = ByteBuffer(bytes: bytes)
    var messages: [RTSPServerMessage] = []
    while let message = try parser.next(from: &buffer) { messages.append(message) }
    return messages
  }

  @Test func aConversationIsCutIntoItsMessages() throws {
    let messages = try parse(Self.conversation)
    try #require(messages.count == 7)
    guard case .reply(let first) = messages[0], case .reply(let second) = messages[1],
      case .reply(let third) = messages[2], case .reply(let last) = messages[6]
    else {
      Issue.record("\(messages)")
      return
    }
    #expect(first.code == 200 && first.reason == "OK" && first.cseq == 1 && first.isSuccess)
    #expect(first.headers.tokens("public") == ["OPTIONS", "DESCRIBE"])
    #expect(second.code == 401 && second.cseq == 2 && !second.isSuccess)
    #expect(second.headers["WWW-Authenticate"] == #"Basic realm="a", b=c"#)
    #expect(third.reason.isEmpty && third.cseq == 3)
    #expect(String(buffer: third.body) == "v=0\r\n")
    #expect(messages[3] == .interleaved(channel: 0, ByteBuffer(bytes: [0x0A, 0x52, 0x24])))
    #expect(messages[4] == .interleaved(channel: 1, ByteBuffer()))
    #expect(messages[5] == .request(.options, cseq: 9))
    #expect(last.code == 454 && last.reason == "Session Not Found" && last.cseq == nil)
  }

  @Test func oneByteAtATimeGivesTheSame() throws {
    var parser = RTSPResponseParser()
    var buffer = ByteBuffer()
    var messages: [RTSPServerMessage] = []
    for byte in Self.conversation {
      buffer.writeInteger(byte)
      while let message = try parser.next(from: &buffer) { messages.append(message) }
    }
    #expect(try messages == parse(Self.conversation))
    #expect(buffer.readableBytes == 0)
  }

  struct Fault: Sendable, CustomTestStringConvertible {
    var text: String
    var error: RTSPClientError
    var testDescription: String { "\(error)" }
  }

  @Test(arguments: [
    Fault(text: "\u{16}\u{03}", error: .messageMalformed(.binaryData(firstByte: 0x16))),
    Fault(text: "200 OK\n", error: .messageMalformed(.binaryData(firstByte: 0x32))),
    Fault(text: "RTSP/1.0 200 O\u{0}K\n", error: .messageMalformed(.binaryData(firstByte: 0))),
    Fault(
      text: "HTTP/1.1 400 Bad Request\n",
      error: .messageMalformed(.foreignProtocol(version: "HTTP/1.1"))),
    Fault(
      text: "RTSP/2.0 200 OK\n", error: .messageMalformed(.versionUnsupported("RTSP/2.0"))),
    Fault(text: "RTSP/1.0\n", error: .statusLineMalformed(position: 8)),
    Fault(text: "RTSP/1.0 20 OK\n", error: .statusLineMalformed(position: 8)),
    Fault(text: "RTSP/1.0 099 OK\n", error: .statusLineMalformed(position: 8)),
    Fault(text: "RTSP/1.0 +20 OK\n", error: .statusLineMalformed(position: 8)),
    Fault(text: "SSH-2.0-OpenSSH_9.2\n", error: .statusLineMalformed(position: 0)),
    Fault(
      text: "RTSP/1.0 200 OK\nCSeq 1\n", error: .messageMalformed(.headerMalformed(position: 17))),
    Fault(text: "RTSP/1.0 200 OK\n: 1\n", error: .messageMalformed(.headerMalformed(position: 17))),
    Fault(text: "RTSP/1.0 200 OK\n x\n", error: .messageMalformed(.headerMalformed(position: 17))),
    Fault(
      text: "RTSP/1.0 200 OK\nA: \u{1}\n", error: .messageMalformed(.headerMalformed(position: 17))),
    Fault(
      text: "RTSP/1.0 200 OK\nContent-Length: -1\n",
      error: .messageMalformed(.contentLengthInvalid(position: 17))),
    Fault(
      text: "RTSP/1.0 200 OK\nContent-Length: 99999999999999999999\n",
      error: .messageMalformed(.contentLengthInvalid(position: 17))),
    Fault(
      text: "RTSP/1.0 200 OK\nContent-Length: 1\nContent-Length: 2\n",
      error: .messageMalformed(.contentLengthsDiffer(position: 36))),
    Fault(
      text: "RTSP/1.0 200 OK\nContent-Length: 16385\n",
      error: .messageMalformed(.bodyTooLong(limit: 16_384, actual: 16_385))),
  ])
  func faultsAreNamed(fault: Fault) {
    #expect(throws: fault.error) { try parse(Array(fault.text.utf8)) }
  }

  @Test func limitsHold() {
    var limits = RTSPLimits()
    limits.headBytes = 100
    limits.headerCount = 2
    let endless = Array("RTSP/1.0 200 ".utf8) + [UInt8](repeating: 0x41, count: 100)
    #expect(throws: RTSPClientError.messageMalformed(.headTooLong(limit: 100))) {
      try parse(endless, limits: limits)
    }
    let lines = "RTSP/1.0 200 OK\r\n" + String(repeating: "A: 1234567890\r\n", count: 2)
    #expect(throws: RTSPClientError.messageMalformed(.tooManyHeaders(limit: 2))) {
      try parse(Array((lines + "B: 1\r\n").utf8), limits: limits)
    }
    let long = lines + " " + String(repeating: "c", count: 60) + "\r\n"
    #expect(throws: RTSPClientError.messageMalformed(.headTooLong(limit: 100))) {
      try parse(Array(long.utf8), limits: limits)
    }
  }

  @Test func anErrorStays() throws {
    var parser = RTSPResponseParser()
    var bad = ByteBuffer(string: "nonsense\r\n")
    var good = ByteBuffer(bytes: Self.conversation)
    #expect(throws: RTSPClientError.statusLineMalformed(position: 0)) {
      try parser.next(from: &bad)
    }
    #expect(throws: RTSPClientError.statusLineMalformed(position: 0)) {
      try parser.next(from: &good)
    }
  }

  /// Whole or in random pieces, spoilt bytes give the same messages and the same error.
  @Test func mutatedConversationsNeitherTrapNorHang() {
    var generator = SeededGenerator(seed: 21)
    for _ in 0..<4000 {
      let bytes = Mutation.mutate(Self.conversation, using: &generator)
      var whole = RTSPResponseParser()
      var buffer = ByteBuffer(bytes: bytes)
      let expected = drain(&whole, &buffer)
      var pieces = RTSPResponseParser()
      var inbox = ByteBuffer()
      var outcome = Outcome()
      var rest = bytes[...]
      while !rest.isEmpty, outcome.error == nil {
        let count = Int.random(in: 1...40, using: &generator)
        inbox.writeBytes(rest.prefix(count))
        rest = rest.dropFirst(count)
        let next = drain(&pieces, &inbox)
        outcome.messages += next.messages
        outcome.error = next.error
      }
      #expect(outcome == expected)
      #expect(expected.messages.count <= bytes.count / 4 + 1)
    }
  }

  private struct Outcome: Equatable {
    var messages: [RTSPServerMessage] = []
    var error: RTSPClientError?
  }

  private func drain(_ parser: inout RTSPResponseParser, _ buffer: inout ByteBuffer) -> Outcome {
    var outcome = Outcome()
    do throws(RTSPClientError) {
      while let message = try parser.next(from: &buffer) { outcome.messages.append(message) }
    } catch {
      outcome.error = error
    }
    return outcome
  }
}
