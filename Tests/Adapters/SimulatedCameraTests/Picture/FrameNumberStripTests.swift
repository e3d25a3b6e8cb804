import Media
import TestSupport
import Testing

@testable import SimulatedCamera

struct FrameNumberStripTests {
  private let size = PictureSize.alpha6000Liveview

  private func read(_ cells: [Bool]) -> UInt32? {
    let left = FrameNumberStrip.leftEdge(in: size)
    return FrameNumberStrip.frameNumber(in: size) { x, _ in
      cells[(x - left) / FrameNumberStrip.cellSide] ? 255 : 0
    }
  }

  @Test func everyBitIsRead() {
    for bit in 0..<24 {
      #expect(read(FrameNumberStrip.cells(of: 1 << bit)) == 1 << bit)
    }
  }

  @Test func numberStartsAgainAfter24Bits() {
    #expect(read(FrameNumberStrip.cells(of: 0x0100_0005)) == 5)
  }

  @Test func blankStripsAreNoNumber() {
    #expect(read([Bool](repeating: false, count: 32)) == nil)
    #expect(read([Bool](repeating: true, count: 32)) == nil)
  }

  @Test func anyWrongCellIsNoticed() {
    for number: UInt32 in [0, 77, 0xABCDEF] {
      for cell in 0..<FrameNumberStrip.cellCount {
        var cells = FrameNumberStrip.cells(of: number)
        cells[cell].toggle()
        #expect(read(cells) == nil)
      }
    }
  }

  @Test func smallPictureHasNone() {
    let small = PictureSize(width: 320, height: 200)
    #expect(FrameNumberStrip.frameNumber(in: small) { _, _ in 255 } == nil)
  }
}
