/// Profile and level of an H.264 stream, as `profile-level-id` gives them.
///
/// Source: RFC 6184 §8.1; H.264 annex A.
public struct H264ProfileLevel: Sendable, Hashable {
  /// `profile_idc`: 66 baseline, 77 main, 88 extended, 100 high.
  public var profile: UInt8
  /// `constraint_set0_flag` is the highest bit.
  public var constraints: UInt8
  /// Ten times the level.
  public var level: UInt8

  /// - Parameter profileLevelID: Six hex digits; nil for anything else.
  public init?(profileLevelID: String) {
    guard profileLevelID.utf8.count == 6, profileLevelID.allSatisfy(\.isHexDigit),
      let value = UInt32(profileLevelID, radix: 16)
    else { return nil }
    profile = UInt8(truncatingIfNeeded: value >> 16)
    constraints = UInt8(truncatingIfNeeded: value >> 8)
    level = UInt8(truncatingIfNeeded: value)
  }

  /// Whether a decoder made for `other` decodes this one; profiles this program never sends count
  /// as decodable by themselves only.
  public func isDecodable(byDecoderOf other: H264ProfileLevel) -> Bool {
    level <= other.level && isProfileCovered(by: other)
  }

  private func isProfileCovered(by other: H264ProfileLevel) -> Bool {
    if profile == other.profile { return true }
    switch (profile, other.profile) {
    // A constrained baseline stream is a main stream, too.
    case (66, 77), (66, 100): return constraints & 0x40 != 0
    case (66, 88): return true
    case (77, 100): return true
    // A main stream that says it is baseline as well.
    case (77, 66): return constraints & 0x80 != 0
    default: return false
    }
  }
}
