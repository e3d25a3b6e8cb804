import Media
import NIOCore
import Testing

@testable import SimulatedCamera

struct CameraJPEGTests {
  @Test func segmentsAreThoseOfTheCamera() throws {
    var source = try PictureSource(size: .alpha6000Liveview, title: "", quality: 70)
    let jpeg = try source.jpeg(frameNumber: 1, clock: "")
    #expect(Self.markers(of: jpeg) == [0xFFDB, 0xFFC4, 0xFFC0, 0xFFDA])
    #expect(Array(jpeg.readableBytesView.suffix(2)) == [0xFF, 0xD9])
    // Both quantisation tables in one segment, all four Huffman tables in one.
    #expect(jpeg.getInteger(at: 4, as: UInt16.self) == UInt16(2 + 2 * 65))
    #expect(jpeg.getInteger(at: 4 + 132 + 2, as: UInt16.self) == UInt16(2 + 2 * 29 + 2 * 179))
  }

  @Test func otherBytesAreRefused() {
    #expect(CameraJPEG.rearranged(ByteBuffer()) == nil)
    #expect(CameraJPEG.rearranged(ByteBuffer(string: "GIF89a")) == nil)
    let withoutScan: [UInt8] = [0xFF, 0xD8, 0xFF, 0xDB, 0, 4, 1, 2]
    #expect(CameraJPEG.rearranged(ByteBuffer(bytes: withoutScan)) == nil)
    let withoutFrameHeader: [UInt8] = [0xFF, 0xD8, 0xFF, 0xDA, 0, 2, 1, 2]
    #expect(CameraJPEG.rearranged(ByteBuffer(bytes: withoutFrameHeader)) == nil)
  }

  private static func markers(of jpeg: ByteBuffer) -> [UInt16] {
    var rest = jpeg
    rest.moveReaderIndex(forwardBy: 2)
    var markers: [UInt16] = []
    while markers.last != 0xFFDA, let marker = rest.readInteger(as: UInt16.self),
      let length = rest.readInteger(as: UInt16.self)
    {
      markers.append(marker)
      rest.moveReaderIndex(forwardBy: Int(length) - 2)
    }
    return markers
  }
}
