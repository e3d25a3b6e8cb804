import Media
import TestSupport
import Testing
import X264

@testable import H264

@Suite struct SequenceParameterSetTests {
  @Test(arguments: SampleStream.all)
  func encodersSetsAreUnderstood(_ stream: SampleStream) throws {
    let sequence = try SequenceParameterSet(stream.makeEncoder().parameterSets.sps)
    let profiles: [H264Profile: Int] = [.constrainedBaseline: 66, .main: 77, .high: 100]
    // The preset uses nothing that Baseline lacks, and x264 says so.
    let expected = stream.preset == .ultrafast ? 66 : profiles[stream.profile]
    #expect(sequence.profileCode == expected)
    #expect(sequence.levelCode >= 30)
    #expect(sequence.size == stream.size)
    #expect(sequence.widthInMacroblocks == (stream.size.width + 15) / 16)
    #expect(sequence.heightInMacroblocks == (stream.size.height + 15) / 16)
    #expect(sequence.maxFrameNumber == 16)
    #expect(sequence.pictureOrderCountType == 2)
    #expect((1...3).contains(sequence.referenceFrameLimit))
    #expect(!sequence.allowsFrameNumberGaps)
    #expect(sequence.hasFramesOnly && sequence.hasChroma)
  }

  @Test(arguments: [(641, 423), (16, 16), (1922, 1080), (4096, 2304)])
  func sizesAreThoseEncoded(width: Int, height: Int) throws {
    let settings = H264EncoderSettings(size: PictureSize(width: width, height: height))
    let sequence = try SequenceParameterSet(H264Encoder(settings: settings).parameterSets.sps)
    #expect(sequence.size == settings.codedSize)
  }

  @Test func everyPartIsReadPast() throws {
    var sample = SampleSequence()
    sample.profile = 244
    sample.identifier = 31
    sample.chroma = SampleSequence.fullChroma
    sample.frameNumberBits = 9
    sample.references = 16
    sample.allowsGaps = true
    sample.usability = SampleSequence.fullUsability()
    let sequence = try SequenceParameterSet(sample.unit)
    #expect(sequence.identifier == 31)
    #expect(sequence.chromaFormat == 3)
    #expect(sequence.lumaBitDepth == 10)
    #expect(sequence.maxFrameNumber == 512)
    #expect(sequence.referenceFrameLimit == 16)
    #expect(sequence.allowsFrameNumberGaps)
    #expect(sequence.size == PictureSize(width: 640, height: 432))
  }

  @Test func ordersOfAllTypesAreReadPast() throws {
    var sample = SampleSequence()
    sample.order = {
      $0.appendUnsigned(0)
      $0.appendUnsigned(12)
    }
    #expect(try SequenceParameterSet(sample.unit).pictureOrderCountType == 0)
    sample.order = {
      $0.appendUnsigned(1)
      $0.append(true)
      for offset in [-5, 5] as [Int32] { $0.appendSigned(offset) }
      $0.appendUnsigned(255)
      for offset in 0..<255 as Range<Int32> { $0.appendSigned(-offset) }
    }
    let sequence = try SequenceParameterSet(sample.unit)
    #expect(sequence.pictureOrderCountType == 1)
    #expect(sequence.size == PictureSize(width: 640, height: 432))
  }

  @Test func fieldsAndCropping() throws {
    var sample = SampleSequence()
    sample.hasFramesOnly = false
    sample.cropping = [1, 2, 3, 4]
    let sequence = try SequenceParameterSet(sample.unit)
    #expect(!sequence.hasFramesOnly)
    #expect(sequence.heightInMacroblocks == 54)
    // Units of 2 by 4 luma samples: 4:2:0, fields.
    #expect(sequence.size == PictureSize(width: 640 - 6, height: 864 - 28))
  }

  @Test func valuesOutOfRangeAreNamed() {
    func error(_ change: (inout SampleSequence) -> Void) -> H264Error? {
      var sample = SampleSequence()
      change(&sample)
      return #expect(throws: H264Error.self) { try SequenceParameterSet(sample.unit) }
    }
    #expect(
      error { $0.identifier = 32 }
        == .valueOutOfRange(field: "seq_parameter_set_id", value: 32, bit: 24))
    #expect(
      error { $0.frameNumberBits = 17 }
        == .valueOutOfRange(field: "log2_max_frame_num_minus4", value: 13, bit: 25))
    #expect(
      error { $0.order = { $0.appendUnsigned(3) } }
        == .valueOutOfRange(field: "pic_order_cnt_type", value: 3, bit: 26))
    #expect(
      error { $0.width = 1056 }
        == .valueOutOfRange(field: "pic_width_in_mbs_minus1", value: 1055, bit: 33))
    #expect(
      error {
        $0.width = 1055
        $0.height = 1055
      } == .valueOutOfRange(field: "PicSizeInMbs", value: 1_113_025, bit: 33))
    #expect(
      error { $0.cropping = [160, 160, 0, 0] }
        == .valueOutOfRange(field: "frame_crop_left_offset", value: 320, bit: 56))
    guard
      case .valueOutOfRange("max_num_reorder_frames", 5, _) =
        error({ $0.usability = SampleSequence.fullUsability(reordered: 5) })
    else { return _ = #expect(Bool(false), "more reordered than buffered") }
  }

  @Test func nothingMayFollow() {
    var sample = SampleSequence()
    sample.cropping = [0, 0, 0, 0]
    var bytes = sample.unit.array
    bytes.append(0x80)
    #expect(throws: H264Error.self) { try SequenceParameterSet(NALUnit(bytes)) }
  }

  @Test(arguments: [H264Profile.constrainedBaseline, .high])
  func cutSetsAreTruncatedOrIncomplete(_ profile: H264Profile) throws {
    let stream = SampleStream(size: .alpha6000Liveview, profile: profile, preset: .superfast)
    let bytes = try stream.makeEncoder().parameterSets.sps.array
    for length in 1..<bytes.count {
      let error = #expect(throws: H264Error.self) {
        try SequenceParameterSet(NALUnit(Array(bytes[..<length])))
      }
      guard case .truncated(_, let bit) = error else {
        return _ = #expect(Bool(false), "\(length) bytes: \(String(describing: error))")
      }
      #expect(bit < length * 8)
    }
  }

  @Test func spoiledSetsNeverTrap() throws {
    var full = SampleSequence()
    full.profile = 244
    full.chroma = SampleSequence.fullChroma
    full.usability = SampleSequence.fullUsability()
    let stream = SampleStream(size: .alpha6000Liveview, profile: .high, preset: .medium)
    let seeds = [full.unit.array, try stream.makeEncoder().parameterSets.sps.array]
    var generator = SeededGenerator(seed: 264)
    var failures = 0
    for round in 0..<6000 {
      let bytes = Mutation.mutate(seeds[round % 2], using: &generator)
      do {
        let sequence = try SequenceParameterSet(NALUnit(bytes))
        #expect((1...139_264).contains(sequence.widthInMacroblocks * sequence.heightInMacroblocks))
        #expect(sequence.size.width > 0 && sequence.size.height > 0)
      } catch {
        failures += 1
      }
    }
    #expect(failures > 3000)
  }
}
