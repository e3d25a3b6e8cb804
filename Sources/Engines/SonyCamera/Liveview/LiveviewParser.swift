import Media
import NIOCore

/// Cuts a liveview byte stream into packets.
///
/// ```
///                 header             payload complete
///   searching ──────────▶ payload ────────────────────▶ searching
///       │  other type                                       ▲
///       └──────────────▶ skipping ──── all bytes seen ──────┘
/// ```
/// A declared size is not believed: it may be larger than the JPEG (real cameras round up to a
/// multiple of 128 and leave stale bytes), or wrong because bytes were lost. So the JPEG's end is
/// found by its markers, and if another packet begins before the declared end, the parser goes on
/// there. Garbage is searched for the next packet and counted; a spoilt JPEG is counted and left
/// out; only a long run of garbage ends the stream.
///
/// Source: Camera Remote API, "Liveview data format"; captures of NEX-5T and ILCE-6300.
public struct LiveviewParser: Sendable {
  /// Bounds on what a peer can make the parser do.
  public struct Limits: Sendable, Hashable {
    /// Bytes of payload in one packet; a larger declaration is damage. Real pictures stay below
    /// 100 kB, this leaves room for five times that.
    public var payloadByteCount = 512 * 1024
    /// Bytes of garbage in a row after which the connection is given up.
    public var garbageByteCount = 1024 * 1024
    /// Pixels in one picture.
    public var pixelCount = JPEGMarkerWalk.defaultPixelLimit

    public init() {}
  }

  private enum State: Sendable {
    case searching
    case payload(LiveviewPacketHeader)
    case skipping(remaining: Int)
    case failed(SonyCameraError)
  }

  public private(set) var statistics = LiveviewStatistics()
  private let limits: Limits
  private var state = State.searching
  /// Bytes of garbage since the last packet.
  private var garbageRun = 0
  private var lastSequenceNumber: UInt16?
  private var lastSize: PictureSize?

  public init(limits: Limits = Limits()) {
    self.limits = limits
  }

  /// Takes the next packet from `buffer`.
  ///
  /// Append received bytes to the same buffer and call again until the answer is nil. After an
  /// image the buffer has storage of its own again, so that appending does not copy the picture.
  /// The buffer never has to hold more than one packet.
  ///
  /// - Returns: An image or frame information; nil if more bytes are needed.
  /// - Throws: `SonyCameraError.liveviewGarbage` if the stream is no liveview, and from then on;
  ///   close it.
  public mutating func next(
    from buffer: inout ByteBuffer
  ) throws(SonyCameraError) -> LiveviewPacket? {
    do {
      let packet = try take(from: &buffer)
      if packet == nil { reclaim(&buffer) }
      return packet
    } catch {
      state = .failed(error)
      throw error
    }
  }

  private mutating func take(
    from buffer: inout ByteBuffer
  ) throws(SonyCameraError) -> LiveviewPacket? {
    while true {
      switch state {
      case .searching:
        guard let header = try nextHeader(from: &buffer) else { return nil }
        begin(header)
      case .payload(let header):
        let wanted = header.payloadSize + Int(header.paddingSize)
        guard buffer.readableBytes >= wanted else { return nil }
        state = .searching
        if let packet = finish(header, from: &buffer) { return packet }
      case .skipping(let remaining):
        let count = min(remaining, buffer.readableBytes)
        consume(count, from: &buffer)
        guard count == remaining else {
          state = .skipping(remaining: remaining - count)
          return nil
        }
        state = .searching
      case .failed(let error):
        throw error
      }
    }
  }

  // MARK: Headers

  private mutating func nextHeader(
    from buffer: inout ByteBuffer
  ) throws(SonyCameraError) -> LiveviewPacketHeader? {
    while true {
      let garbage = LiveviewSignature.offset(in: buffer, from: 0, requireWhole: false)
      try discardGarbage(garbage ?? buffer.readableBytes, from: &buffer)
      guard let header = LiveviewPacketHeader(peeking: buffer) else { return nil }
      if header.payloadSize <= limits.payloadByteCount {
        consume(LiveviewPacketHeader.byteCount, from: &buffer)
        return header
      }
      statistics.oversizedPacketCount += 1
      try discardGarbage(1, from: &buffer)
    }
  }

  private mutating func begin(_ header: LiveviewPacketHeader) {
    garbageRun = 0
    statistics.packetCount += 1
    follow(header.sequenceNumber)
    switch header.payloadType {
    case .image, .frameInformation:
      state = .payload(header)
    default:
      // Playback (0x11, 0x12) and types of newer cameras.
      statistics.skippedPacketCount += 1
      state = .skipping(remaining: header.payloadSize + Int(header.paddingSize))
    }
  }

  private mutating func follow(_ sequenceNumber: UInt16) {
    defer { lastSequenceNumber = sequenceNumber }
    guard let last = lastSequenceNumber else { return }
    switch sequenceNumber &- last {
    case 1: return
    case 2..<0x8000:
      statistics.sequenceGapCount += 1
      statistics.missingPacketCount += Int(sequenceNumber &- last) - 1
    default:
      statistics.sequenceRestartCount += 1
    }
  }

  // MARK: Payloads

