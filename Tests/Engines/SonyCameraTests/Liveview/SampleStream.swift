import Media
import NIOCore
import SonyCamera
import TestSupport

/// Builds liveview streams as a NEX-5T sends them: sizes rounded up to 128, stale bytes behind
/// the EOI, no padding.
struct SampleStream {
  private(set) var bytes = ByteBuffer()
  private(set) var sequenceNumber: UInt16 = 0
  private(set) var cameraMilliseconds: UInt32 = 3945

  init(sequenceNumber: UInt16 = 0) {
    self.sequenceNumber = sequenceNumber
  }

  var array: [UInt8] { Array(bytes.readableBytesView) }

  /// The picture of the packet with this sequence number; all differ.
  static func jpeg(_ sequenceNumber: UInt16, size: PictureSize = .alpha6000Liveview) -> [UInt8] {
    var sample = SampleJPEG(size: size)
    var generator = SeededGenerator(seed: UInt64(sequenceNumber))
    let length = Int.random(in: 200...400, using: &generator)
    sample.codedData = (0..<length).map { _ in UInt8.random(in: 0...0xFE, using: &generator) }
    return sample.bytes
  }

  mutating func appendImage(
    size: PictureSize = .alpha6000Liveview, padding: UInt8 = 0, spacing: UInt32 = 50
  ) {
    advance(by: spacing)
    var payload = Self.jpeg(sequenceNumber, size: size)
    // The leftovers hold an end and a beginning of other pictures.
    let leftovers: [UInt8] = [0x55, 0xFF, 0xD9, 0xFF, 0xD8, 0x00]
    while payload.count % 128 != 0 { payload.append(leftovers[payload.count % leftovers.count]) }
    appendPacket(.image, payload: payload, padding: padding)
  }

  mutating func append(_ type: LiveviewPayloadType, payload: [UInt8], padding: UInt8 = 0) {
    advance(by: 0)
    appendPacket(type, payload: payload, padding: padding)
  }

  mutating func appendFrameInformation(_ frames: [FocusFrame]) {
    advance(by: 0)
    LiveviewFrameInformation(
      frames: frames, sequenceNumber: sequenceNumber, cameraMilliseconds: cameraMilliseconds
    ).encode(into: &bytes)
  }

  mutating func appendRaw(_ garbage: [UInt8]) {
    bytes.writeBytes(garbage)
  }

  /// An image packet of which only the first bytes arrive although the header promises all.
  mutating func appendCutImage(byteCount: Int) {
    let before = bytes.readableBytes
    appendImage()
    bytes.moveWriterIndex(to: bytes.readerIndex + before + byteCount)
  }

  mutating func skipSequenceNumbers(_ count: UInt16) {
    sequenceNumber &+= count
  }

  private mutating func advance(by spacing: UInt32) {
    sequenceNumber &+= 1
    cameraMilliseconds &+= spacing
  }

  private mutating func appendPacket(
    _ type: LiveviewPayloadType, payload: [UInt8], padding: UInt8
  ) {
    LiveviewPacketHeader(
      payloadType: type, sequenceNumber: sequenceNumber, cameraMilliseconds: cameraMilliseconds,
      payloadSize: payload.count, paddingSize: padding,
      detail: LiveviewPacketHeader.detail(announcing: .alpha6000Liveview)
    ).encode(into: &bytes)
    bytes.writeBytes(payload)
    bytes.writeRepeatingByte(0xEE, count: Int(padding))
  }
}

extension LiveviewParser {
  /// Everything in `bytes`, fed in pieces of `chunk` bytes.
  mutating func packets(
    in bytes: [UInt8], chunk: Int = .max
  ) throws(SonyCameraError) -> [LiveviewPacket] {
    var buffer = ByteBuffer()
    var packets: [LiveviewPacket] = []
    var position = 0
    while position < bytes.count {
      let end = min(position &+ min(chunk, bytes.count), bytes.count)
      buffer.writeBytes(bytes[position..<end])
      position = end
      while let packet = try next(from: &buffer) { packets.append(packet) }
    }
    return packets
  }
}

extension [LiveviewPacket] {
  /// The pictures among the packets.
  var images: [LiveviewImage] {
    compactMap { packet in
      if case .image(let image) = packet { image } else { nil }
    }
  }
}
