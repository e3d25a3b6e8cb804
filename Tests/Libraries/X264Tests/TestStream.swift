import Media
import TestSupport
import X264

/// Pictures to encode, and their way through an encoder.
enum TestStream {
  /// Pictures with texture that moves by two columns from one to the next, and some noise.
  static func texture(_ size: PictureSize, count: Int) -> [PixelFrame] {
    var generator = SeededGenerator(seed: 21)
    var frame = PixelFrame(size: size)
    let rowLength = frame.lumaStride + 2 * count
    let pattern = (0..<rowLength * size.height).map { index -> UInt8 in
      let wave = (index % rowLength / 9 + index / rowLength / 7) % 2 * 90
      return UInt8(60 + wave) &+ UInt8(truncatingIfNeeded: generator.next() & 31)
    }
    return (0..<count).map { number in
      for row in 0..<size.height {
        let start = row * rowLength + 2 * number
        frame.luma.replaceSubrange(
          row * frame.lumaStride..<(row + 1) * frame.lumaStride,
          with: pattern[start..<start + frame.lumaStride])
      }
      return frame
    }
  }

  /// Moments with the spacing of a real liveview: around `rate` a second, each spacing between
  /// 0.6 and 1.4 of the mean.
  static func irregularTimes(rate: Double, count: Int) -> [MediaTime] {
    var generator = SeededGenerator(seed: 5)
    var time = MediaTime(nanoseconds: 7_000_000_000_000)
    return (0..<count).map { _ in
      let spacing = Double.random(in: 0.6...1.4, using: &generator) / rate
      time = time.advanced(by: .seconds(spacing))
      return time
    }
  }

  /// Moments `spacing` apart.
  static func regularTimes(spacing: Duration, count: Int) -> [MediaTime] {
    (0..<count).map { MediaTime(nanoseconds: 1_000).advanced(by: spacing * $0) }
  }

  /// Encodes one picture per moment, going through `frames` again and again.
  static func encode(
    _ frames: [PixelFrame], at times: [MediaTime], with encoder: inout H264Encoder,
    forcing forced: Set<Int> = []
  ) throws -> [EncodedPicture] {
    try times.enumerated().map { index, time in
      try encoder.encode(
        frames[index % frames.count], presentationTime: time, forceIDR: forced.contains(index))
    }
  }
}

extension EncodedPicture {
  var byteCount: Int { nalUnits.reduce(0) { $0 + $1.count } }
}

extension ExternalDecoder {
  init(_ pictures: [EncodedPicture], parameterSets: ParameterSets) throws {
    try self.init(pictures.map { ($0.nalUnits, $0.isIDR) }, parameterSets: parameterSets)
  }
}
