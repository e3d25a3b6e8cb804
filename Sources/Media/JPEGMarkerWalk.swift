import NIOCore

/// What the markers of a JPEG say about it.
public struct JPEGOutline: Sendable, Hashable {
  /// Bytes from SOI to EOI, both included; what follows is not part of the picture.
  public var byteCount: Int
  /// From the frame header (SOF).
  public var size: PictureSize
  public var subsampling: JPEGSubsampling
  /// True if the picture comes in several passes (SOF2 and its kin).
  public var isProgressive: Bool
  /// Number of scans (SOS).
  public var scanCount: Int
}

/// How much smaller than luma the chroma planes of a JPEG are.
public enum JPEGSubsampling: Sendable, Hashable {
  /// One component only.
  case grey
  case yuv444
  /// Half the width; what Sony's liveview has.
  case yuv422
  /// Half the width and half the height.
  case yuv420
  /// Half the height.
  case yuv440
  /// A quarter of the width.
  case yuv411
  case other
}

/// Why bytes are not one complete JPEG. Positions are bytes after the SOI's first byte.
public enum JPEGError: Error, Sendable, Hashable {
  case startOfImageMissing
  case markerExpected(position: Int)
  case markerUnexpected(position: Int, code: UInt8)
  case segmentInvalid(position: Int)
  /// A scan begins before any frame header.
  case frameHeaderMissing(position: Int)
  case pictureTooLarge(size: PictureSize, pixelLimit: Int)
  /// The bytes end before the EOI.
  case truncated(position: Int)
}

/// Finds the real end of a JPEG, and its picture size, by walking from marker to marker.
///
/// Searching for `FF D9` from either side would be wrong: real cameras leave stale bytes of older
/// pictures behind the EOI, which may hold another EOI, and application segments may hold whole
/// thumbnails. Restart markers, fill bytes, any application segment and progressive pictures with
/// many scans are walked through; the coded data itself is not checked.
///
/// Source: ITU-T T.81 annex B.
public enum JPEGMarkerWalk {
  /// Largest picture accepted, so that nobody makes a decoder allocate gigabytes.
  public static let defaultPixelLimit = 16 << 20

  /// Walks the JPEG at the start of `buffer`.
  ///
  /// - Throws: `JPEGError`; every case has the position of the fault.
  public static func outline(
    of buffer: ByteBuffer, pixelLimit: Int = defaultPixelLimit
  ) throws(JPEGError) -> JPEGOutline {
    let bytes = buffer.readableBytesUInt8Span
    guard bytes.count >= 2 else { throw .truncated(position: bytes.count) }
    guard bytes[0] == 0xFF, bytes[1] == Code.startOfImage else { throw .startOfImageMissing }
    var frame: FrameHeader?
    var scanCount = 0
    var position = 2
    while true {
      let (code, segment) = try marker(in: bytes, at: position)
      switch code {
      case Code.endOfImage:
        guard let frame, scanCount > 0 else { throw .frameHeaderMissing(position: position) }
        return JPEGOutline(
          byteCount: segment, size: frame.size, subsampling: frame.subsampling,
          isProgressive: frame.isProgressive, scanCount: scanCount)
      case Code.startOfScan:
        guard frame != nil else { throw .frameHeaderMissing(position: position) }
        scanCount += 1
        position = endOfCodedData(
          in: buffer.readableBytesSpan, from: try endOfSegment(in: bytes, at: segment))
      case _ where Code.isFrameHeader(code):
        guard frame == nil else { throw .markerUnexpected(position: position, code: code) }
        let end = try endOfSegment(in: bytes, at: segment)
        frame = try FrameHeader(
          bytes, code: code, from: segment + 2, to: end, pixelLimit: pixelLimit)
        position = end
      case Code.startOfImage, 0x00:
        throw .markerUnexpected(position: position, code: code)
      case _ where Code.standsAlone(code):
        position = segment
      default:
        position = try endOfSegment(in: bytes, at: segment)
      }
    }
  }

  /// The marker code at `position`, after fill bytes, and where its segment begins.
  private static func marker(
    in bytes: Span<UInt8>, at position: Int
  ) throws(JPEGError) -> (code: UInt8, segment: Int) {
    guard position < bytes.count else { throw .truncated(position: bytes.count) }
    guard bytes[position] == 0xFF else { throw .markerExpected(position: position) }
    var index = position + 1
    while index < bytes.count, bytes[index] == 0xFF { index += 1 }
    guard index < bytes.count else { throw .truncated(position: bytes.count) }
    return (bytes[index], index + 1)
  }

  /// Where the segment whose two length bytes are at `position` ends.
  private static func endOfSegment(
    in bytes: Span<UInt8>, at position: Int
  ) throws(JPEGError) -> Int {
    guard position + 2 <= bytes.count else { throw .truncated(position: bytes.count) }
    let length = Int(bytes[position]) << 8 | Int(bytes[position + 1])
    guard length >= 2 else { throw .segmentInvalid(position: position) }
    guard position + length <= bytes.count else { throw .truncated(position: bytes.count) }
    return position + length
  }

