import H264
import Media
import TestSupport
import Testing
import X264

@Suite(.serialized, .timeLimit(.minutes(1))) struct SkipPicturesTests {
  struct Stream: CustomTestStringConvertible {
    var size: PictureSize
    var profile: H264Profile
    var preset: H264Preset
    var testDescription: String { "\(size.width)x\(size.height) \(profile) \(preset)" }

    static let all = [(176, 144), (640, 424), (1024, 680)].flatMap { width, height in
      H264Profile.allCases.flatMap { profile in
        H264Preset.allCases.map { preset in
          Stream(
            size: PictureSize(width: width, height: height), profile: profile, preset: preset)
        }
      }
    }

    /// An IDR and 20 P pictures, and their parameter sets.
    func encode() async throws -> (sets: ParameterSets, idr: [NALUnit], rest: [NALUnit]) {
      var encoder = try H264Encoder(
        settings: H264EncoderSettings(size: size, profile: profile, preset: preset))
      var pictures: [EncodedPicture] = []
      for (number, frame) in try await MovingPictures.draw(size).enumerated() {
        let time = MediaTime(nanoseconds: Int64(number + 1) * 40_000_000)
        pictures.append(try encoder.encode(frame, presentationTime: time, forceIDR: false))
      }
      try #require(pictures.map(\.isIDR) == [true] + [Bool](repeating: false, count: 20))
      return (
        encoder.parameterSets, pictures[0].nalUnits, pictures.dropFirst().flatMap(\.nalUnits)
      )
    }
  }

  /// With repeats the decoder shows the IDR, its copies, and then bit for bit what it shows without.
  @Test(arguments: Stream.all)
  func streamGoesOnAsIfThereWereNoRepeats(_ stream: Stream) async throws {
    let (sets, idr, rest) = try await stream.encode()
    let repeats = try SkipPictures(parameterSets: sets).units(atLeast: 25)
    #expect(repeats.count == 32)
    let plain = try await AnnexBFile([sets.sps, sets.pps] + idr + rest).checksums()
    let repeated = try await AnnexBFile([sets.sps, sets.pps] + idr + repeats + rest).checksums()
    #expect(plain.complaints == "")
    #expect(repeated.complaints == "")
    try #require(plain.pictures.count == 21)
    #expect(Set(plain.pictures).count == 21)
    let copies = [String](repeating: plain.pictures[0], count: 33)
    #expect(repeated.pictures == copies + plain.pictures.dropFirst())
  }
}
