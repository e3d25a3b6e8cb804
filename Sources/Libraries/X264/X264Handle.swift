import CX264
import Media
import NIOCore

/// Owner of one `x264_t`.
struct X264Handle: ~Copyable {
  let pointer: OpaquePointer

  /// - Throws: `X264Error.encoderUnavailable`.
  init(_ parameters: x264_param_t) throws(X264Error) {
    var parameters = parameters
    guard let pointer = liveview_x264_open(&parameters) else { throw .encoderUnavailable }
    self.pointer = pointer
  }

  deinit {
    x264_encoder_close(pointer)
  }

  /// The SPS and PPS of this encoder; the SEI with the library's version and options is left out.
  func parameterSets() throws(X264Error) -> ParameterSets {
    var units: UnsafeMutablePointer<x264_nal_t>?
    var count: Int32 = 0
    guard x264_encoder_headers(pointer, &units, &count) >= 0 else { throw .parameterSetsMissing }
    let all = nalUnits(units, count)
    guard
      let sps = all.first(where: { $0.typeCode == NALUnit.TypeCode.sequenceParameterSet }),
      let pps = all.first(where: { $0.typeCode == NALUnit.TypeCode.pictureParameterSet })
    else { throw .parameterSetsMissing }
    return ParameterSets(sps: sps, pps: pps)
  }
}

/// Copies the library's units, which live until its next call, into one buffer.
///
/// Each is preceded by its length in four bytes (`b_annexb` is 0), which is skipped.
func nalUnits(_ units: UnsafeMutablePointer<x264_nal_t>?, _ count: Int32) -> [NALUnit] {
  guard let units else { return [] }
  let list = UnsafeBufferPointer(start: units, count: Int(max(0, count)))
  let total = list.reduce(0) { $0 + Int($1.i_payload) }
  var buffer = ByteBufferAllocator().buffer(capacity: total)
  var result: [NALUnit] = []
  result.reserveCapacity(list.count)
  for unit in list where unit.i_payload > 4 {
    let payload = UnsafeRawBufferPointer(
      start: unit.p_payload + 4, count: Int(unit.i_payload) - 4)
    buffer.writeBytes(payload)
  }
  for unit in list where unit.i_payload > 4 {
    if let bytes = buffer.readSlice(length: Int(unit.i_payload) - 4) {
      result.append(NALUnit(bytes: bytes))
    }
  }
  return result
}
