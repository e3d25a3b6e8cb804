import NIOCore

@testable import RTSP

/// Cutting streams into messages, on both sides.
enum RTSPMessages {
  /// Limits so small that short inputs pass them.
  static let tightLimits: RTSPLimits = {
    var limits = RTSPLimits()
    limits.headBytes = 160
    limits.headerCount = 4
    limits.methodBytes = 10
    limits.urlBytes = 40
    limits.bodyBytes = 16
    limits.skippedBodyBytes = 64
    return limits
  }()

  /// A stream of requests comes out the same in whatever pieces it arrives, within the limits.
  static func requests(_ bytes: [UInt8]) {
    for limits in [RTSPLimits(), tightLimits] {
      let whole = transcript([bytes[...]], limits)
      require(whole == transcript(Pieces.of(bytes), limits), "pieces make no difference")
      for case .request(let request) in whole.messages { check(request, limits) }
    }
  }

  static func transcript(
    _ pieces: [ArraySlice<UInt8>], _ limits: RTSPLimits
  ) -> Transcript<RTSPInbound, RTSPError> {
    var parser = RTSPMessageParser(limits: limits)
    return Transcript(pieces, mostKept: max(limits.headBytes, limits.bodyBytes, 4 + 65_535)) {
      buffer throws(RTSPError) in try parser.next(from: &buffer)
    }
  }

  private static func check(_ request: RTSPRequest, _ limits: RTSPLimits) {
    require(request.method.name.utf8.count <= limits.methodBytes, "methods are short")
    require(request.headers.fields.count <= limits.headerCount, "headers are few")
    require(request.body.readableBytes <= limits.bodyBytes, "bodies are short")
    for field in request.headers.fields {
      require(field.name.utf8.allSatisfy(\.isTokenCharacter), "names are tokens")
      let isClean = field.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
      require(isClean, "values cannot end a line")
    }
    require(!(request.sessionID ?? "").contains(";"), "session ids have no parameters")
    _ = request.headers.tokens("Require")
  }

  /// Headers written from what was read are read the same once more.
  static func headers(_ bytes: [UInt8]) {
    let first = "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n"
    guard let read = fields(Array(first.utf8) + bytes) else { return }
    var text = "OPTIONS * RTSP/1.0\r\n"
    for field in read { text += "\(field.name): \(field.value)\r\n" }
    // Repaired UTF-8 is longer than it was, and so are folded lines once they are whole.
    guard text.utf8.count < 8000 else { return }
    let again = fields(Array(text.utf8))
    require(again == read, "written headers are read the same: \(read)")
  }

  private static func fields(_ head: [UInt8]) -> [RTSPHeaders.Field]? {
    var parser = RTSPMessageParser(limits: RTSPLimits())
    var buffer = ByteBuffer(bytes: head + Array("\r\n\r\n".utf8))
    guard case .request(let request)? = try? parser.next(from: &buffer) else { return nil }
    return request.headers.fields
  }

  /// Interleaved frames between requests come out as they were, in whatever pieces.
  static func interleaved(_ bytes: [UInt8]) {
    var script = ByteScript(bytes)
    var wire: [UInt8] = []
    var expected: [RTSPInbound] = []
    while !script.isAtEnd {
      let kind = script.byte()
      if kind == UInt8(ascii: "R") {
        wire += Array("OPTIONS * RTSP/1.0\r\nCSeq: \(expected.count)\r\n\r\n".utf8)
      } else {
        let payload = script.bytes(Int(script.byte()) << Int(kind & 7))
        wire += [0x24, kind, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)] + payload
        expected.append(.interleaved(channel: kind, ByteBuffer(bytes: payload)))
      }
    }
    let whole = transcript([wire[...]], RTSPLimits())
    require(whole == transcript(Pieces.of(wire), RTSPLimits()), "pieces make no difference")
    let frames = whole.messages.filter { if case .interleaved = $0 { true } else { false } }
    require(frames == expected, "frames come out as they were")
    // What begins as a frame and ends with the input is still awaited, and kept no longer than a
    // frame can be.
    _ = transcript([wire[...], bytes[...]], tightLimits)
  }

  /// The same for the client's side.
  static func replies(_ bytes: [UInt8]) {
    for limits in [RTSPLimits(), tightLimits] {
      let whole = replyTranscript([bytes[...]], limits)
      require(whole == replyTranscript(Pieces.of(bytes), limits), "pieces make no difference")
      for case .reply(let reply) in whole.messages {
        require((100...999).contains(reply.code), "codes have three digits")
        require(reply.body.readableBytes <= limits.bodyBytes, "bodies are short")
        require(reply.headers.fields.count <= limits.headerCount, "headers are few")
        let challenges = AuthenticationChallenge.parse(reply.headers.values("WWW-Authenticate"))
        require(challenges.allSatisfy { !$0.scheme.isEmpty }, "schemes have names")
      }
    }
  }

  static func replyTranscript(
    _ pieces: [ArraySlice<UInt8>], _ limits: RTSPLimits
  ) -> Transcript<RTSPServerMessage, RTSPClientError> {
    var parser = RTSPResponseParser(limits: limits)
    return Transcript(pieces, mostKept: max(limits.headBytes, limits.bodyBytes, 4 + 65_535)) {
      buffer throws(RTSPClientError) in try parser.next(from: &buffer)
    }
  }
}
