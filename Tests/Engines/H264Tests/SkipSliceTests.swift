import Media
import Testing

@testable import H264

@Suite struct SkipSliceTests {
  private func slice(
    _ sequence: SampleSequence = SampleSequence(), _ picture: SamplePicture = SamplePicture(),
    number: Int = 1
  ) throws -> NALUnit {
    let parsed = try SequenceParameterSet(sequence.unit)
    return try SkipSlice(
      sequence: parsed, picture: PictureParameterSet(picture.unit, sequence: parsed)
    ).unit(frameNumber: number)
  }

  private func bits(_ unit: NALUnit) -> String {
    unit.array.map { byte in
      let digits = String(byte, radix: 2)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  /// Worked out by hand from §7.3.3 and §7.3.4.
  @Test func headerIsThatOfTheStandard() throws {
    let fields = [
      "01000001",  // nal_ref_idc 2, nal_unit_type 1
      "1", "00110", "1",  // first_mb_in_slice 0, slice_type 5, pic_parameter_set_id 0
      "1001",  // frame_num 9
      "0", "0", "0",  // no override, no modification, sliding window
      "1", "010",  // slice_qp_delta 0, disable_deblocking_filter_idc 1
      "000000000010000111001",  // mb_skip_run 1080
      "1",  // stop bit
    ]
    let expected = fields.joined()
    let written = bits(try slice(number: 9))
    #expect(written.hasPrefix(expected))
    #expect(written.dropFirst(expected.count).allSatisfy { $0 == "0" })
    #expect(written.count - expected.count < 8)
  }

  @Test func headerFollowsTheParameterSets() throws {
    var sequence = SampleSequence()
    sequence.frameNumberBits = 6
    var picture = SamplePicture()
    picture.identifier = 2
    picture.references = 3
    picture.weightsPredictions = true
    picture.controlsDeblocking = false
    let fields = [
      "01000001", "1", "00110", "011",
      "111111",  // frame_num 63
      "1", "1",  // num_ref_idx_l0_active_minus1 0
      "0", "1", "1", "0", "0",  // both weight denominators 0, no weights
      "0", "1",  // sliding window, slice_qp_delta 0
      "000000000010000111001", "1",
    ]
    #expect(bits(try slice(sequence, picture, number: 63)).hasPrefix(fields.joined()))
  }

  @Test func arithmeticDataStartsAtAByte() throws {
    var picture = SamplePicture()
    picture.usesArithmeticCoding = true
    let fields = [
      "01000001", "1", "00110", "1", "0001", "0", "0", "0",
      "1", "1", "010",  // cabac_init_idc 0, slice_qp_delta 0, disable_deblocking_filter_idc 1
      "11111",  // cabac_alignment_one_bit
    ]
    let header = fields.joined()
    #expect(header.count % 8 == 0)
    let units = try [1, 2].map { try slice(SampleSequence(), picture, number: $0) }
    #expect(bits(units[0]).hasPrefix(header))
    // The data does not depend on the number.
    #expect(
      units[0].array.dropFirst(header.count / 8) == units[1].array.dropFirst(header.count / 8))
  }

  /// What a repeat costs in a liveview of 640 × 424: 40 × 27 macroblocks.
  @Test func repeatsAreSmall() throws {
    #expect(try slice().count == 6)
    var picture = SamplePicture()
    picture.usesArithmeticCoding = true
    #expect(try slice(SampleSequence(), picture).count == 14)
  }
}
