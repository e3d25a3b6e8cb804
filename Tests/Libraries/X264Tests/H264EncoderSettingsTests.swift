import Media
import Testing

@testable import X264

@Suite struct H264EncoderSettingsTests {
  @Test(arguments: [
    (640, 424, 2000, 0.5, 31), (1024, 768, 4000, 0.5, 31), (1280, 720, 14_000, 0.5, 31),
    (1280, 720, 14_001, 0.5, 32), (1920, 1080, 8000, 0.5, 40), (640, 424, 2000, 10.0, 32),
    (640, 424, 20_000, 0.5, 32), (4096, 2160, 20_000, 0.5, 52), (4096, 4096, 20_000, 0.5, 60),
    (2720, 16, 500, 0.5, 32),
  ])
  func levelFitsSizeRateAndBuffer(
    _ width: Int, _ height: Int, _ kbps: Int, _ buffer: Double, _ level: Int
  ) throws {
    let settings = H264EncoderSettings(
      size: PictureSize(width: width, height: height), bitrateKbps: kbps, vbvBufferSeconds: buffer)
    #expect(try settings.checkedLevel().code == level)
  }

  @Test func refusesWhatNoLevelHolds() {
    for (width, height) in [(15, 424), (640, 0), (-4, 100), (20_000, 64), (.max, .max)] {
      let size = PictureSize(width: width, height: height)
      #expect(throws: X264Error.sizeOutOfRange(size)) {
        try H264EncoderSettings(size: size).checkedLevel()
      }
    }
    for kbps in [0, -1, 240_001, .max] {
      #expect(throws: X264Error.bitrateOutOfRange(kbps: kbps, limitKbps: 240_000)) {
        try H264EncoderSettings(size: .alpha6000Liveview, bitrateKbps: kbps).checkedLevel()
      }
    }
    for seconds in [0, -1, 100, .infinity] {
      #expect(throws: X264Error.vbvBufferOutOfRange(seconds: seconds)) {
        try H264EncoderSettings(size: .alpha6000Liveview, vbvBufferSeconds: seconds).checkedLevel()
      }
    }
    #expect(throws: X264Error.self) {
      try H264EncoderSettings(size: .alpha6000Liveview, vbvBufferSeconds: .nan).checkedLevel()
    }
  }
}
