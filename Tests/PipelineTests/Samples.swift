import Logging
import Media
import NIOCore
import TestSupport
import TurboJPEG

@testable import Pipeline

extension MediaClock {
  init(_ clock: ManualClock) {
    self.init(
      monotonic: { clock.now }, unixNanoseconds: { clock.unixNanoseconds },
      wait: { try await clock.sleep(until: $0) })
  }
}

extension Duration {
  /// The moment this long after the clock's zero.
  var asTime: MediaTime { MediaTime(nanoseconds: wholeNanoseconds) }
}

enum Sample {
  static let format = VideoFormat(
    parameterSets: ParameterSets(
      sps: NALUnit(bytes: ByteBuffer(bytes: [0x67, 0x42, 0xC0, 0x1E])),
      pps: NALUnit(bytes: ByteBuffer(bytes: [0x68, 0xCE]))),
    size: .alpha6000Liveview, bitrateKbps: 2000)

  /// An access unit of `bytes` bytes.
  static func accessUnit(
    _ serial: UInt64, isIDR: Bool = false, bytes: Int = 100,
    at time: MediaTime = .init(nanoseconds: 0)
  ) -> AccessUnit {
    let header = isIDR ? NALUnit.TypeCode.idrSlice : NALUnit.TypeCode.nonIDRSlice
    let content = [header] + [UInt8](repeating: 0x55, count: max(0, bytes - 1))
    return AccessUnit(
      serial: serial, nalUnits: [NALUnit(bytes: ByteBuffer(bytes: content))],
      presentationTime: time, isIDR: isIDR, format: format)
  }

  /// A frame whose bytes are not a picture, for what does not look into it.
  static func frame(
    at time: MediaTime, size: PictureSize = .alpha6000Liveview, bytes: [UInt8] = [0xFF, 0xD8]
  ) -> JPEGFrame {
    JPEGFrame(
      bytes: ByteBuffer(bytes: bytes), size: size, presentationTime: time, arrivalTime: time)
  }

  /// A real JPEG of one colour, in the camera's 4:2:2.
  static func picture(
    at time: MediaTime, size: PictureSize = PictureSize(width: 64, height: 48),
    red: UInt8, green: UInt8, blue: UInt8
  ) throws -> JPEGFrame {
    var encoder = try JPEGEncoder()
    let pixels = (0..<size.width * size.height).flatMap { _ in [red, green, blue] }
    let jpeg = try encoder.encode(rgb: pixels, size: size, quality: 90, subsampling: .yuv422)
    return JPEGFrame(bytes: jpeg, size: size, presentationTime: time, arrivalTime: time)
  }

  /// Log lines go nowhere.
  static var silentLogger: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
