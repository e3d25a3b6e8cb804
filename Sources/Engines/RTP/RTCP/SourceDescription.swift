import NIOCore

/// The canonical names behind SSRCs.
///
/// Only CNAME is kept; NAME, TOOL and the rest are of no use to this program.
///
/// Source: RFC 3550 §6.5.
public struct SourceDescription: Sendable, Hashable {
  /// One source and its canonical name.
  public struct Chunk: Sendable, Hashable {
    public var ssrc: UInt32
    /// nil if the chunk has no CNAME.
    public var canonicalName: String?

    public init(ssrc: UInt32, canonicalName: String?) {
      self.ssrc = ssrc
      self.canonicalName = canonicalName
    }
  }

  public var chunks: [Chunk]

  public init(chunks: [Chunk]) {
    self.chunks = chunks
  }

  private static let canonicalNameItem: UInt8 = 1
  private static let maximumChunks = 31

  /// Appends the packet; names are cut after 255 bytes, chunks after the 31st.
  public func write(into buffer: inout ByteBuffer) {
    var body = ByteBuffer()
    let chunks = chunks.prefix(Self.maximumChunks)
    for chunk in chunks {
      body.writeInteger(chunk.ssrc)
      if let name = chunk.canonicalName {
        let text = Self.cut(name)
        body.writeInteger(Self.canonicalNameItem)
        body.writeInteger(UInt8(text.count))
        body.writeBytes(text)
      }
      // A null octet ends the items, more of them fill the chunk to a 32-bit boundary.
      body.writeRepeatingByte(0, count: 4 - body.readableBytes % 4)
    }
    RTCPHeader(
      count: UInt8(chunks.count), packetType: RTCPHeader.PacketType.sourceDescription,
      bodySize: body.readableBytes
    ).write(into: &buffer)
    buffer.writeBuffer(&body)
  }

  /// The name's first 255 bytes, without half of a character at the end.
  private static func cut(_ name: String) -> [UInt8] {
    var text = name
    while text.utf8.count > Int(UInt8.max) {
      text.removeLast()
    }
    return Array(text.utf8)
  }

  init(body: inout ByteBuffer, count: UInt8, position: Int) throws(RTPError) {
    chunks = []
    let total = body.readableBytes
    for _ in 0..<count {
      let start = position + total - body.readableBytes
      guard let ssrc = body.readInteger(as: UInt32.self) else {
        throw .truncated(position: start, needed: 4, available: body.readableBytes)
      }
      let name = try Self.readCanonicalName(from: &body, end: position + total)
      chunks.append(Chunk(ssrc: ssrc, canonicalName: name))
      let padding = (4 - (total - body.readableBytes) % 4) % 4
      body.moveReaderIndex(forwardBy: min(padding, body.readableBytes))
    }
  }

  /// Reads items up to the null octet that ends a chunk; `end` is the position of the body's end.
  private static func readCanonicalName(
    from body: inout ByteBuffer, end: Int
  ) throws(RTPError) -> String? {
    var name: String?
    while let item = body.readInteger(as: UInt8.self), item != 0 {
      let position = end - body.readableBytes
      let declared = body.readInteger(as: UInt8.self) ?? 0
      guard let text = body.readSlice(length: Int(declared)) else {
        throw .inconsistentLength(
          position: position, declared: Int(declared), available: body.readableBytes)
      }
      if item == canonicalNameItem {
        name = String(buffer: text)
      }
    }
    return name
  }
}
