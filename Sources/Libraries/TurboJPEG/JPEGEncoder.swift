import CTurboJPEG
import Media
import NIOCore

/// Encodes pictures as baseline JPEGs.
///
/// Owns one libjpeg-turbo handle and the output scratch. Use it from one thread at a time.
public struct JPEGEncoder: ~Copyable {
  private let handle: tjhandle
  private var scratch: [UInt8] = []

  /// - Throws: `TurboJPEGError.handleUnavailable`.
  public init() throws(TurboJPEGError) {
    guard let handle = tjInitCompress() else {
      throw .handleUnavailable(reason: libraryMessage(of: nil))
    }
    self.handle = handle
  }

  deinit {
    tjDestroy(handle)
  }

  /// Encodes interleaved 8-bit R, G, B.
  ///
  /// - Parameters:
  ///   - rgb: Three bytes per pixel, rows without padding.
  ///   - quality: 1 (small) … 100 (fine).
  /// - Throws: `sizeOutOfRange`, `pixelBytesMismatched`, `qualityOutOfRange`, `unencodable`.
  public mutating func encode(
    rgb: [UInt8], size: PictureSize, quality: Int, subsampling: ChromaSubsampling
  ) throws(TurboJPEGError) -> ByteBuffer {
    try check(size, quality)
    let expected = size.width * size.height * 3
    guard rgb.count == expected else {
      throw .pixelBytesMismatched(expected: expected, actual: rgb.count)
    }
    return try compress(size, subsampling) { handle, target, count in
      rgb.withUnsafeBufferPointer { source in
        tjCompress2(
          handle, source.baseAddress, Int32(size.width), 0, Int32(size.height),
          Int32(TJPF_RGB.rawValue), target, count, subsampling.code, Int32(quality),
          TJFLAG_NOREALLOC)
      }
    }
  }

  /// Encodes the planes of `frame` as they are, as 4:2:0.
  ///
  /// - Parameter quality: 1 (small) … 100 (fine).
  /// - Throws: `sizeOutOfRange`, `qualityOutOfRange`, `unencodable`.
  public mutating func encode(
    _ frame: PixelFrame, quality: Int
  ) throws(TurboJPEGError) -> ByteBuffer {
    let size = frame.size
    try check(size, quality)
    let (luma, blue, red) = (frame.luma, frame.chromaBlue, frame.chromaRed)
    let (lumaStride, chromaStride) = (Int32(frame.lumaStride), Int32(frame.chromaStride))
    return try compress(size, .yuv420) { handle, target, count in
      luma.withUnsafeBufferPointer { luma in
        blue.withUnsafeBufferPointer { blue in
          red.withUnsafeBufferPointer { red in
            var planes = [luma.baseAddress, blue.baseAddress, red.baseAddress]
            let strides = [lumaStride, chromaStride, chromaStride]
            return tjCompressFromYUVPlanes(
              handle, &planes, Int32(size.width), strides, Int32(size.height),
              ChromaSubsampling.yuv420.code, target, count, Int32(quality), TJFLAG_NOREALLOC)
          }
        }
      }
    }
  }

  private func check(_ size: PictureSize, _ quality: Int) throws(TurboJPEGError) {
    // 65 500 is libjpeg's JPEG_MAX_DIMENSION.
    guard (1...65_500).contains(size.width), (1...65_500).contains(size.height) else {
      throw .sizeOutOfRange(size)
    }
    guard (1...100).contains(quality) else { throw .qualityOutOfRange(quality) }
  }

  private typealias Target = UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>

  /// Runs `body` with a buffer for the worst case and copies out what was written.
  private mutating func compress(
    _ size: PictureSize, _ subsampling: ChromaSubsampling,
    _ body: (tjhandle, Target, UnsafeMutablePointer<UInt>) -> Int32
  ) throws(TurboJPEGError) -> ByteBuffer {
    let worstCase = tjBufSize(Int32(size.width), Int32(size.height), subsampling.code)
    guard worstCase != .max, let capacity = Int(exactly: worstCase) else {
      throw .unencodable(reason: libraryMessage(of: handle))
    }
    if scratch.count < capacity { scratch = [UInt8](repeating: 0, count: capacity) }
    let handle = self.handle
    let jpeg = scratch.withUnsafeMutableBufferPointer { scratch -> ByteBuffer? in
      var target = scratch.baseAddress
      var count = worstCase
      guard body(handle, &target, &count) == 0 else { return nil }
      return ByteBuffer(bytes: scratch.prefix(Int(count)))
    }
    guard let jpeg else { throw .unencodable(reason: libraryMessage(of: handle)) }
    return jpeg
  }
}
