import Media
import NIOCore
import Testing
import TurboJPEG
import X264

/// From a camera's JPEG through our decoder and encoder and ffmpeg's decoder back to RGB.
@Suite struct ColourTests {
  private let size = PictureSize.alpha6000Liveview

  private static let bars: [[UInt8]] = [
    [255, 255, 255], [255, 255, 0], [0, 255, 255], [0, 255, 0], [255, 0, 255], [255, 0, 0],
    [0, 0, 255], [0, 0, 0],
  ]

  /// RGB of the JPEG as libjpeg-turbo shows it, and of the last of ten encoded pictures.
  private func roundTrip(
    _ colour: (Int) -> [UInt8], preset: H264Preset
  ) async throws -> (source: [UInt8], result: [UInt8]) {
    let row = (0..<size.width).flatMap(colour)
    let rgb = (0..<size.height).flatMap { _ in row }
    var jpegEncoder = try JPEGEncoder()
    var jpegDecoder = try JPEGDecoder()
    let jpeg = try jpegEncoder.encode(rgb: rgb, size: size, quality: 92, subsampling: .yuv422)
    var frame = PixelFrame(size: size)
    _ = try jpegDecoder.decode(jpeg, into: &frame)
    var encoder = try H264Encoder(settings: H264EncoderSettings(size: size, preset: preset))
    let pictures = try TestStream.encode(
      [frame], at: TestStream.regularTimes(spacing: .milliseconds(50), count: 10), with: &encoder)
    let decoder = try ExternalDecoder(pictures, parameterSets: encoder.parameterSets)
    defer { decoder.removeFiles() }
    let pixels = try await decoder.decodeRGB().pixels
    return (try jpegDecoder.decodeRGB(jpeg).pixels, Array(pixels.suffix(rgb.count)))
  }

  @Test(arguments: [H264Preset.ultrafast, .superfast])
  func colourBarsComeBackWithinTwoLevels(_ preset: H264Preset) async throws {
    let (source, result) = try await roundTrip({ Self.bars[$0 * 8 / 640] }, preset: preset)
    try #require(source.count == result.count)
    var sums = [0, 0, 0]
    for index in source.indices {
      sums[index % 3] += abs(Int(source[index]) - Int(result[index]))
    }
    let means = sums.map { Double($0) / Double(size.width * size.height) }
    #expect(means.allSatisfy { $0 <= 2 }, "mean error of R, G, B: \(means)")
    for (index, bar) in Self.bars.enumerated() {
      let middle = (size.height / 2 * size.width + index * 80 + 40) * 3
      for channel in 0..<3 {
        let error = abs(Int(result[middle + channel]) - Int(bar[channel]))
        #expect(error <= 3, "bar \(index), channel \(channel)")
      }
    }
  }

  /// A limited-range mistake would flatten both ends of the ramp.
  @Test func blacksAndWhitesAreNotCrushed() async throws {
    let ramp: (Int) -> [UInt8] = { column in
      [UInt8](repeating: UInt8(column / 20 * 255 / 31), count: 3)
    }
    let (source, result) = try await roundTrip(ramp, preset: .superfast)
    try #require(source.count == result.count)
    var levels: [Int] = []
    for step in 0..<32 {
      let middle = (size.height / 2 * size.width + step * 20 + 10) * 3
      levels.append(Int(result[middle]))
      #expect(abs(Int(source[middle]) - Int(result[middle])) <= 2, "step \(step)")
    }
    #expect(levels == levels.sorted())
    #expect(Set(levels).count == 32, "all steps stay apart: \(levels)")
    #expect((levels.first ?? 255) <= 1 && (levels.last ?? 0) >= 254)
  }
}
