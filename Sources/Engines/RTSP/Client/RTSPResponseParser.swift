import NIOCore

/// Cuts the byte stream of a server into answers, its own requests, and interleaved frames.
///
/// ```
///               first byte of a line          blank line
///   between ────────────────────────▶ head ──────────────▶ body ──▶ between
///      │ '$'
///      └──▶ interleaved ──▶ between
/// ```
///
/// A frame is given out whole; its length field bounds it to 64 KiB. After an error every
/// further call throws the same error, because the end of the message is unknown.
///
/// Tolerated: line ends without CR, line ends before a message, any case in header names,
/// repeated and folded headers, an empty reason.
///
/// Source: RFC 2326 §4, §7, §10.12, §15.
public struct RTSPResponseParser: Sendable {
  private enum State {
    case between
    case head(RTSPReplyHead)
    case body(RTSPServerMessage, length: Int)
    case failed(RTSPClientError)
  }

  private let limits: RTSPLimits
  private var state: State = .between
  /// Bytes of the line being read that are known to hold no line end, so that a slow sender does
  /// not make us look at them again.
  private var scanned = 0

  /// - Parameter limits: `headBytes`, `headerCount` and `bodyBytes` hold for answers too.
  public init(limits: RTSPLimits = RTSPLimits()) {
    self.limits = limits
  }

  /// The next thing the server sent, or nil if more bytes are needed.
  ///
  /// - Throws: `messageMalformed` or `statusLineMalformed`; the connection is of no more use.
  public mutating func next(
    from buffer: inout ByteBuffer
  ) throws(RTSPClientError) -> RTSPServerMessage? {
    do {
      return try advance(&buffer)
    } catch {
      state = .failed(error)
      throw error
    }
  }

  private mutating func advance(
    _ buffer: inout ByteBuffer
  ) throws(RTSPClientError) -> RTSPServerMessage? {
    while true {
      switch state {
      case .failed(let error):
        throw error
      case .between:
        guard let first = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self) else {
          return nil
        }
        if first == UInt8(ascii: "$") { return Self.interleavedFrame(&buffer) }
        if first == UInt8(ascii: "\r") || first == UInt8(ascii: "\n") {
          buffer.moveReaderIndex(forwardBy: 1)
        } else {
          guard first.isASCIILetter else {
            throw .messageMalformed(.binaryData(firstByte: first))
          }
          state = .head(RTSPReplyHead())
        }
      case .head(var head):
        state = .between  // `head` is now the only owner of its headers: no copy on append.
        guard let line = try nextLine(from: &buffer, consumed: head.byteCount) else {
          state = .head(head)
          return nil
        }
        if line.isEmpty, let message = head.message {
          state = .body(message, length: head.contentLength)
        } else {
          try head.append(line, limits: limits)
          state = .head(head)
        }
      case .body(let message, let length):
        guard let body = buffer.readSlice(length: length) else { return nil }
        state = .between
        guard case .reply(var reply) = message else { return message }
        reply.body = body
        return .reply(reply)
      }
    }
  }

  private static func interleavedFrame(_ buffer: inout ByteBuffer) -> RTSPServerMessage? {
    let start = buffer.readerIndex
    guard let channel = buffer.getInteger(at: start + 1, as: UInt8.self),
      let length = buffer.getInteger(at: start + 2, as: UInt16.self),
      let payload = buffer.getSlice(at: start + 4, length: Int(length))
    else { return nil }
    buffer.moveReaderIndex(forwardBy: 4 + Int(length))
    return .interleaved(channel: channel, payload)
  }

  /// One line without its end, or nil if it is not complete yet.
  private mutating func nextLine(
    from buffer: inout ByteBuffer, consumed: Int
  ) throws(RTSPClientError) -> [UInt8]? {
    let view = buffer.readableBytesView
    let allowed = limits.headBytes - consumed
    guard let end = view.dropFirst(scanned).firstIndex(of: UInt8(ascii: "\n")) else {
      scanned = view.count
      guard view.count < allowed else {
        throw .messageMalformed(.headTooLong(limit: limits.headBytes))
      }
      return nil
    }
    scanned = 0
    let length = end - view.startIndex + 1
    guard length <= allowed, var line = buffer.readBytes(length: length) else {
      throw .messageMalformed(.headTooLong(limit: limits.headBytes))
    }
    line.removeLast()
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    return line
  }
}
