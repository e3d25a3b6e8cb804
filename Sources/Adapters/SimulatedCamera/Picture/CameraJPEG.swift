import NIOCore

/// Brings a JPEG into the form a Sony camera gives it: one DQT with both tables, one DHT with all
/// four, SOF0, SOS; no JFIF and no other application segment.
///
/// Source: liveview captures of NEX-5T and ILCE-6300.
enum CameraJPEG {
  private static let startOfImage: [UInt8] = [0xFF, 0xD8]

  /// - Returns: nil if `jpeg` is not a baseline JPEG with a frame header and a scan.
  static func rearranged(_ jpeg: ByteBuffer) -> ByteBuffer? {
    var rest = jpeg
    guard rest.readBytes(length: 2) == startOfImage else { return nil }
    var quantization = ByteBuffer()
    var huffman = ByteBuffer()
    var frameHeader: ByteBuffer?
    while let marker = rest.readInteger(as: UInt16.self),
      let length = rest.readInteger(as: UInt16.self), length >= 2,
      var segment = rest.readSlice(length: Int(length) - 2)
    {
      switch marker {
      case 0xFFDB: quantization.writeBuffer(&segment)
      case 0xFFC4: huffman.writeBuffer(&segment)
      case 0xFFC0: frameHeader = segment
      case 0xFFDA:
        guard let frameHeader else { return nil }
        var result = ByteBuffer(bytes: startOfImage)
        result.reserveCapacity(jpeg.readableBytes)
        write(0xFFDB, quantization, to: &result)
        write(0xFFC4, huffman, to: &result)
        write(0xFFC0, frameHeader, to: &result)
        write(0xFFDA, segment, to: &result)
        result.writeBuffer(&rest)
        return result
      default: break
      }
    }
    return nil
  }

  private static func write(_ marker: UInt16, _ segment: ByteBuffer, to result: inout ByteBuffer) {
    result.writeInteger(marker)
    result.writeInteger(UInt16(truncatingIfNeeded: segment.readableBytes + 2))
    result.writeImmutableBuffer(segment)
  }
}
