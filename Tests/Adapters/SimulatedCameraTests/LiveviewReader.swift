import Media
import NIOCore
import TurboJPEG

@testable import SimulatedCamera

/// One packet as a client reads it.
struct ReceivedPacket {
  var type: UInt8
  var sequenceNumber: UInt16
  var timestamp: UInt32
  var reserved: [UInt8]
  var payload: ByteBuffer

  /// - Returns: nil if `chunk` is not exactly one packet.
  init?(_ chunk: ByteBuffer) {
    var rest = chunk
    guard let start = rest.readInteger(as: UInt8.self), start == 0xFF,
      let type = rest.readInteger(as: UInt8.self),
      let sequenceNumber = rest.readInteger(as: UInt16.self),
      let timestamp = rest.readInteger(as: UInt32.self),
      rest.readInteger(as: UInt32.self) == 0x2435_6879,
      let sizes = rest.readInteger(as: UInt32.self),
      let reserved = rest.readBytes(length: 120),
      sizes & 0xFF == 0, rest.readableBytes == Int(sizes >> 8)
    else { return nil }
    self.type = type
    self.sequenceNumber = sequenceNumber
    self.timestamp = timestamp
    self.reserved = reserved
    payload = rest
  }

  /// The number the picture itself shows.
  func frameNumber() throws -> UInt32? {
    var decoder = try JPEGDecoder()
    let picture = try decoder.decodeRGB(payload)
    return FrameNumberStrip.frameNumber(in: picture.size) { x, y in
      picture.pixels[(y * picture.size.width + x) * 3]
    }
  }

  /// Where the JPEG ends: behind the first end marker of the scan.
  var jpegLength: Int {
    let bytes = Array(payload.readableBytesView)
    let ends = bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xD9 }
    return (ends ?? 0) + 2
  }
}

extension TestConnection {
  /// The next packet of a chunked stream; nil at its end.
  func readPacket() async throws -> ReceivedPacket? {
    guard let chunk = try await readChunk() else { return nil }
    guard let packet = ReceivedPacket(chunk) else { throw End.malformed("chunk is no packet") }
    return packet
  }

  /// The next `count` packets.
  func readPackets(_ count: Int) async throws -> [ReceivedPacket] {
    var packets: [ReceivedPacket] = []
    while packets.count < count, let packet = try await readPacket() { packets.append(packet) }
    return packets
  }
}
