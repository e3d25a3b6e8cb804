import NIOCore

/// First line and headers of the message a server is sending.
struct RTSPReplyHead: Sendable {
  private enum FirstLine {
    case missing
    case status(code: Int, reason: String)
    case request(RTSPMethod)
  }

  private var firstLine: FirstLine = .missing
  private var headers = RTSPHeaders()
  /// Bytes of all lines so far, each counted with a two-byte line end.
  private(set) var byteCount = 0
  private(set) var contentLength = 0

  /// The message without its body; nil before the first line.
  var message: RTSPServerMessage? {
    switch firstLine {
    case .missing: nil
    case .status(let code, let reason):
      .reply(RTSPReply(code: code, reason: reason, cseq: cseq, headers: headers))
    case .request(let method): .request(method, cseq: cseq)
    }
  }

  private var cseq: UInt64? { headers["CSeq"]?.decimal(as: UInt64.self) }

  mutating func append(_ line: [UInt8], limits: RTSPLimits) throws(RTSPClientError) {
    let position = byteCount
    byteCount += line.count + 2
    if case .missing = firstLine {
      firstLine = try Self.firstLine(line)
      return
    }
    do {
      try readHeader(line, at: position, limits: limits)
    } catch {
      throw .messageMalformed(error)
    }
  }

  private static func firstLine(_ line: [UInt8]) throws(RTSPClientError) -> FirstLine {
    guard let control = line.first(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) else {
      return try words(of: line)
    }
    throw .messageMalformed(.binaryData(firstByte: control))
  }

  /// `RTSP/1.0 200 OK`, or `OPTIONS url RTSP/1.0` from a server that asks.
  private static func words(of line: [UInt8]) throws(RTSPClientError) -> FirstLine {
    let words = line.split(maxSplits: 2, whereSeparator: { $0 == 0x20 || $0 == 0x09 })
    guard let first = words.first else { throw .statusLineMalformed(position: 0) }
    if first.starts(with: "HTTP/".utf8) {
      let version = String(decoding: first.prefix(16), as: UTF8.self)
      throw .messageMalformed(.foreignProtocol(version: version))
    }
    guard first.starts(with: "RTSP/".utf8) else {
      guard words.count == 3, words[2].starts(with: "RTSP/".utf8),
        first.allSatisfy(\.isTokenCharacter)
      else { throw .statusLineMalformed(position: 0) }
      return .request(RTSPMethod(String(decoding: first, as: UTF8.self)))
    }
    guard first.elementsEqual("RTSP/1.0".utf8) else {
      let version = String(decoding: first.prefix(16), as: UTF8.self)
      throw .messageMalformed(.versionUnsupported(version))
    }
    guard words.count > 1, words[1].count == 3,
      let code = String(decoding: words[1], as: UTF8.self).decimal(as: Int.self), code >= 100
    else { throw .statusLineMalformed(position: first.endIndex) }
    let reason = words.count > 2 ? String(decoding: words[2], as: UTF8.self).trimmed : ""
    return .status(code: code, reason: reason)
  }

  private mutating func readHeader(
    _ line: [UInt8], at position: Int, limits: RTSPLimits
  ) throws(RTSPError) {
    guard line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
      throw .headerMalformed(position: position)
    }
    if line.first == 0x20 || line.first == 0x09 {
      guard headers.fold(String(decoding: line, as: UTF8.self).trimmed) else {
        throw .headerMalformed(position: position)
      }
      return
    }
    guard headers.fields.count < limits.headerCount else {
      throw .tooManyHeaders(limit: limits.headerCount)
    }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
      throw .headerMalformed(position: position)
    }
    let name = String(decoding: line[..<colon], as: UTF8.self).trimmed
    guard !name.isEmpty, name.utf8.allSatisfy(\.isTokenCharacter) else {
      throw .headerMalformed(position: position)
    }
    let value = String(decoding: line[(colon + 1)...], as: UTF8.self).trimmed
    if name.isEqualIgnoringCase("Content-Length") {
      try readContentLength(value, at: position, limits: limits)
    }
    headers.append(name, value)
  }

  private mutating func readContentLength(
    _ value: String, at position: Int, limits: RTSPLimits
  ) throws(RTSPError) {
    guard let length = value.decimal(as: Int.self) else {
      throw .contentLengthInvalid(position: position)
    }
    if let earlier = headers["Content-Length"], earlier.decimal(as: Int.self) != length {
      throw .contentLengthsDiffer(position: position)
    }
    guard length <= limits.bodyBytes else {
      throw .bodyTooLong(limit: limits.bodyBytes, actual: length)
    }
    contentLength = length
  }
}
