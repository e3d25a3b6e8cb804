import H264
import Media
import TestSupport
import Testing
import X264

/// Repeats between an IDR and the pictures after it, as decoders of others see them.
@Suite(.serialized, .timeLimit(.minutes(1))) struct RepeatedStreamTests {
  /// The decoder shows the IDR, its copies, and then bit for bit what it shows without repeats.
  @Test(arguments: SampleStream.all)
  func streamGoesOnAsIfThereWereNoRepeats(_ stream: SampleStream) async throws {
    let (sets, idr, rest) = try await stream.encode()
    let repeats = try SkipPictures(parameterSets: sets).units(atLeast: 25)
    #expect(repeats.allSatisfy { $0.count <= (stream.size.width > 640 ? 26 : 16) })
    // Both in one stream, one after the other: half as many programs to start.
    let plain = [sets.sps, sets.pps] + idr + rest
    let repeated = [sets.sps, sets.pps] + idr + repeats + rest
    let (pictures, complaints) = try await AnnexBFile(plain + repeated).checksums()
    #expect(complaints == "")
    try #require(pictures.count == 21 + 53)
    #expect(Set(pictures[..<21]).count == 21)
    let copies = [String](repeating: pictures[0], count: 33)
    #expect(Array(pictures[21...]) == copies + pictures[1..<21])
  }

  /// Repeats after the first of two IDRs, after the second, and after both.
  @Test(arguments: [(true, false), (false, true), (true, true)])
  func everyIDRMayBeRepeated(first: Bool, second: Bool) async throws {
    let stream = SampleStream(size: .alpha6000Liveview, profile: .high, preset: .fast)
    let (sets, idr, rest) = try await stream.encode(secondIDR: 7)
    let repeats = try SkipPictures(parameterSets: sets).units(atLeast: 25)
    let plain = try await AnnexBFile([sets.sps, sets.pps] + idr + rest).checksums()
    let units =
      [sets.sps, sets.pps] + idr + (first ? repeats : []) + rest[..<7]
      + (second ? repeats : []) + rest[7...]
    let repeated = try await AnnexBFile(units).checksums()
    #expect(repeated.complaints == "")
    var expected = plain.pictures
    if second { expected.insert(contentsOf: [String](repeating: expected[7], count: 32), at: 7) }
    if first { expected.insert(contentsOf: [String](repeating: expected[0], count: 32), at: 0) }
    #expect(repeated.pictures == expected)
  }

  /// A decoder of other people's making.
  @Test(
    .enabled("GStreamer has OpenH264") { try await AnnexBFile.hasOpenH264() },
    arguments: H264Profile.allCases)
  func openH264AgreesWithFFmpeg(_ profile: H264Profile) async throws {
    let stream = SampleStream(size: .alpha6000Liveview, profile: profile, preset: .superfast)
    let (sets, idr, rest) = try await stream.encode()
    let repeats = try SkipPictures(parameterSets: sets).units(atLeast: 25)
    let plain = try await AnnexBFile([sets.sps, sets.pps] + idr + rest)
      .openH264Pictures(of: stream.size)
    let repeated = try await AnnexBFile([sets.sps, sets.pps] + idr + repeats + rest)
      .openH264Pictures(of: stream.size)
    try #require(plain.count == 21)
    try #require(repeated.count == 53)
    for (index, picture) in repeated.enumerated() {
      #expect(picture == plain[max(0, index - 32)], "picture \(index)")
    }
  }
}
