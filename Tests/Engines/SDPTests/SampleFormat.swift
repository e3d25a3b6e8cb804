import Media
import NIOCore

/// The parameter sets of all tests: SPS 67 42 c0 1e, PPS 68 ce 3c 80.
let sampleFormat = VideoFormat(
  parameterSets: ParameterSets(
    sps: NALUnit(bytes: ByteBuffer(bytes: [0x67, 0x42, 0xC0, 0x1E])),
    pps: NALUnit(bytes: ByteBuffer(bytes: [0x68, 0xCE, 0x3C, 0x80]))),
  size: .alpha6000Liveview, bitrateKbps: 2000)