  /// The first marker at or after `start` that is neither a stuffed byte nor a restart marker.
  ///
  /// Nearly all bytes of a picture are passed here, so eight are looked at together.
  private static func endOfCodedData(in bytes: RawSpan, from start: Int) -> Int {
    let last = bytes.byteCount - 1
    var index = start
    while index < last {
      // One byte less than there are, so that two can be read afterwards.
      while index + 8 < last, !holdsMarkerByte(bytes, at: index) { index += 8 }
      guard byte(bytes, at: index) == 0xFF else {
        index += 1
        continue
      }
      let next = byte(bytes, at: index + 1)
      if next == 0 || Code.isRestart(next) {
        index += 2
      } else if next == 0xFF {
        index += 1
      } else {
        return index
      }
    }
    return bytes.byteCount
  }

  private static func byte(_ bytes: RawSpan, at index: Int) -> UInt8 {
    bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
  }

  /// True if one of the eight bytes at `index` is `FF`.
  ///
  /// Turned over, that byte is zero, and only a zero byte borrows from its highest bit when one is
  /// subtracted from each. The load is bounds-checked; unsafe in its name is that any bits make an
  /// integer.
  private static func holdsMarkerByte(_ bytes: RawSpan, at index: Int) -> Bool {
    let flipped = ~bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
    return (flipped &- 0x0101_0101_0101_0101) & ~flipped & 0x8080_8080_8080_8080 != 0
  }
}

/// The parts of a frame header (SOF) that matter here.
private struct FrameHeader {
  var size: PictureSize
  var subsampling: JPEGSubsampling
  var isProgressive: Bool

  init(
    _ bytes: Span<UInt8>, code: UInt8, from start: Int, to end: Int, pixelLimit: Int
  ) throws(JPEGError) {
    guard end - start >= 6 else { throw .segmentInvalid(position: start) }
    let height = Int(bytes[start + 1]) << 8 | Int(bytes[start + 2])
    let width = Int(bytes[start + 3]) << 8 | Int(bytes[start + 4])
    let componentCount = Int(bytes[start + 5])
    guard componentCount > 0, end - start >= 6 + 3 * componentCount else {
      throw .segmentInvalid(position: start)
    }
    size = PictureSize(width: width, height: height)
    // Height 0 would mean "comes after the first scan" (DNL); no camera does that.
    guard width > 0, height > 0 else { throw .segmentInvalid(position: start) }
    guard width * height <= pixelLimit else {
      throw .pictureTooLarge(size: size, pixelLimit: pixelLimit)
    }
    var factors: [UInt8] = []
    for component in 0..<componentCount { factors.append(bytes[start + 7 + 3 * component]) }
    subsampling = FrameHeader.subsampling(of: factors)
    isProgressive = Code.isProgressive(code)
  }

  /// - Parameter factors: Horizontal (high four bits) and vertical sampling factor by component.
  private static func subsampling(of factors: [UInt8]) -> JPEGSubsampling {
    if factors.count == 1 { return .grey }
    guard factors.count == 3, factors[1] == factors[2] else { return .other }
    let luma = (horizontal: factors[0] >> 4, vertical: factors[0] & 15)
    let chroma = (horizontal: factors[1] >> 4, vertical: factors[1] & 15)
    guard chroma.horizontal > 0, chroma.vertical > 0,
      luma.horizontal % chroma.horizontal == 0, luma.vertical % chroma.vertical == 0
    else { return .other }
    switch (luma.horizontal / chroma.horizontal, luma.vertical / chroma.vertical) {
    case (1, 1): return .yuv444
    case (2, 1): return .yuv422
    case (2, 2): return .yuv420
    case (1, 2): return .yuv440
    case (4, 1): return .yuv411
    default: return .other
    }
  }
}

/// Marker codes, the byte after `FF`.
///
/// Source: ITU-T T.81 table B.1.
private enum Code {
  static let startOfImage: UInt8 = 0xD8
  static let endOfImage: UInt8 = 0xD9
  static let startOfScan: UInt8 = 0xDA

  static func isRestart(_ code: UInt8) -> Bool { 0xD0...0xD7 ~= code }

  /// SOF0 to SOF15 without DHT (C4), JPG (C8) and DAC (CC), which share the range.
  static func isFrameHeader(_ code: UInt8) -> Bool {
    0xC0...0xCF ~= code && code != 0xC4 && code != 0xC8 && code != 0xCC
  }

  static func isProgressive(_ code: UInt8) -> Bool { [0xC2, 0xC6, 0xCA, 0xCE].contains(code) }

  /// Markers without a length: restart markers and TEM.
  static func standsAlone(_ code: UInt8) -> Bool { isRestart(code) || code == 0x01 }
}
