import Media

/// A JPEG that has all the markers and no picture, in the segment order of Sony's liveview:
/// quantisation tables, Huffman tables, frame header, scan.
public struct SampleJPEG: Sendable {
  public var size: PictureSize
  /// SOF0 (baseline) by default.
  public var frameHeaderCode: UInt8 = 0xC0
  /// Sampling factors by component; 4:2:2 by default.
  public var samplingFactors: [UInt8] = [0x21, 0x11, 0x11]
  /// Content of an APP1 segment; none if empty.
  public var applicationData: [UInt8] = []
  /// Entropy-coded bytes of every scan.
  public var codedData: [UInt8] = [0x12, 0xFF, 0x00, 0x34, 0x56, 0x78]
  public var scanCount = 1

  public init(size: PictureSize = .alpha6000Liveview) {
    self.size = size
  }

  /// The whole file, SOI to EOI.
  public var bytes: [UInt8] {
    var result: [UInt8] = [0xFF, 0xD8]
    if !applicationData.isEmpty { result += segment(0xE1, applicationData) }
    result += segment(0xDB, [0x00, 0x01])
    result += segment(0xC4, [0x00])
    var frame: [UInt8] = [8] + bigEndian(size.height) + bigEndian(size.width)
    frame.append(UInt8(samplingFactors.count))
    for (index, factors) in samplingFactors.enumerated() {
      frame += [UInt8(index + 1), factors, 0]
    }
    result += segment(frameHeaderCode, frame)
    for _ in 0..<scanCount {
      result += segment(0xDA, [1, 1, 0, 0, 63, 0]) + codedData
    }
    return result + [0xFF, 0xD9]
  }

  private func segment(_ code: UInt8, _ content: [UInt8]) -> [UInt8] {
    [0xFF, code] + bigEndian(content.count + 2) + content
  }

  private func bigEndian(_ value: Int) -> [UInt8] {
    [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
  }
}
