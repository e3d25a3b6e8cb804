import NIOCore
import Testing

@testable import SimulatedCamera

struct CaptureMemoryTests {
  private func picture(_ byte: UInt8, _ count: Int) -> ByteBuffer {
    ByteBuffer(repeating: byte, count: count)
  }

  @Test func sizesAreRoundedUp() {
    var memory = CaptureMemory()
    for (length, total) in [(1, 128), (128, 128), (129, 256), (30_500, 30_592)] {
      #expect(memory.payload(for: picture(1, length)).readableBytes == total)
    }
  }

  @Test func bytesOfOlderPicturesStayBehindTheEnd() {
    var memory = CaptureMemory()
    _ = memory.payload(for: picture(0xAA, 250))
    let second = Array(memory.payload(for: picture(0xBB, 200)).readableBytesView)
    #expect(second[0..<200].allSatisfy { $0 == 0xBB })
    #expect(second[200..<250].allSatisfy { $0 == 0xAA })
    #expect(second[250..<256].allSatisfy { $0 == 0 })
  }

  @Test func someTailsContainAnEndMarker() {
    var memory = CaptureMemory()
    let tails = (0..<16).map { _ in
      Array(memory.payload(for: picture(0x11, 200)).readableBytesView.suffix(2))
    }
    #expect(tails[7] == [0xFF, 0xD9])
    #expect(tails[0] == [0, 0])
  }

  @Test func aTailWithoutRoomLeavesTheMarkerToTheNext() {
    var memory = CaptureMemory()
    for _ in 0..<8 { _ = memory.payload(for: picture(0x11, 256)) }
    let tail = Array(memory.payload(for: picture(0x11, 254)).readableBytesView.suffix(2))
    #expect(tail == [0xFF, 0xD9])
  }
}
