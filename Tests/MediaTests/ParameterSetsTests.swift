import Media
import NIOCore
import Testing

@Suite struct ParameterSetsTests {
  private func sets(sps: [UInt8]) -> ParameterSets {
    ParameterSets(
      sps: NALUnit(bytes: ByteBuffer(bytes: sps)),
      pps: NALUnit(bytes: ByteBuffer(bytes: [0x68, 0xCE, 0x3C, 0x80])))
  }

  @Test func profileLevelIDIsTheThreeBytesAfterTheHeader() {
    #expect(sets(sps: [0x67, 0x42, 0xC0, 0x1F, 0xDA]).profileLevelID == "42c01f")
    #expect(sets(sps: [0x67, 0x64, 0x00, 0x0A]).profileLevelID == "64000a")
  }

  @Test func profileLevelIDOfASlice() {
    var buffer = ByteBuffer(bytes: [1, 2, 3, 0x67, 0x4D, 0x40, 0x28, 9])
    buffer.moveReaderIndex(forwardBy: 3)
    let slice = ParameterSets(
      sps: NALUnit(bytes: buffer), pps: NALUnit(bytes: ByteBuffer(bytes: [0x68])))
    #expect(slice.profileLevelID == "4d4028")
  }

  @Test(arguments: [[], [0x67], [0x67, 0x42], [0x67, 0x42, 0xC0]] as [[UInt8]])
  func shortSPSHasNone(_ sps: [UInt8]) {
    #expect(sets(sps: sps).profileLevelID == nil)
  }

  @Test func setsDifferByTheirBytes() {
    #expect(sets(sps: [0x67, 1, 2, 3]) == sets(sps: [0x67, 1, 2, 3]))
    #expect(sets(sps: [0x67, 1, 2, 3]) != sets(sps: [0x67, 1, 2, 4]))
  }
}
