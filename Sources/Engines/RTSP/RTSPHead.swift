import NIOCore

/// First line and headers of the message being read.
///
/// A fault that leaves the message's end findable is kept in `fault` (the first one counts) and
/// reading goes on; a fault that hides the end is thrown.
struct RTSPHead: Sendable {
  private enum FirstLine {
    case missing
    case request(method: RTSPMethod, url: RTSPURL)
    case response
    case unusable
  }

  /// What a complete head turned out to be.
  enum Outcome {
    case request(RTSPRequest)
    case rejected(RTSPError)
    case response
  }

  private var firstLine: FirstLine = .missing
  private var headers = RTSPHeaders()
  private var fault: RTSPError?
  /// True after a header line that could not be used: its continuation lines go with it.
  private var skipsContinuation = false
  /// The headers that decide about framing and answers; read when the head is complete, because
  /// a header may go on in the next line.
  private var framing: [(field: Int, position: Int)] = []
  /// Bytes of all lines so far, each counted with a two-byte line end.
  private(set) var byteCount = 0
  private(set) var contentLength: Int?
  private var settledCSeq: UInt64?

  /// Sequence number as far as it is known.
  var cseq: UInt64? {
    settledCSeq ?? headers["CSeq"].flatMap { $0.decimal(as: UInt64.self) }
  }

  var isResponse: Bool {
    if case .response = firstLine { true } else { false }
  }

  var outcome: Outcome {
    switch firstLine {
    case .response: return .response
    case .missing, .unusable: return .rejected(fault ?? .requestLineMalformed(position: 0))
    case .request(let method, let url):
      if let fault { return .rejected(fault) }
      guard let cseq = settledCSeq else { return .rejected(.cseqMissing) }
      return .request(
        RTSPRequest(method: method, url: url, cseq: cseq, headers: headers, body: ByteBuffer()))
    }
  }

  mutating func append(_ line: [UInt8], limits: RTSPLimits) throws(RTSPError) {
    let position = byteCount
    byteCount += line.count + 2
    if case .missing = firstLine {
      try readFirstLine(line, limits: limits)
      return
    }
    do {
      try readHeader(line, at: position, limits: limits)
    } catch {
      if case .tooManyHeaders = error { throw error }
      fault = fault ?? error
    }
  }

  // MARK: First line

  private mutating func readFirstLine(_ line: [UInt8], limits: RTSPLimits) throws(RTSPError) {
    firstLine = .unusable
    guard line.allSatisfy({ $0 >= 0x20 || $0 == 0x09 }) else {
      throw .binaryData(firstByte: line.first { $0 < 0x20 && $0 != 0x09 } ?? 0)
    }
    if line.starts(with: "RTSP/".utf8) {
      firstLine = .response
      return
    }
    let words = line.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 })
    if let last = words.last, words.count > 1, last.starts(with: "HTTP/".utf8) {
      throw .foreignProtocol(version: String(decoding: last.prefix(16), as: UTF8.self))
    }
    do {
      firstLine = try Self.requestLine(words, limits: limits)
    } catch {
      fault = error
    }
  }

  private static func requestLine(
    _ words: [ArraySlice<UInt8>], limits: RTSPLimits
  ) throws(RTSPError) -> FirstLine {
    guard words.count == 3 else {
      throw .requestLineMalformed(position: words.count > 3 ? words[3].startIndex : 0)
    }
    let (method, url, version) = (words[0], words[1], words[2])
    guard method.count <= limits.methodBytes else {
      throw .methodTooLong(limit: limits.methodBytes, actual: method.count)
    }
    guard method.allSatisfy(\.isTokenCharacter) else {
      throw .requestLineMalformed(position: method.startIndex)
    }
    guard version.starts(with: "RTSP/".utf8) else {
      throw .requestLineMalformed(position: version.startIndex)
    }
    guard version.elementsEqual("RTSP/1.0".utf8) else {
      throw .versionUnsupported(String(decoding: version.prefix(16), as: UTF8.self))
    }
    guard url.count <= limits.urlBytes else {
      throw .urlTooLong(limit: limits.urlBytes, actual: url.count)
    }
    return .request(
      method: RTSPMethod(String(decoding: method, as: UTF8.self)),
      url: try RTSPURL(
        parsing: String(decoding: url, as: UTF8.self), position: url.startIndex))
  }

  // MARK: Headers

  private mutating func readHeader(
    _ line: [UInt8], at position: Int, limits: RTSPLimits
  ) throws(RTSPError) {
    guard line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
      skipsContinuation = true
      throw .headerMalformed(position: position)
    }
    if line.first == 0x20 || line.first == 0x09 {
      let continuation = String(decoding: line, as: UTF8.self).trimmed
      guard skipsContinuation || headers.fold(continuation) else {
        throw .headerMalformed(position: position)
      }
      return
    }
    guard headers.fields.count < limits.headerCount else {
      throw .tooManyHeaders(limit: limits.headerCount)
    }
    skipsContinuation = true
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
      throw .headerMalformed(position: position)
    }
    let name = String(decoding: line[..<colon], as: UTF8.self).trimmed
    guard !name.isEmpty, name.utf8.allSatisfy(\.isTokenCharacter) else {
      throw .headerMalformed(position: position)
    }
    skipsContinuation = false
    let value = String(decoding: line[(colon + 1)...], as: UTF8.self).trimmed
    if name.isEqualIgnoringCase("Content-Length") || name.isEqualIgnoringCase("CSeq") {
      framing.append((headers.fields.count, position))
    }
    headers.append(name, value)
  }

  /// The blank line was read: no header goes on any more.
  ///
  /// - Throws: What hides the end of the message.
  mutating func settle() throws(RTSPError) {
    for (field, position) in framing {
      let (name, value) = (headers.fields[field].name, headers.fields[field].value)
      if name.isEqualIgnoringCase("Content-Length") {
        try settleContentLength(value, at: position)
      } else {
        settleCSeq(value, at: position)
      }
    }
  }

  private mutating func settleContentLength(
    _ value: String, at position: Int
  ) throws(RTSPError) {
    guard let length = value.decimal(as: Int.self), length <= Int(Int32.max) else {
      throw .contentLengthInvalid(position: position)
    }
    guard contentLength == nil || contentLength == length else {
      throw .contentLengthsDiffer(position: position)
    }
    contentLength = length
  }

  private mutating func settleCSeq(_ value: String, at position: Int) {
    guard let number = value.decimal(as: UInt64.self),
      settledCSeq == nil || settledCSeq == number
    else {
      fault = fault ?? .cseqInvalid(position: position)
      return
    }
    settledCSeq = number
  }
}
