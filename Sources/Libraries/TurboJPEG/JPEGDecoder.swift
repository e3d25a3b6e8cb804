import CTurboJPEG
import Media
import NIOCore

/// Decodes JPEGs to I420 pictures, or to RGB for tools and tests.
///
/// Owns one libjpeg-turbo handle and the scratch planes, so that decoding a stream of equal
/// sizes allocates nothing here. Use it from one thread at a time.
public struct JPEGDecoder: ~Copyable {
  /// What a camera's liveview never exceeds, with much room: 4096 × 4096 pixels.
  public static let defaultPixelLimit = 4096 * 4096

  private var handle: tjhandle
  private let pixelLimit: Int
  private var scratch = ChromaScratch()

  /// - Parameter pixelLimit: Most pixels (width × height) a header may announce. Memory is taken
  ///   only after this check.
  /// - Throws: `TurboJPEGError.handleUnavailable`.
  public init(pixelLimit: Int = defaultPixelLimit) throws(TurboJPEGError) {
    guard let handle = tjInitDecompress() else {
      throw .handleUnavailable(reason: libraryMessage(of: nil))
    }
    self.handle = handle
    self.pixelLimit = pixelLimit
  }

  deinit {
    tjDestroy(handle)
  }

  /// Reads size and sampling without decoding.
  ///
  /// - Throws: `headerUnreadable`, `pictureTooLarge`, `colourSpaceUnsupported`,
  ///   `subsamplingUnsupported`.
  public mutating func readHeader(of jpeg: ByteBuffer) throws(TurboJPEGError) -> JPEGHeader {
    var (width, height, sampling, colours): (Int32, Int32, Int32, Int32) = (0, 0, -1, -1)
    let result = jpeg.withUnsafeReadableBytes { bytes in
      tjDecompressHeader3(
        handle, bytes.bindMemory(to: UInt8.self).baseAddress, UInt(bytes.count), &width, &height,
        &sampling, &colours)
    }
    let isUsable = result == 0 || isWarning(handle)
    guard isUsable, width > 0, height > 0 else {
      let reason = libraryMessage(of: handle)
      replaceHandle()
      throw .headerUnreadable(reason: reason)
    }
    let size = PictureSize(width: Int(width), height: Int(height))
    guard size.width * size.height <= pixelLimit else {
      throw .pictureTooLarge(size, pixelLimit: pixelLimit)
    }
    let readable = [TJCS_YCbCr, TJCS_GRAY].map { Int32(bitPattern: $0.rawValue) }
    guard readable.contains(colours) else { throw .colourSpaceUnsupported(code: colours) }
    guard let subsampling = ChromaSubsampling(code: sampling) else {
      throw .subsamplingUnsupported(code: sampling)
    }
    return JPEGHeader(size: size, subsampling: subsampling)
  }

  /// Decodes `jpeg` into `frame`; the range stays full, as in JFIF.
  ///
  /// Chroma that is finer than 4:2:0 is averaged (box filter, halves rounded up), coarser chroma
  /// is repeated. A new size replaces the planes of `frame`; equal sizes reuse them. After an
  /// error the planes hold whatever was decoded until then.
  ///
  /// - Throws: as ``readHeader(of:)``, or `undecodable`.
  public mutating func decode(
    _ jpeg: ByteBuffer, into frame: inout PixelFrame
  ) throws(TurboJPEGError) -> DecodedPicture {
    let header = try readHeader(of: jpeg)
    if frame.size != header.size { frame = PixelFrame(size: header.size) }
    let result: Int32
    switch header.subsampling {
    case .yuv420:
      result = decodeWithoutScaling(jpeg, into: &frame)
    case .grey:
      result = decodeWithoutScaling(jpeg, into: &frame)
      frame.fillChroma(with: 128)
    case .yuv444, .yuv422, .yuv440, .yuv411:
      result = decodeAndScale(jpeg, header, into: &frame)
    }
    return DecodedPicture(header: header, warning: try warning(after: result))
  }