  private mutating func finish(
    _ header: LiveviewPacketHeader, from buffer: inout ByteBuffer
  ) -> LiveviewPacket? {
    guard let payload = buffer.getSlice(at: buffer.readerIndex, length: header.payloadSize) else {
      assertionFailure("the payload was there a moment ago")
      return nil
    }
    switch header.payloadType {
    case .image:
      return finishImage(header, payload: payload, from: &buffer)
    default:
      consume(header.payloadSize + Int(header.paddingSize), from: &buffer)
      statistics.frameInformationCount += 1
      return .frameInformation(LiveviewFrameInformation(header: header, payload: payload))
    }
  }

  private mutating func finishImage(
    _ header: LiveviewPacketHeader, payload: ByteBuffer, from buffer: inout ByteBuffer
  ) -> LiveviewPacket? {
    let outline: JPEGOutline
    do {
      outline = try JPEGMarkerWalk.outline(of: payload, pixelLimit: limits.pixelCount)
    } catch {
      statistics.corruptImageCount += 1
      statistics.lastCorruption = error
      consumePayload(of: header, knownUpTo: 0, from: &buffer)
      return nil
    }
    consumePayload(of: header, knownUpTo: outline.byteCount, from: &buffer)
    detach(&buffer)
    statistics.imageCount += 1
    if let lastSize, lastSize != outline.size { statistics.sizeChangeCount += 1 }
    lastSize = outline.size
    guard let bytes = payload.getSlice(at: payload.readerIndex, length: outline.byteCount) else {
      assertionFailure("the outline ends within the payload")
      return nil
    }
    return .image(
      LiveviewImage(
        bytes: bytes, outline: outline, sequenceNumber: header.sequenceNumber,
        cameraMilliseconds: header.cameraMilliseconds))
  }

  /// Goes to the end of the packet, or to the next packet if that begins earlier because bytes
  /// of this one were lost.
  ///
  /// - Parameter knownUpTo: Bytes of the payload that are certainly this packet's.
  private mutating func consumePayload(
    of header: LiveviewPacketHeader, knownUpTo: Int, from buffer: inout ByteBuffer
  ) {
    let declared = header.payloadSize + Int(header.paddingSize)
    // Not beyond the declared end: how much of what follows is there already is chance.
    let packet = buffer.getSlice(at: buffer.readerIndex, length: declared) ?? buffer
    if let next = LiveviewSignature.offset(in: packet, from: knownUpTo, requireWhole: true) {
      statistics.resynchronisationCount += 1
      statistics.garbageByteCount += next - knownUpTo
      consume(next, from: &buffer)
    } else {
      if knownUpTo > 0 { statistics.staleByteCount += header.payloadSize - knownUpTo }
      consume(declared, from: &buffer)
    }
  }

  // MARK: Bytes

  private mutating func consume(_ count: Int, from buffer: inout ByteBuffer) {
    buffer.moveReaderIndex(forwardBy: count)
    statistics.byteCount += count
  }

  private mutating func discardGarbage(
    _ count: Int, from buffer: inout ByteBuffer
  ) throws(SonyCameraError) {
    guard count > 0 else { return }
    if garbageRun == 0 { statistics.resynchronisationCount += 1 }
    consume(count, from: &buffer)
    garbageRun += count
    statistics.garbageByteCount += count
    guard garbageRun <= limits.garbageByteCount else {
      throw .liveviewGarbage(
        position: statistics.byteCount, skipped: garbageRun, limit: limits.garbageByteCount)
    }
  }

  /// Room for a packet of the usual size and the beginning of the next.
  private static let usualByteCount = 48 * 1024

  /// Gives `buffer` storage of its own: while somebody holds the picture's slice, every write into
  /// the shared storage would copy all of it. If more than one packet is left, the next image will
  /// do it.
  private func detach(_ buffer: inout ByteBuffer) {
    guard buffer.readableBytes < Self.usualByteCount else { return }
    var fresh = ByteBuffer()
    fresh.reserveCapacity(Self.usualByteCount)
    fresh.writeImmutableBuffer(buffer)
    buffer = fresh
  }

  /// Gives back the room of bytes already taken; without images nothing else would.
  private func reclaim(_ buffer: inout ByteBuffer) {
    if buffer.readableBytes == 0 || buffer.readerIndex >= Self.usualByteCount {
      buffer.discardReadBytes()
    }
  }
}

/// The bytes by which a packet's beginning is recognised: the start byte and, eight bytes later,
/// the start code.
enum LiveviewSignature {
  private static let code: [UInt8] = [0x24, 0x35, 0x68, 0x79]
  private static let codeOffset = 8

  /// Distance from the reader index to the first signature at or after `start`.
  ///
  /// - Parameter requireWhole: If false, a beginning that is cut off by the end of `buffer` counts
  ///   too, because the rest may still come.
  static func offset(in buffer: ByteBuffer, from start: Int, requireWhole: Bool) -> Int? {
    let bytes = buffer.readableBytesUInt8Span
    let end = requireWhole ? bytes.count - codeOffset - code.count + 1 : bytes.count
    var index = start
    while index < end {
      if bytes[index] == LiveviewPacketHeader.startByte, matches(bytes, at: index) { return index }
      index += 1
    }
    return nil
  }

  private static func matches(_ bytes: Span<UInt8>, at index: Int) -> Bool {
    for offset in 0..<code.count {
      let position = index + codeOffset + offset
      guard position < bytes.count else { return true }
      if bytes[position] != code[offset] { return false }
    }
    return true
  }
}
