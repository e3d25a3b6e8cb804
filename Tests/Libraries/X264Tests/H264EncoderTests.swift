import Media
import TestSupport
import Testing
import X264

@Suite struct H264EncoderTests {
  private let size = PictureSize(width: 320, height: 240)

  @Test(arguments: [
    (H264Profile.constrainedBaseline, "Constrained Baseline", "42c01f"),
    (.main, "Main", "4d401f"), (.high, "High", "64001f"),
  ])
  func streamIsWhatItSays(_ profile: H264Profile, _ name: String, _ identifier: String) async throws
  {
    let liveview = PictureSize.alpha6000Liveview
    var encoder = try H264Encoder(settings: H264EncoderSettings(size: liveview, profile: profile))
    #expect(encoder.parameterSets.profileLevelID == identifier)
    let pictures = try TestStream.encode(
      TestStream.texture(liveview, count: 12),
      at: TestStream.irregularTimes(rate: 18, count: 12), with: &encoder)
    let decoder = try ExternalDecoder(pictures, parameterSets: encoder.parameterSets)
    defer { decoder.removeFiles() }
    let entries = try await decoder.streamEntries()
    let expected = [
      "profile": name, "width": "640", "height": "424", "level": "31", "has_b_frames": "0",
      "pix_fmt": "yuvj420p", "color_range": "pc", "color_space": "smpte170m",
      "color_transfer": "iec61966-2-1", "color_primaries": "bt709", "chroma_location": "center",
      "nb_read_frames": "12",
    ]
    for (key, value) in expected { #expect(entries[key] == value, "\(key)") }
    #expect(try await decoder.pictureTypes() == "KPPPPPPPPPPP")
    #expect(try await decoder.decodeRGB().complaints == "")
  }

  @Test func parameterSetsRuleOutReorderingAndNameAPlausibleRate() async throws {
    var encoder = try H264Encoder(settings: H264EncoderSettings(size: size))
    let pictures = try TestStream.encode(
      TestStream.texture(size, count: 3),
      at: TestStream.regularTimes(spacing: .milliseconds(40), count: 3), with: &encoder)
    let decoder = try ExternalDecoder(pictures, parameterSets: encoder.parameterSets)
    defer { decoder.removeFiles() }
    let elements = try await decoder.headerElements()
    let expected = [
      "profile_idc": "66", "constraint_set0_flag": "1", "constraint_set1_flag": "1",
      "level_idc": "31", "bitstream_restriction_flag": "1", "max_num_reorder_frames": "0",
      "video_full_range_flag": "1", "matrix_coefficients": "6", "transfer_characteristics": "13",
      "colour_primaries": "1", "chroma_sample_loc_type_top_field": "1",
      "chroma_sample_loc_type_bottom_field": "1", "num_units_in_tick": "1", "time_scale": "60",
      "fixed_frame_rate_flag": "0", "nal_hrd_parameters_present_flag": "0",
      "pic_struct_present_flag": "0",
    ]
    for (key, value) in expected { #expect(elements[key] == value, "\(key)") }
  }

  @Test func unitsAreBareSlices() throws {
    var encoder = try H264Encoder(settings: H264EncoderSettings(size: size))
    #expect(encoder.parameterSets.sps.typeCode == NALUnit.TypeCode.sequenceParameterSet)
    #expect(encoder.parameterSets.pps.typeCode == NALUnit.TypeCode.pictureParameterSet)
    let times = TestStream.regularTimes(spacing: .milliseconds(40), count: 4)
    let pictures = try TestStream.encode(
      TestStream.texture(size, count: 4), at: times, with: &encoder, forcing: [2])
    #expect(pictures.map { $0.nalUnits.map(\.typeCode) } == [[5], [1], [5], [1]])
    #expect(pictures.map(\.isIDR) == [true, false, true, false])
    #expect(pictures.map(\.presentationTime) == times)
  }

  @Test func idrsComeByTimeAndOnRequest() async throws {
    var encoder = try H264Encoder(
      settings: H264EncoderSettings(size: size, keyframeInterval: .seconds(1)))
    let times = TestStream.regularTimes(spacing: .milliseconds(100), count: 30)
    let pictures = try TestStream.encode(
      TestStream.texture(size, count: 30), at: times, with: &encoder, forcing: [4, 5])
    #expect(pictures.indices.filter { pictures[$0].isIDR } == [0, 4, 5, 15, 25])
    let decoder = try ExternalDecoder(pictures, parameterSets: encoder.parameterSets)
    defer { decoder.removeFiles() }
    #expect(try await decoder.pictureTypes() == "KPPPKKPPPPPPPPPKPPPPPPPPPKPPPP")
  }

  @Test func streamMayBeJoinedAtAnyIDR() async throws {
    var encoder = try H264Encoder(settings: H264EncoderSettings(size: size))
    let pictures = try TestStream.encode(
      TestStream.texture(size, count: 20),
      at: TestStream.irregularTimes(rate: 18, count: 20), with: &encoder, forcing: [11])
    let decoder = try ExternalDecoder(
      Array(pictures[11...]), parameterSets: encoder.parameterSets)
    defer { decoder.removeFiles() }
    let decoded = try await decoder.decodeRGB()
    #expect(decoded.complaints == "")
    #expect(decoded.pixels.count == 9 * 320 * 240 * 3)
  }

  @Test func presetsAllOpenAndEncode() throws {
    for preset in H264Preset.allCases {
      var encoder = try H264Encoder(settings: H264EncoderSettings(size: size, preset: preset))
      let pictures = try TestStream.encode(
        TestStream.texture(size, count: 3),
        at: TestStream.regularTimes(spacing: .milliseconds(40), count: 3), with: &encoder)
      #expect(pictures.map(\.isIDR) == [true, false, false], "\(preset)")
    }
  }

  @Test func oddSizesLoseTheLastColumnAndRow() async throws {
    let odd = PictureSize(width: 321, height: 241)
    let settings = H264EncoderSettings(size: odd)
    #expect(settings.codedSize == size)
    var encoder = try H264Encoder(settings: settings)
    let pictures = try TestStream.encode(
      TestStream.texture(odd, count: 2),
      at: TestStream.regularTimes(spacing: .milliseconds(40), count: 2), with: &encoder)
    let decoder = try ExternalDecoder(pictures, parameterSets: encoder.parameterSets)
    defer { decoder.removeFiles() }
    let entries = try await decoder.streamEntries()
    #expect(entries["width"] == "320" && entries["height"] == "240")
  }

  @Test func refusesWrongPicturesAndTimes() throws {
    var encoder = try H264Encoder(settings: H264EncoderSettings(size: size))
    let frame = PixelFrame(size: size)
    let time = MediaTime(nanoseconds: 5_000_000)
    _ = try encoder.encode(frame, presentationTime: time, forceIDR: false)
    let other = PictureSize(width: 640, height: 424)
    #expect(throws: X264Error.pictureSizeMismatched(expected: size, actual: other)) {
      try encoder.encode(
        PixelFrame(size: other), presentationTime: time.advanced(by: .seconds(1)), forceIDR: false)
    }
    for earlier in [time, MediaTime(nanoseconds: 0)] {
      #expect(
        throws: X264Error.presentationTimeNotIncreasing(previous: time, actual: earlier)
      ) {
        try encoder.encode(frame, presentationTime: earlier, forceIDR: false)
      }
    }
    let next = try encoder.encode(
      frame, presentationTime: MediaTime(nanoseconds: 5_000_001), forceIDR: false)
    #expect(!next.isIDR, "an error leaves the stream as it was")
    let last = try encoder.encode(
      frame, presentationTime: MediaTime(nanoseconds: .max), forceIDR: false)
    #expect(last.isIDR, "the end of the clock is a pause like any other")
  }

  @Test(.enabled(if: ProcessMemory.tellsLeaks))
  func encodersAreReleased() throws {
    let settings = H264EncoderSettings(size: size)
    let frame = PixelFrame(size: size)
    func openUseAndClose() throws {
      var encoder = try H264Encoder(settings: settings)
      _ = try encoder.encode(
        frame, presentationTime: MediaTime(nanoseconds: 1), forceIDR: false)
    }
    for _ in 0..<5 { try openUseAndClose() }
    let before = ProcessMemory.residentBytes()
    for _ in 0..<200 { try openUseAndClose() }
    // A leaked encoder of this size keeps more than a megabyte.
    #expect(ProcessMemory.residentBytes() - before < 50 << 20)
  }
}
