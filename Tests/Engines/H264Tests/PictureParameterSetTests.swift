import Media
import TestSupport
import Testing
import X264

@testable import H264

@Suite struct PictureParameterSetTests {
  private func read(
    _ sample: SamplePicture, _ sequence: SampleSequence = SampleSequence()
  ) throws -> PictureParameterSet {
    try PictureParameterSet(sample.unit, sequence: SequenceParameterSet(sequence.unit))
  }

  @Test(arguments: SampleStream.all)
  func encodersSetsAreUnderstood(_ stream: SampleStream) throws {
    let sets = try stream.makeEncoder().parameterSets
    let picture = try PictureParameterSet(sets.pps, sequence: SequenceParameterSet(sets.sps))
    #expect(picture.identifier == 0 && picture.sequenceIdentifier == 0)
    let usesArithmeticCoding = stream.profile != .constrainedBaseline && stream.preset != .ultrafast
    #expect(picture.usesArithmeticCoding == usesArithmeticCoding)
    #expect((1...3).contains(picture.defaultReferenceCount))
    #expect((0...51).contains(picture.initialQuantizer))
    #expect(picture.controlsDeblocking)
    #expect(!picture.allowsRedundantPictures)
    if stream.profile == .constrainedBaseline { #expect(!picture.weightsPredictions) }
  }

  @Test func everyFieldIsRead() throws {
    var sample = SamplePicture()
    sample.identifier = 255
    sample.sequenceIdentifier = 31
    sample.usesArithmeticCoding = true
    sample.references = 32
    sample.weightsPredictions = true
    sample.quantizer = 51
    sample.controlsDeblocking = false
    sample.allowsRedundantPictures = true
    let picture = try read(sample)
    #expect(picture.identifier == 255)
    #expect(picture.sequenceIdentifier == 31)
    #expect(picture.usesArithmeticCoding)
    #expect(picture.defaultReferenceCount == 32)
    #expect(picture.weightsPredictions)
    #expect(picture.initialQuantizer == 51)
    #expect(!picture.controlsDeblocking)
    #expect(picture.allowsRedundantPictures)
  }

  @Test func scalingListsAreReadPast() throws {
    var sample = SamplePicture()
    sample.transform = SamplePicture.fullTransform(listCount: 8)
    _ = try read(sample)
    var sequence = SampleSequence()
    sequence.profile = 244
    sequence.chroma = SampleSequence.fullChroma
    sample.transform = SamplePicture.fullTransform(listCount: 12)
    sample.quantizer = -12
    #expect(try read(sample, sequence).initialQuantizer == -12)
  }

  @Test func valuesOutOfRangeAreNamed() {
    func error(_ change: (inout SamplePicture) -> Void) -> H264Error? {
      var sample = SamplePicture()
      change(&sample)
      return #expect(throws: H264Error.self) { try read(sample) }
    }
    #expect(
      error { $0.identifier = 256 }
        == .valueOutOfRange(field: "pic_parameter_set_id", value: 256, bit: 0))
    #expect(
      error { $0.sliceGroups = 2 } == .unsupported(field: "num_slice_groups_minus1", value: 1))
    #expect(
      error { $0.references = 33 }
        == .valueOutOfRange(field: "num_ref_idx_l0_default_active_minus1", value: 32, bit: 5))
    // Below zero is for more than eight bits.
    #expect(
      error { $0.quantizer = -1 }
        == .valueOutOfRange(field: "pic_init_qp_minus26", value: -27, bit: 10))
    #expect(
      error { $0.transform = { $0.append(0, bitCount: 1) } }
        == .truncated(field: "pic_scaling_matrix_present_flag", bit: 21))
  }

  @Test func cutAndSpoiledSetsNeverTrap() throws {
    var sample = SamplePicture()
    sample.transform = SamplePicture.fullTransform(listCount: 8)
    let sequence = try SequenceParameterSet(SampleSequence().unit)
    let bytes = sample.unit.array
    for length in 0..<bytes.count {
      #expect(throws: H264Error.self) {
        try PictureParameterSet(NALUnit(Array(bytes[..<length])), sequence: sequence)
      }
    }
    var generator = SeededGenerator(seed: 26)
    var failures = 0
    for _ in 0..<5000 {
      let unit = NALUnit(Mutation.mutate(bytes, using: &generator))
      do {
        let picture = try PictureParameterSet(unit, sequence: sequence)
        #expect((0...51).contains(picture.initialQuantizer))
      } catch {
        failures += 1
      }
    }
    #expect(failures > 1000)
  }
}
