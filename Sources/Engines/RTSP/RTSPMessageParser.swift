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
/// Tolerated: line ends without CR, line ends before a request, any case in header names,
/// repeated and folded headers, spaces before the colon.
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
      guard let line = try nextLine(from: &buffer, consumed: head.byteCount) else {
        state = .head(head)
        return .starved
      }
      guard !line.isEmpty else { return try finish(head) }
      try head.append(line, limits: limits)
      cseq = head.cseq
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
    let view = buffer.readableBytesView
    let allowed = limits.headBytes - consumed
    let unseen = view.dropFirst(scanned)
    guard let end = unseen.firstIndex(of: UInt8(ascii: "\n")) else {
      scanned = view.count
      guard view.count < allowed else { throw .headTooLong(limit: limits.headBytes) }
      return nil
    }
    scanned = 0
    let length = end - view.startIndex + 1
    guard length <= allowed, var line = buffer.readBytes(length: length) else {
      throw .headTooLong(limit: limits.headBytes)
    }
    line.removeLast()
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    return line
  }

  /// Blank line: the head is complete.
  private mutating func finish(_ head: RTSPHead) throws(RTSPError) -> Step {
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
