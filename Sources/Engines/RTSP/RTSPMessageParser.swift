import NIOCore

/// Cuts the byte stream of one client into requests and interleaved frames.
///
/// ```
///               first byte of a line          blank line
///   between ────────────────────────▶ head ──────────────▶ body ──▶ between
///      │ '$'                            │ unusable, end known
///      └──▶ interleaved ──▶ between     └──▶ skipping ──▶ between
/// ```
///
/// A request that cannot be used but whose end is known comes out as `.rejected`, and the next
/// one is read as usual. Only when the end is unknown an error is thrown; then the connection is
/// over and every further call throws the same error. Responses of a client are read and
/// dropped.
///
/// Tolerated: lines ended by LF or CR alone, line ends before a request, any case in header
/// names, repeated and folded headers, spaces before the colon.
///
/// Source: RFC 2326 §4, §6, §10.12, §15.
public struct RTSPMessageParser: Sendable {
  private enum State {
    case between
    case head(RTSPHead)
    case body(RTSPRequest, length: Int)
    case skipping(Int)
    case failed(RTSPError)
  }

  private let limits: RTSPLimits
  private var state: State = .between
  /// Bytes of the line being read that are known to hold no line end, so that a slow sender does
  /// not make us look at them again.
  private var scanned = 0
  /// True if the first line of the message being read was ended by CR alone; then all are.
  private var endsLinesWithCR = false

  public init(limits: RTSPLimits) {
    self.limits = limits
  }

  /// Sequence number of the message being read, as far as it is known; for answers to errors.
  public private(set) var cseq: UInt64?

  /// True while a message has begun; bytes left in the buffer then belong to it.
  public var isInsideMessage: Bool {
    switch state {
    case .between, .failed: false
    case .head, .body, .skipping: true
    }
  }

  /// The next thing the client sent, or nil if more bytes are needed.
  ///
  /// - Throws: an `RTSPError` after which the end of the message cannot be found.
  public mutating func next(from buffer: inout ByteBuffer) throws(RTSPError) -> RTSPInbound? {
    do {
      while true {
        switch try step(&buffer) {
        case .produced(let inbound): return inbound
        case .advanced: continue
        case .starved: return nil
        }
      }
    } catch {
      state = .failed(error)
      throw error
    }
  }

  private enum Step {
    case produced(RTSPInbound)
    case advanced
    case starved
  }

  private mutating func step(_ buffer: inout ByteBuffer) throws(RTSPError) -> Step {
    switch state {
    case .failed(let error):
      throw error
    case .between:
      return try start(&buffer)
    case .head(var head):
      state = .between  // `head` is now the only owner of its headers: no copy on append.
      do {
        guard let line = try nextLine(from: &buffer, consumed: head.byteCount) else {
          state = .head(head)
          return .starved
        }
        guard !line.isEmpty else { return try finish(&head) }
        try head.append(line, limits: limits)
      } catch {
        cseq = head.cseq
        throw error
      }
      state = .head(head)
      return .advanced
    case .body(var request, let length):
      guard let body = buffer.readSlice(length: length) else { return .starved }
      request.body = body
      state = .between
      return .produced(.request(request))
    case .skipping(let count):
      let skipped = min(count, buffer.readableBytes)
      buffer.moveReaderIndex(forwardBy: skipped)
      state = skipped == count ? .between : .skipping(count - skipped)
      return skipped == count ? .advanced : .starved
    }
  }

  /// Between messages: an interleaved frame, an empty line, or a first line.
  private mutating func start(_ buffer: inout ByteBuffer) throws(RTSPError) -> Step {
    cseq = nil
    endsLinesWithCR = false
    guard let first = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self) else {
      return .starved
    }
    switch first {
    case UInt8(ascii: "\r"), UInt8(ascii: "\n"):
      buffer.moveReaderIndex(forwardBy: 1)
      return .advanced
    case UInt8(ascii: "$"):
      return interleavedFrame(&buffer)
    case 0x20...0x7E, 0x09:
      state = .head(RTSPHead())
      return .advanced
    default:
      throw .binaryData(firstByte: first)
    }
  }

  private mutating func interleavedFrame(_ buffer: inout ByteBuffer) -> Step {
    let start = buffer.readerIndex
    guard let channel = buffer.getInteger(at: start + 1, as: UInt8.self),
      let length = buffer.getInteger(at: start + 2, as: UInt16.self),
      buffer.readableBytes >= 4 + Int(length)
    else { return .starved }
    buffer.moveReaderIndex(forwardBy: 4)
    guard let payload = buffer.readSlice(length: Int(length)) else { return .starved }
    return .produced(.interleaved(channel: channel, payload))
  }

  /// One line without its end, or nil if it is not complete yet.
  private mutating func nextLine(
    from buffer: inout ByteBuffer, consumed: Int
  ) throws(RTSPError) -> [UInt8]? {
    let allowed = limits.headBytes - consumed
    guard let end = lineEnd(in: buffer, isFirst: consumed == 0) else {
      // A CR in the last place may end the line; the byte after it will tell.
      guard scanned < allowed else { throw .headTooLong(limit: limits.headBytes) }
      return nil
    }
    scanned = 0
    guard end.upperBound <= allowed, var line = buffer.readBytes(length: end.upperBound) else {
      throw .headTooLong(limit: limits.headBytes)
    }
    line.removeLast(end.count)
    return line
  }

  /// Where the line end lies, counted from the first readable byte; nil if it is not there yet.
  private mutating func lineEnd(in buffer: ByteBuffer, isFirst: Bool) -> Range<Int>? {
    let view = buffer.readableBytesView
    let unseen = view.dropFirst(scanned)
    let found = unseen.firstIndex { byte in
      byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") && (isFirst || endsLinesWithCR)
    }
    guard let found else {
      scanned = view.count
      return nil
    }
    let offset = found - view.startIndex
    if view[found] == UInt8(ascii: "\n") {
      let hasCR = offset > 0 && view[found - 1] == UInt8(ascii: "\r") && !endsLinesWithCR
      return (hasCR ? offset - 1 : offset)..<(offset + 1)
    }
    guard !endsLinesWithCR else { return offset..<(offset + 1) }
    // The first CR of a message: what follows decides which kind of lines it has.
    scanned = offset
    guard found + 1 < view.endIndex else { return nil }
    if view[found + 1] == UInt8(ascii: "\n") { return offset..<(offset + 2) }
    endsLinesWithCR = true
    return offset..<(offset + 1)
  }

  /// Blank line: the head is complete.
  private mutating func finish(_ head: inout RTSPHead) throws(RTSPError) -> Step {
    try head.settle()
    let length = head.contentLength ?? 0
    guard length <= limits.bodyBytes else {
      let error = RTSPError.bodyTooLong(limit: limits.bodyBytes, actual: length)
      guard length <= limits.skippedBodyBytes else { throw error }
      state = .skipping(length)
      return head.isResponse
        ? .advanced : .produced(.rejected(RTSPRejection(cseq: head.cseq, error: error)))
    }
    switch head.outcome {
    case .response:
      state = length > 0 ? .skipping(length) : .between
      return .advanced
    case .rejected(let error):
      state = length > 0 ? .skipping(length) : .between
      return .produced(.rejected(RTSPRejection(cseq: head.cseq, error: error)))
    case .request(let request):
      guard length > 0 else {
        state = .between
        return .produced(.request(request))
      }
      state = .body(request, length: length)
      return .advanced
    }
  }
}
