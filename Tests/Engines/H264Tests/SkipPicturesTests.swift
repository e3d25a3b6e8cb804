import Media
import TestSupport
import Testing
import X264

@testable import H264

@Suite struct SkipPicturesTests {
  private func pictures(
    _ sequence: SampleSequence = SampleSequence(), _ picture: SamplePicture = SamplePicture()
  ) throws -> SkipPictures {
    try SkipPictures(parameterSets: ParameterSets(sps: sequence.unit, pps: picture.unit))
  }

  @Test(arguments: [
    (-1, 0), (0, 0), (1, 16), (16, 16), (17, 32), (25, 32), (32, 32), (33, 48),
  ])
  func numberIsRoundedUp(minimum: Int, count: Int) throws {
    #expect(try pictures().units(atLeast: minimum).count == count)
  }

  @Test(arguments: [4, 5, 6] as [UInt32])
  func numbersGoOnceAround(bitCount: UInt32) throws {
    var sequence = SampleSequence()
    sequence.frameNumberBits = bitCount
    let pictures = try pictures(sequence)
    #expect(pictures.maxFrameNumber == 1 << Int(bitCount))
    let numbers = try pictures.units(atLeast: 1).map { unit in
      var reader = try BitReader(unit, type: NALUnit.TypeCode.nonIDRSlice)
      for _ in 0..<3 { _ = try reader.unsigned("before frame_num") }
      return try reader.bits(Int(bitCount), "frame_num")
    }
    #expect(numbers == Array(1..<pictures.maxFrameNumber) + [0])
  }

  @Test func streamsThatCannotBeRepeatedAreNamed() {
    func field(
      _ sequenceChange: (inout SampleSequence) -> Void = { _ in },
      _ pictureChange: (inout SamplePicture) -> Void = { _ in }
    ) -> String {
      var (sequence, picture) = (SampleSequence(), SamplePicture())
      sequenceChange(&sequence)
      pictureChange(&picture)
      let error = #expect(throws: H264Error.self) { try pictures(sequence, picture) }
      guard case .unsupported(let field, _) = error else { return "\(String(describing: error))" }
      return field
    }
    #expect(field { $0.identifier = 3 } == "seq_parameter_set_id")
    #expect(
      field {
        $0.order = {
          $0.appendUnsigned(0)
          $0.appendUnsigned(0)
        }
      } == "pic_order_cnt_type")
    #expect(field { $0.hasFramesOnly = false } == "frame_mbs_only_flag")
    #expect(field { $0.allowsGaps = true } == "gaps_in_frame_num_value_allowed_flag")
    #expect(field { $0.references = 0 } == "max_num_ref_frames")
    #expect(field { $0.frameNumberBits = 7 } == "MaxFrameNum")
    #expect(
      field {
        $0.profile = 244
        $0.chroma = {
          $0.appendUnsigned(3)
          $0.append(true)
          for _ in 0..<2 { $0.appendUnsigned(0) }
          $0.append(0, bitCount: 2)
        }
      } == "separate_colour_plane_flag")
    #expect(
      field({ _ in }, { $0.allowsRedundantPictures = true }) == "redundant_pic_cnt_present_flag")
    #expect(field({ _ in }, { $0.sliceGroups = 2 }) == "num_slice_groups_minus1")
  }

  @Test func spoiledSetsNeverTrap() throws {
    let stream = SampleStream(
      size: PictureSize(width: 176, height: 144), profile: .main, preset: .medium)
    let sets = try stream.makeEncoder().parameterSets
    var generator = SeededGenerator(seed: 32)
    var written = 0
    for _ in 0..<2000 {
      let spoiled = ParameterSets(
        sps: NALUnit(Mutation.mutate(sets.sps.array, using: &generator)),
        pps: NALUnit(Mutation.mutate(sets.pps.array, using: &generator)))
      guard let pictures = try? SkipPictures(parameterSets: spoiled) else { continue }
      written += 1
      #expect(pictures.units(atLeast: 1).count == pictures.maxFrameNumber)
    }
    #expect(written > 0)
  }
}