  /// Decodes `jpeg` to interleaved 8-bit R, G, B, rows without padding.
  ///
  /// - Throws: as ``readHeader(of:)``, or `undecodable`.
  public mutating func decodeRGB(_ jpeg: ByteBuffer) throws(TurboJPEGError) -> RGBPicture {
    let header = try readHeader(of: jpeg)
    let (width, height) = (Int32(header.size.width), Int32(header.size.height))
    var pixels = [UInt8](repeating: 0, count: header.size.width * header.size.height * 3)
    let result = pixels.withUnsafeMutableBufferPointer { target in
      jpeg.withUnsafeReadableBytes { bytes in
        tjDecompress2(
          handle, bytes.bindMemory(to: UInt8.self).baseAddress, UInt(bytes.count),
          target.baseAddress, width, width * 3, height, Int32(TJPF_RGB.rawValue),
          TJFLAG_LIMITSCANS)
      }
    }
    return RGBPicture(size: header.size, pixels: pixels, warning: try warning(after: result))
  }

  /// Nil after a clean decode, the library's text after a recovered fault.
  private mutating func warning(after result: Int32) throws(TurboJPEGError) -> String? {
    if result == 0 { return nil }
    let reason = libraryMessage(of: handle)
    if isWarning(handle) { return reason }
    replaceHandle()
    throw .undecodable(reason: reason)
  }

  /// Starts afresh after a fatal fault.
  ///
  /// libjpeg-turbo 2.1.5 does not reset a handle whose `tjDecompressHeader3` failed: the next
  /// header, though sound, is read on from the marker that failed, and fails as well.
  private mutating func replaceHandle() {
    guard let fresh = tjInitDecompress() else { return }
    tjDestroy(handle)
    handle = fresh
  }

  /// For samplings whose planes are those of the frame.
  private func decodeWithoutScaling(_ jpeg: ByteBuffer, into frame: inout PixelFrame) -> Int32 {
    let (lumaStride, chromaStride) = (frame.lumaStride, frame.chromaStride)
    return frame.luma.withUnsafeMutableBufferPointer { luma in
      frame.chromaBlue.withUnsafeMutableBufferPointer { blue in
        frame.chromaRed.withUnsafeMutableBufferPointer { red in
          decodePlanes(
            handle, jpeg, (luma.baseAddress, blue.baseAddress, red.baseAddress), lumaStride,
            chromaStride)
        }
      }
    }
  }

  /// Luma goes straight into the frame, chroma by way of the scratch planes.
  private mutating func decodeAndScale(
    _ jpeg: ByteBuffer, _ header: JPEGHeader, into frame: inout PixelFrame
  ) -> Int32 {
    let plane = ChromaPlane(header)
    scratch.grow(to: plane.stride * plane.height)
    let (lumaStride, chromaStride) = (frame.lumaStride, frame.chromaStride)
    let chromaSize = PictureSize(
      width: (header.size.width + 1) / 2, height: (header.size.height + 1) / 2)
    let handle = self.handle
    return scratch.withPlanes { blue, red in
      let result = frame.luma.withUnsafeMutableBufferPointer { luma in
        decodePlanes(
          handle, jpeg, (luma.baseAddress, blue.baseAddress, red.baseAddress), lumaStride,
          plane.stride)
      }
      frame.chromaBlue.withUnsafeMutableBufferPointer { target in
        plane.scale(UnsafeBufferPointer(blue), into: target, chromaStride, chromaSize)
      }
      frame.chromaRed.withUnsafeMutableBufferPointer { target in
        plane.scale(UnsafeBufferPointer(red), into: target, chromaStride, chromaSize)
      }
      return result
    }
  }

}

private typealias Plane = UnsafeMutablePointer<UInt8>?

/// Decodes to planes in the JPEG's own sampling; luma, blue, red. The result is the library's.
private func decodePlanes(
  _ handle: tjhandle, _ jpeg: ByteBuffer, _ planes: (Plane, Plane, Plane),
  _ lumaStride: Int, _ chromaStride: Int
) -> Int32 {
  withUnsafeTemporaryAllocation(of: Plane.self, capacity: 3) { pointers in
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: 3) { strides in
      pointers[0] = planes.0
      pointers[1] = planes.1
      pointers[2] = planes.2
      strides[0] = Int32(lumaStride)
      strides[1] = Int32(chromaStride)
      strides[2] = Int32(chromaStride)
      return jpeg.withUnsafeReadableBytes { bytes in
        tjDecompressToYUVPlanes(
          handle, bytes.bindMemory(to: UInt8.self).baseAddress, UInt(bytes.count),
          pointers.baseAddress, 0, strides.baseAddress, 0, TJFLAG_LIMITSCANS)
      }
    }
  }
}
