import Media
import NIOCore
import Testing

@Suite struct AccessUnitTests {
  @Test func byteCountIsThatOfTheSlices() {
    let sets = ParameterSets(
      sps: NALUnit(bytes: ByteBuffer(repeating: 0x67, count: 30)),
      pps: NALUnit(bytes: ByteBuffer(repeating: 0x68, count: 8)))
    var unit = AccessUnit(
      serial: 1, nalUnits: [], presentationTime: MediaTime(nanoseconds: 0), isIDR: true,
      format: VideoFormat(parameterSets: sets, size: .alpha6000Liveview, bitrateKbps: 2000))
    #expect(unit.byteCount == 0)
    unit.nalUnits = [100, 23].map { NALUnit(bytes: ByteBuffer(repeating: 0x65, count: $0)) }
    #expect(unit.byteCount == 123)
  }
}
