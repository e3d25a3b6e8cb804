import Media
import Testing
import X264

@Suite struct RateControlTests {
  private let size = PictureSize(width: 320, height: 240)

  /// Bits per second between the first and the last moment.
  private func rateKbps(_ pictures: ArraySlice<EncodedPicture>) -> Double {
    guard let first = pictures.first, let last = pictures.last else { return 0 }
    let bytes = pictures.dropLast().reduce(0) { $0 + $1.byteCount }
    return Double(bytes * 8) / 1000
      / first.presentationTime.duration(to: last.presentationTime).inSeconds
  }

  /// x264 counts pictures unless it is told their times; 10 a second would then get a third.
  @Test(arguments: [10.0, 18, 30, 60])
  func bitrateFollowsRealTime(_ rate: Double) throws {
    var encoder = try H264Encoder(settings: H264EncoderSettings(size: size, bitrateKbps: 800))
    let count = Int(rate * 12)
    let pictures = try TestStream.encode(
      TestStream.texture(size, count: 24),
      at: TestStream.irregularTimes(rate: rate, count: count), with: &encoder)
    let measured = rateKbps(pictures[(count / 6)...])
    #expect((600...880).contains(measured), "\(measured) kbit/s at \(rate) pictures a second")
  }

  @Test func noSecondExceedsRateAndBuffer() throws {
    var encoder = try H264Encoder(settings: H264EncoderSettings(size: size, bitrateKbps: 800))
    let times = TestStream.irregularTimes(rate: 18, count: 180)
    let pictures = try TestStream.encode(
      TestStream.texture(size, count: 24), at: times, with: &encoder)
    for start in pictures.indices {
      let end = times[start].advanced(by: .seconds(1))
      let bits = pictures[start...].prefix { $0.presentationTime < end }
        .reduce(0) { $0 + $1.byteCount * 8 }
      // Rate times one second, half a second of buffer, and a tenth for x264's forecast.
      #expect(bits < 800_000 * 16 / 10, "from picture \(start)")
    }
  }

  @Test func bitrateChangesLive() async throws {
    var encoder = try H264Encoder(settings: H264EncoderSettings(size: size, bitrateKbps: 1200))
    let sets = encoder.parameterSets
    let frames = TestStream.texture(size, count: 24)
    let times = TestStream.regularTimes(spacing: .milliseconds(40), count: 300)
    var pictures = try TestStream.encode(frames, at: Array(times[..<150]), with: &encoder)
    try encoder.reconfigure(bitrateKbps: 400)
    #expect(encoder.settings.bitrateKbps == 400)
    pictures += try TestStream.encode(frames, at: Array(times[150...]), with: &encoder)
    #expect(encoder.parameterSets == sets)
    let (before, after) = (rateKbps(pictures[50..<150]), rateKbps(pictures[200...]))
    #expect((960...1440).contains(before), "\(before) kbit/s")
    #expect((320...480).contains(after), "\(after) kbit/s")
    let decoder = try ExternalDecoder(pictures, parameterSets: sets)
    defer { decoder.removeFiles() }
    #expect(try await decoder.streamEntries()["nb_read_frames"] == "300")
  }

  @Test func bitrateStaysWithinTheAnnouncedLevel() throws {
    var encoder = try H264Encoder(settings: H264EncoderSettings(size: size, bitrateKbps: 800))
    try encoder.reconfigure(bitrateKbps: 14_000)
    for kbps in [0, -1, 14_001, .max] {
      #expect(throws: X264Error.bitrateOutOfRange(kbps: kbps, limitKbps: 14_000)) {
        try encoder.reconfigure(bitrateKbps: kbps)
      }
    }
    #expect(encoder.settings.bitrateKbps == 14_000)
  }
}
