import Media
import Testing
import X264

/// A kind of stream this program's encoder writes.
struct SampleStream: CustomTestStringConvertible {
  var size: PictureSize
  var profile: H264Profile
  var preset: H264Preset
  var testDescription: String { "\(size.width)x\(size.height) \(profile) \(preset)" }

  /// All profiles and presets in all sizes.
  static let all = MovingPictures.sizes.flatMap { size in
    H264Profile.allCases.flatMap { profile in
      H264Preset.allCases.map { SampleStream(size: size, profile: profile, preset: $0) }
    }
  }

  func makeEncoder() throws -> H264Encoder {
    try H264Encoder(
      settings: H264EncoderSettings(size: size, profile: profile, preset: preset))
  }

  /// An IDR and 20 P pictures, one slice each, and their parameter sets.
  ///
  /// - Parameter secondIDR: The number of another IDR among them, counted from 0.
  func encode(
    secondIDR: Int? = nil
  ) async throws -> (sets: ParameterSets, idr: [NALUnit], rest: [NALUnit]) {
    var encoder = try makeEncoder()
    var pictures: [EncodedPicture] = []
    for (number, frame) in try await MovingPictures.of(size).enumerated() {
      let time = MediaTime(nanoseconds: Int64(number + 1) * 40_000_000)
      pictures.append(
        try encoder.encode(
          frame, presentationTime: time, forceIDR: number == secondIDR))
    }
    #expect(pictures.indices.filter { pictures[$0].isIDR } == [0] + (secondIDR.map { [$0] } ?? []))
    return (
      encoder.parameterSets, pictures[0].nalUnits, pictures.dropFirst().flatMap(\.nalUnits)
    )
  }
}
