import Media
import NIOCore

/// Bytes from hex digits; anything else separates them.
func hex(_ text: String) -> ByteBuffer {
  let digits = text.compactMap(\.hexDigitValue)
  var buffer = ByteBuffer()
  for index in stride(from: 0, to: digits.count - 1, by: 2) {
    buffer.writeInteger(UInt8(digits[index] << 4 | digits[index + 1]))
  }
  return buffer
}

/// A NAL unit of `count` bytes with header byte `header`, its payload counting up.
func makeUnit(_ header: UInt8, count: Int) -> NALUnit {
  var bytes = ByteBuffer()
  bytes.writeInteger(header)
  bytes.writeBytes((1..<max(count, 1)).map { UInt8(truncatingIfNeeded: $0) })
  return NALUnit(bytes: bytes)
}

/// The parameter sets of all tests: SPS 67 42 c0 1e, PPS 68 ce 3c 80.
let sampleFormat = VideoFormat(
  parameterSets: ParameterSets(
    sps: NALUnit(bytes: hex("67 42 c0 1e")), pps: NALUnit(bytes: hex("68 ce 3c 80"))),
  size: .alpha6000Liveview, bitrateKbps: 2000)

/// An access unit of `units`, an IDR if it holds an IDR slice.
func makeAccessUnit(
  _ units: [NALUnit], at moment: MediaTime = MediaTime(nanoseconds: 0), serial: UInt64 = 0
) -> AccessUnit {
  AccessUnit(
    serial: serial, nalUnits: units, presentationTime: moment,
    isIDR: units.contains { $0.typeCode == NALUnit.TypeCode.idrSlice }, format: sampleFormat)
}
