import Media
import NIOCore
import Testing

@Suite struct NALUnitTests {
  @Test(
    arguments: [
      (0x67, NALUnit.TypeCode.sequenceParameterSet), (0x27, NALUnit.TypeCode.sequenceParameterSet),
      (0x68, NALUnit.TypeCode.pictureParameterSet), (0x65, NALUnit.TypeCode.idrSlice),
      (0x41, NALUnit.TypeCode.nonIDRSlice), (0x06, NALUnit.TypeCode.supplementalEnhancement),
      (0x09, NALUnit.TypeCode.accessUnitDelimiter), (0x0C, NALUnit.TypeCode.fillerData),
    ] as [(UInt8, UInt8)])
  func typeIsTheLowFiveBits(_ header: UInt8, _ code: UInt8) {
    let unit = NALUnit(bytes: ByteBuffer(bytes: [header, 0x88]))
    #expect(unit.typeCode == code)
    #expect(unit.count == 2)
  }

  @Test func emptyUnitHasTypeZero() {
    let unit = NALUnit(bytes: ByteBuffer())
    #expect(unit.typeCode == 0)
    #expect(unit.count == 0)
  }

  @Test func sliceIsReadFromItsOwnStart() {
    var buffer = ByteBuffer(bytes: [0x67, 0x65, 0x88])
    buffer.moveReaderIndex(forwardBy: 1)
    #expect(NALUnit(bytes: buffer).typeCode == NALUnit.TypeCode.idrSlice)
    #expect(NALUnit(bytes: buffer) == NALUnit(bytes: ByteBuffer(bytes: [0x65, 0x88])))
  }
}
