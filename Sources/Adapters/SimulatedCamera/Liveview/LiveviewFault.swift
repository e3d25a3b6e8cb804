import NIOCore

/// Something wrong with the liveview stream.
///
/// Handed to `SimulatedCamera.injectLiveviewFaults(_:)`; each spoils one picture and what follows
/// is sound again, unless the connection ended with it.
public enum LiveviewFault: String, Sendable, Hashable, CaseIterable {
  /// Rubbish in the middle of the compressed picture data.
  case garbledPicture
  /// The JPEG stops in the middle; the packet is complete.
  case truncatedPicture
  /// The JPEG's frame header is unusable.
  case brokenPictureHeader
  /// The packet ends 1000 bytes before its declared size and the next one follows at once.
  case payloadCutShort
  /// 300 bytes that belong to no packet come before this one.
  case garbageBetweenPackets
  case wrongStartByte
  case wrongStartCode
  /// A payload type nobody has described; the packet is otherwise sound.
  case unknownPayloadType
  /// Bytes that should be zero are not.
  case reservedBytesSet
  /// The declared size is 0xFFFFFF.
  case giantSize
  /// 100 sequence numbers are left out.
  case sequenceGap
  /// Sequence numbers begin again at 1.
  case sequenceRestart
  /// The clock of the stream begins again at 0.
  case clockRestart
  /// A line that should say the size of a chunk says something else; the response ends there,
  /// because what follows could not be read.
  case badChunkLine
  /// The line end behind a chunk is missing; the response ends there, for the same reason.
  case missingChunkEnd
  /// The response ends as it should, between two pictures.
  case cleanEnd
  /// The connection is closed in the middle of a packet.
  case closeInsidePacket
  /// The connection is reset in the middle of a packet.
  case resetInsidePacket
  /// Nothing comes any more after the first half of a packet; a new connection is well.
  case hangInsidePacket

  /// What to do with the connection after the packet was sent.
  enum Consequence {
    case goOn
    case hang
    case end
    case close
    case reset
  }

  var consequence: Consequence {
    switch self {
    case .cleanEnd: .end
    case .closeInsidePacket, .badChunkLine, .missingChunkEnd: .close
    case .resetInsidePacket: .reset
    case .hangInsidePacket: .hang
    default: .goOn
    }
  }

  /// Spoils the JPEG before it becomes a packet.
  func spoil(_ jpeg: ByteBuffer) -> ByteBuffer {
    var jpeg = jpeg
    let middle = jpeg.readerIndex + jpeg.readableBytes / 2
    switch self {
    case .garbledPicture:
      // Restart markers nobody announced: a decoder loses its place and says so.
      jpeg.setRepeatingByte(0xA5, count: min(64, jpeg.writerIndex - middle), at: middle)
      jpeg.setBytes([0xFF, 0xD3, 0xFF, 0xD6], at: middle)
    case .truncatedPicture:
      jpeg.moveWriterIndex(to: middle)
    case .brokenPictureHeader:
      if let frameHeader = jpeg.readableBytesView.firstRange(of: [0xFF, 0xC0])?.lowerBound {
        // Precision, height, width and number of components, all zero.
        jpeg.setRepeatingByte(0, count: 6, at: frameHeader + 4)
      }
    default: break
    }
    return jpeg
  }

  /// Spoils the header before it is encoded.
  func spoil(_ packet: inout LiveviewPacket) {
    switch self {
    case .wrongStartByte: packet.startByte = 0xFE
    case .wrongStartCode: packet.startCode ^= 0x0000_FF00
    case .unknownPayloadType: packet.type = 0x33
    case .reservedBytesSet: packet.reserved = [UInt8](repeating: 0x5A, count: 120)
    case .giantSize: packet.declaredDataSize = LiveviewPacket.largestDataSize
    default: break
    }
  }

  /// Spoils the packet's bytes before they go out.
  func spoil(encoded bytes: ByteBuffer, using random: inout RandomSequence) -> ByteBuffer {
    var bytes = bytes
    switch self {
    case .payloadCutShort:
      bytes.moveWriterIndex(to: max(LiveviewPacket.headerSize, bytes.writerIndex - 1000))
    case .garbageBetweenPackets:
      var garbage = ByteBuffer()
      for _ in 0..<300 { garbage.writeInteger(UInt8(truncatingIfNeeded: random.next())) }
      garbage.writeBuffer(&bytes)
      bytes = garbage
    case .closeInsidePacket, .resetInsidePacket, .hangInsidePacket:
      bytes.moveWriterIndex(to: bytes.writerIndex / 2)
    default: break
    }
    return bytes
  }
}
