import H264
import Testing

@Suite struct H264ErrorTests {
  @Test func positionsTellErrorsApart() {
    #expect(
      H264Error.truncated(field: "level_idc", bit: 16)
        != H264Error.truncated(field: "level_idc", bit: 17))
  }
}
