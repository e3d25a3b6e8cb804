import Media

/// All-skip P pictures that repeat an IDR, to be put between it and the pictures that follow it.
///
/// Clients want a number of pictures before they show the first one, while the stream has but one
/// fresh IDR to offer. These pictures are copies of it in a dozen bytes each, and what follows in
/// the stream need not be touched:
/// - The repeats are reference pictures numbered 1, 2, … modulo `MaxFrameNum`. If their number is a
///   multiple of `MaxFrameNum`, the last one has the IDR's `frame_num` 0 again, and the stream's own
///   next picture, number 1, follows it as it followed the IDR.
/// - The decoder's reference lists then hold repeats where they held the IDR, or nothing. These are
///   the same pictures.
/// - The order of showing is that of decoding (`pic_order_cnt_type` 2), so that no picture carries a
///   count that would start over.
///
/// For streams of frames without gaps in their numbers, whose pictures are all references and are
/// dropped by the sliding window alone; x264 without B pictures writes such. Valid for every IDR of
/// the parameter sets they were made from.
///
/// Source: ITU-T H.264 §7.4.3 (`frame_num`), §8.2.1.3, §8.2.4, §8.2.5.3.
public struct SkipPictures: Sendable, Hashable {
  /// `MaxFrameNum`; the number of pictures is a multiple of it.
  public let maxFrameNumber: Int

  /// One round of pictures, numbered 1, 2, … `maxFrameNumber` − 1, 0.
  private let round: [NALUnit]

  /// More than this many different pictures would be too many repeats for any client.
  private static let maxFrameNumberLimit = 64

  /// Writes the pictures for a stream.
  ///
  /// - Throws: Every case of ``H264Error``. `unsupported` if the stream's syntax is one for which
  ///   repeats do not work: another `pic_order_cnt_type` than 2, fields, slice groups, redundant
  ///   pictures, separate colour planes, gaps in frame numbers, no reference frames, `MaxFrameNum`
  ///   above 64, or a PPS of another SPS.
  public init(parameterSets: ParameterSets) throws(H264Error) {
    let sequence = try SequenceParameterSet(parameterSets.sps)
    let picture = try PictureParameterSet(parameterSets.pps, sequence: sequence)
    try Self.check(sequence, picture)
    maxFrameNumber = sequence.maxFrameNumber
    let slice = SkipSlice(sequence: sequence, picture: picture)
    round = (1...sequence.maxFrameNumber).map { number in
      slice.unit(frameNumber: number % sequence.maxFrameNumber)
    }
  }

  /// The pictures, one NAL unit each, in order.
  ///
  /// - Parameter minimum: The number is the next multiple of ``maxFrameNumber``; 0 or less gives none.
  public func units(atLeast minimum: Int) -> [NALUnit] {
    guard minimum > 0 else { return [] }
    let rounds = (minimum - 1) / maxFrameNumber + 1
    return (0..<rounds).flatMap { _ in round }
  }

  private static func check(
    _ sequence: SequenceParameterSet, _ picture: PictureParameterSet
  ) throws(H264Error) {
    let faults: [(isFault: Bool, field: String, value: Int)] = [
      (
        picture.sequenceIdentifier != sequence.identifier, "seq_parameter_set_id",
        picture.sequenceIdentifier
      ),
      (
        sequence.pictureOrderCountType != 2, "pic_order_cnt_type", sequence.pictureOrderCountType
      ),
      (!sequence.hasFramesOnly, "frame_mbs_only_flag", 0),
      (sequence.hasSeparatePlanes, "separate_colour_plane_flag", 1),
      (sequence.allowsFrameNumberGaps, "gaps_in_frame_num_value_allowed_flag", 1),
      (sequence.referenceFrameLimit == 0, "max_num_ref_frames", 0),
      (
        sequence.maxFrameNumber > maxFrameNumberLimit, "MaxFrameNum", sequence.maxFrameNumber
      ),
      (picture.allowsRedundantPictures, "redundant_pic_cnt_present_flag", 1),
    ]
    if let fault = faults.first(where: \.isFault) {
      throw .unsupported(field: fault.field, value: fault.value)
    }
  }
}
