import Media
import NIOCore
import Testing
import TurboJPEG

@testable import SimulatedCamera

struct SimulatedPictureTests {
  @Test(arguments: SimulatedPicture.sizes)
  func frameNumberSurvivesCompression(size: PictureSize) throws {
    var source = try PictureSource(size: size, title: "ILCE-6000 (simulated)", quality: 70)
    var decoder = try JPEGDecoder()
    for number: UInt32 in [0, 1, 0x80_0001, 0xFF_FFFF] {
      let jpeg = try source.jpeg(frameNumber: number, clock: "23:59:59.999")
      let decoded = try decoder.decodeRGB(jpeg)
      #expect(decoded.size == size)
      #expect(decoded.damage == nil)
      let read = FrameNumberStrip.frameNumber(in: size) { x, y in
        decoded.pixels[(y * size.width + x) * 3 + 1]
      }
      #expect(read == number)
    }
  }

  @Test(arguments: SimulatedPicture.sizes)
  func regionsKeepTheirColourThroughCompression(size: PictureSize) throws {
    var source = try PictureSource(size: size, title: "", quality: 90)
    let jpeg = try source.jpeg(frameNumber: 7, clock: "00:00:00.000")
    var decoder = try JPEGDecoder()
    let decoded = try decoder.decodeRGB(jpeg)
    let regions = SimulatedPicture.colourBarRegions(in: size)
    #expect(regions.count == 32)
    for region in regions {
      let inner = region.rectangle.inset(by: 8)
      #expect(inner.width > 0 && inner.height > 0)
      let mean = mean(of: inner, in: decoded)
      let wanted = [region.colour.red, region.colour.green, region.colour.blue].map(Double.init)
      for (measured, wanted) in zip(mean, wanted) {
        #expect(abs(measured - wanted) <= 2, "\(region.name): \(mean)")
      }
    }
  }

  private func mean(of area: PictureRectangle, in picture: RGBPicture) -> [Double] {
    var sums = [0, 0, 0]
    for y in area.y..<(area.y + area.height) {
      for x in area.x..<(area.x + area.width) {
        for channel in 0..<3 {
          sums[channel] += Int(picture.pixels[(y * picture.size.width + x) * 3 + channel])
        }
      }
    }
    return sums.map { Double($0) / Double(area.width * area.height) }
  }

  @Test func barsHavePureBlackAndWhite() {
    let regions = SimulatedPicture.colourBarRegions(in: .alpha6000Liveview)
    #expect(regions.contains { $0.name == "white 100 %" && $0.colour == .grey(255) })
    #expect(regions.contains { $0.name == "black 100 %" && $0.colour == .grey(0) })
    let ramp = regions.filter { $0.name.hasPrefix("grey") }.map(\.colour.red)
    #expect(ramp == (0..<16).map { UInt8($0 * 17) })
  }

  @Test func barsAreInTheUsualOrder() {
    let regions = SimulatedPicture.colourBarRegions(in: .alpha6000Liveview)
    let yellow = PictureColour(red: 191, green: 191, blue: 0)
    let blue = PictureColour(red: 0, green: 0, blue: 255)
    #expect(regions.first { $0.name == "yellow 75 %" }?.colour == yellow)
    #expect(regions.first { $0.name == "blue 100 %" }?.colour == blue)
    #expect(
      regions.prefix(8).map(\.name).map { String($0.prefix { $0 != " " }) }
        == ["white", "yellow", "cyan", "green", "magenta", "red", "blue", "black"])
  }

  @Test func picturesMoveAndRepeat() {
    var first = SimulatedPicture(size: .alpha6000Liveview, title: "A")
    var second = SimulatedPicture(size: .alpha6000Liveview, title: "A")
    first.draw(frameNumber: 1, clock: "12:00:00.000")
    second.draw(frameNumber: 2, clock: "12:00:00.000")
    #expect(first.rgb != second.rgb)
    first.draw(frameNumber: 2, clock: "12:00:00.000")
    // Nothing of the earlier picture is left.
    #expect(first.rgb == second.rgb)
  }

  @Test func clockAndTitleAreShown() {
    var first = SimulatedPicture(size: .alpha6000Liveview, title: "A")
    var second = SimulatedPicture(size: .alpha6000Liveview, title: "B")
    first.draw(frameNumber: 1, clock: "12:00:00.000")
    second.draw(frameNumber: 1, clock: "12:00:00.000")
    #expect(first.rgb != second.rgb)
    second = first
    second.draw(frameNumber: 1, clock: "12:00:00.001")
    #expect(first.rgb != second.rgb)
  }

  @Test func jpegsAreAsLargeAsRealOnes() throws {
    var source = try PictureSource(
      size: .alpha6000Liveview, title: "ILCE-6000 (simulated)", quality: 70)
    for number: UInt32 in 0..<4 {
      let jpeg = try source.jpeg(frameNumber: number * 97, clock: "12:34:56.789")
      #expect((24_000...40_000).contains(jpeg.readableBytes), "\(jpeg.readableBytes) bytes")
    }
  }
}
