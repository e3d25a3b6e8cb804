import Media

/// One picture as H.264.
public struct EncodedPicture: Sendable, Hashable {
  /// The slices, in order; slices of one buffer. Parameter sets and SEI are left out.
  public var nalUnits: [NALUnit]
  /// True if nothing before this picture is needed to decode it and what follows.
  public var isIDR: Bool
  /// The moment that was passed in.
  public var presentationTime: MediaTime
}
