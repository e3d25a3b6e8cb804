import Media

/// Layout of one chroma plane as the JPEG has it, and its way to 4:2:0.
///
/// Plain loops over pointers: the compiler turns them into vector code (3.4 µs for the chroma of
/// a 640x424 picture). Swift's `SIMD` integer types are not lowered to it (1.6 ms).
struct ChromaPlane {
  let width: Int
  let height: Int
  /// Bytes from row to row; there is no padding.
  let stride: Int
  private let subsampling: ChromaSubsampling

  init(_ header: JPEGHeader) {
    subsampling = header.subsampling
    let (across, down) = (subsampling.horizontalFactor, subsampling.verticalFactor)
    width = (header.size.width + across - 1) / across
    height = (header.size.height + down - 1) / down
    stride = width
  }

  /// Writes `source` at 4:2:0 into `target`, whose picture is `size` in chroma samples.
  func scale(
    _ source: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>,
    _ targetStride: Int, _ size: PictureSize
  ) {
    guard let source = source.baseAddress, let target = target.baseAddress else { return }
    for row in 0..<size.height {
      let out = target + row * targetStride
      switch subsampling {
      case .yuv422:
        let (upper, lower) = rowPair(source, row)
        averageRows(upper, lower, into: out, count: size.width)
      case .yuv444:
        let (upper, lower) = rowPair(source, row)
        averageSquares(upper, lower, into: out, pairs: width / 2)
        if width & 1 == 1 {
          averageRows(upper + width - 1, lower + width - 1, into: out + width / 2, count: 1)
        }
      case .yuv440:
        averagePairs(source + row * stride, into: out, pairs: width / 2)
        if width & 1 == 1 { out[width / 2] = source[row * stride + width - 1] }
      case .yuv411:
        let (upper, lower) = rowPair(source, row)
        averageRowsAndRepeat(upper, lower, into: out, count: size.width)
      case .yuv420, .grey:
        return
      }
    }
  }

  /// Rows `2 row` and `2 row + 1`; the last row of an odd number stands for both.
  private func rowPair(
    _ source: UnsafePointer<UInt8>, _ row: Int
  ) -> (UnsafePointer<UInt8>, UnsafePointer<UInt8>) {
    let upper = source + 2 * row * stride
    return (upper, 2 * row + 1 < height ? upper + stride : upper)
  }
}

/// `out[i]` = mean of `upper[i]` and `lower[i]`, halves rounded up.
@inline(never)
private func averageRows(
  _ upper: UnsafePointer<UInt8>, _ lower: UnsafePointer<UInt8>,
  into out: UnsafeMutablePointer<UInt8>, count: Int
) {
  for index in 0..<count {
    let sum = UInt16(upper[index]) &+ UInt16(lower[index]) &+ 1
    out[index] = UInt8(truncatingIfNeeded: sum &>> 1)
  }
}

/// `out[i]` = mean of samples `2i` and `2i + 1` of both rows, halves rounded up.
@inline(never)
private func averageSquares(
  _ upper: UnsafePointer<UInt8>, _ lower: UnsafePointer<UInt8>,
  into out: UnsafeMutablePointer<UInt8>, pairs: Int
) {
  for index in 0..<pairs {
    let above = UInt16(upper[2 &* index]) &+ UInt16(upper[2 &* index &+ 1])
    let below = UInt16(lower[2 &* index]) &+ UInt16(lower[2 &* index &+ 1])
    out[index] = UInt8(truncatingIfNeeded: (above &+ below &+ 2) &>> 2)
  }
}

/// `out[i]` = mean of samples `2i` and `2i + 1`, halves rounded up.
@inline(never)
private func averagePairs(
  _ row: UnsafePointer<UInt8>, into out: UnsafeMutablePointer<UInt8>, pairs: Int
) {
  for index in 0..<pairs {
    let sum = UInt16(row[2 &* index]) &+ UInt16(row[2 &* index &+ 1]) &+ 1
    out[index] = UInt8(truncatingIfNeeded: sum &>> 1)
  }
}

/// `out[i]` = mean of sample `i / 2` of both rows, halves rounded up.
@inline(never)
private func averageRowsAndRepeat(
  _ upper: UnsafePointer<UInt8>, _ lower: UnsafePointer<UInt8>,
  into out: UnsafeMutablePointer<UInt8>, count: Int
) {
  for index in 0..<count {
    let sum = UInt16(upper[index &>> 1]) &+ UInt16(lower[index &>> 1]) &+ 1
    out[index] = UInt8(truncatingIfNeeded: sum &>> 1)
  }
}

/// Chroma planes finer or coarser than 4:2:0, kept from picture to picture.
struct ChromaScratch {
  private var blue: [UInt8] = []
  private var red: [UInt8] = []

  /// Makes both planes at least `count` bytes long; never shrinks them.
  mutating func grow(to count: Int) {
    guard blue.count < count else { return }
    blue = [UInt8](repeating: 128, count: count)
    red = [UInt8](repeating: 128, count: count)
  }

  mutating func withPlanes<R>(
    _ body: (UnsafeMutableBufferPointer<UInt8>, UnsafeMutableBufferPointer<UInt8>) -> R
  ) -> R {
    blue.withUnsafeMutableBufferPointer { blue in
      red.withUnsafeMutableBufferPointer { red in body(blue, red) }
    }
  }
}
