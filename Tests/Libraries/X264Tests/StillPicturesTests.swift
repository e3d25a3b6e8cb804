import Media
import Testing
import X264

/// Slates: one picture a second that does not change, between live pictures.
@Suite struct StillPicturesTests {
  private let size = PictureSize.alpha6000Liveview

  private func encoder(
    kbps: Int = 2000, buffer: Double = 0.5, keyframeInterval: Duration = .seconds(2)
  ) throws -> H264Encoder {
    try H264Encoder(
      settings: H264EncoderSettings(
        size: size, bitrateKbps: kbps, vbvBufferSeconds: buffer,
        keyframeInterval: keyframeInterval))
  }

  private func live(
    _ count: Int, after start: MediaTime, with encoder: inout H264Encoder, isBack: Bool = false
  ) throws -> [EncodedPicture] {
    try TestStream.encode(
      TestStream.texture(size, count: 24),
      at: (1...count).map { start.advanced(by: .milliseconds(40 * $0)) }, with: &encoder,
      forcing: isBack ? [0] : [])
  }

  private func stills(
    _ count: Int, after start: MediaTime, with encoder: inout H264Encoder
  ) throws -> [EncodedPicture] {
    let frame = try #require(TestStream.texture(size, count: 1).first)
    return try (1...count).map { number in
      try encoder.encode(
        frame, presentationTime: start.advanced(by: .seconds(number)), forceIDR: false,
        isStill: true)
    }
  }

  private func bits(_ pictures: some Sequence<EncodedPicture>) -> Int {
    pictures.reduce(0) { $0 + $1.byteCount * 8 }
  }

  @Test func livePicturesAfterAMinuteOfSlatesKeepTheirBudget() throws {
    var encoder = try encoder()
    let before = try live(100, after: MediaTime(nanoseconds: 0), with: &encoder)
    let left = try #require(before.last).presentationTime
    let slates = try stills(60, after: left, with: &encoder)
    let back = try live(
      50, after: try #require(slates.last).presentationTime, with: &encoder, isBack: true)
    // Rate times one second, half a second of buffer, and a tenth for x264's forecast.
    #expect(bits(back.prefix(25)) < 2_000_000 * 16 / 10)
    #expect(bits(back.dropFirst(25)) < 2_000_000 * 16 / 10)
    #expect(bits(back) > 2_000_000, "and are not starved either")
  }

  @Test func anUnchangedSlateIsAFewBytes() throws {
    var encoder = try encoder(keyframeInterval: .seconds(30))
    let slates = try stills(90, after: MediaTime(nanoseconds: 0), with: &encoder)
    #expect(slates.filter(\.isIDR).count == 3, "as the keyframe interval says")
    for slate in slates.filter({ !$0.isIDR }) { #expect(slate.byteCount < 200) }
  }

  @Test(arguments: [300, 500, 1000])
  func itIsCheapAtLowRatesToo(kbps: Int) throws {
    var encoder = try encoder(kbps: kbps)
    var frame = PixelFrame(size: size)
    for index in frame.luma.indices {
      let (row, column) = (index / frame.lumaStride, index % frame.lumaStride)
      frame.luma[index] = UInt8(truncatingIfNeeded: row / 4 + (column / 16 + row / 16) % 2 * 60)
    }
    for number in 1...60 {
      let slate = try encoder.encode(
        frame, presentationTime: MediaTime(nanoseconds: 0).advanced(by: .seconds(number)),
        forceIDR: false, isStill: true)
      #expect(slate.byteCount * 8 < (slate.isIDR ? kbps * 500 : 1600))
    }
  }

  @Test func itsIDRsDoNotGetFinerWithTime() throws {
    var encoder = try encoder()
    let slates = try stills(60, after: MediaTime(nanoseconds: 0), with: &encoder)
    let idrs = slates.filter(\.isIDR)
    #expect(idrs.count == 30)
    #expect(Set(idrs.map(\.byteCount)).count <= 2, "the same picture costs the same")
  }

  @Test func aSmallBufferHolds() throws {
    var encoder = try encoder(kbps: 300, buffer: 0.2)
    let slates = try stills(60, after: MediaTime(nanoseconds: 0), with: &encoder)
    // Even a picture of noise stays near what rate control thinks a receiver can take.
    for slate in slates.dropFirst() { #expect(bits([slate]) < 300_000) }
  }
}
