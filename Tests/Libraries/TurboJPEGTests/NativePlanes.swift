import CTurboJPEG
import Media
import NIOCore

/// The planes of a JPEG in its own sampling, read with the C library alone, and 4:2:0 made of
/// them pixel by pixel: the yardstick for `JPEGDecoder`.
struct NativePlanes {
  var size = PictureSize(width: 0, height: 0)
  private var planes: [[UInt8]] = []
  private var strides: [Int] = []
  private var sampling: Int32 = 0

  init?(_ jpeg: ByteBuffer) {
    var bytes = Array(jpeg.readableBytesView)
    let handle = tjInitDecompress()
    defer { tjDestroy(handle) }
    var (width, height, colours): (Int32, Int32, Int32) = (0, 0, 0)
    let length = UInt(bytes.count)
    tjDecompressHeader3(handle, &bytes, length, &width, &height, &sampling, &colours)
    guard width > 0, height > 0 else { return nil }
    size = PictureSize(width: Int(width), height: Int(height))
    var pointers: [UnsafeMutablePointer<UInt8>?] = []
    defer { pointers.forEach { $0?.deallocate() } }
    let count = sampling == Int32(TJSAMP_GRAY.rawValue) ? 1 : 3
    for component in 0..<count {
      let stride = Int(tjPlaneWidth(Int32(component), width, sampling))
      let bytes = Int(tjPlaneSizeYUV(Int32(component), width, 0, height, sampling))
      strides.append(stride)
      pointers.append(.allocate(capacity: bytes))
      planes.append([UInt8](repeating: 0, count: bytes))
    }
    while pointers.count < 3 { pointers.append(nil) }
    guard tjDecompressToYUVPlanes(handle, &bytes, length, &pointers, width, nil, height, 0) == 0
    else { return nil }
    for component in 0..<count {
      guard let pointer = pointers[component] else { return nil }
      let plane = UnsafeBufferPointer(start: pointer, count: planes[component].count)
      planes[component] = Array(plane)
    }
  }

  /// True if the library, writing planes of this sampling with the given strides, stays within
  /// the given numbers of bytes.
  static func fit(
    _ size: PictureSize, _ sampling: TJSAMP, luma: (stride: Int, bytes: Int),
    chroma: (stride: Int, bytes: Int)
  ) -> Bool {
    let code = Int32(sampling.rawValue)
    let (width, height) = (Int32(size.width), Int32(size.height))
    return tjPlaneSizeYUV(0, width, Int32(luma.stride), height, code) <= UInt(luma.bytes)
      && tjPlaneSizeYUV(1, width, Int32(chroma.stride), height, code) <= UInt(chroma.bytes)
      && tjPlaneWidth(0, width, code) <= Int32(luma.stride)
      && tjPlaneWidth(1, width, code) <= Int32(chroma.stride)
  }

  func luma(_ column: Int, _ row: Int) -> UInt8 { planes[0][row * strides[0] + column] }

  /// Mean of the chroma of the four pixels that share the 4:2:0 sample; pixels beyond an odd edge
  /// repeat the last one.
  func chroma(_ component: Int, _ column: Int, _ row: Int) -> UInt8 {
    guard planes.count == 3 else { return 128 }
    var sum = 2
    for (right, down) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
      let x = min(2 * column + right, size.width - 1)
      let y = min(2 * row + down, size.height - 1)
      let (across, below) = sharing
      sum += Int(planes[component][y / below * strides[component] + x / across])
    }
    return UInt8(sum / 4)
  }

  /// Pixels across and down that share a chroma sample.
  private var sharing: (Int, Int) {
    switch TJSAMP(UInt32(sampling)) {
    case TJSAMP_422: (2, 1)
    case TJSAMP_420: (2, 2)
    case TJSAMP_440: (1, 2)
    case TJSAMP_411: (4, 1)
    default: (1, 1)
    }
  }
}
