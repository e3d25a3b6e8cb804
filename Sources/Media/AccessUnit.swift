/// All NAL units of one encoded picture.
public struct AccessUnit: Sendable {
  /// Counts up by one for each unit the encoder makes, over the whole life of the process; a gap
  /// means that units were dropped on the way.
  public var serial: UInt64
  /// Slices, in order. Parameter sets are in `format`; SEI, delimiters and filler are left out.
  public var nalUnits: [NALUnit]
  /// When the picture was taken; strictly increasing.
  public var presentationTime: MediaTime
  /// True if nothing before this unit is needed to decode it and what follows.
  public var isIDR: Bool
  /// Parameter sets and size this unit was encoded with.
  public var format: VideoFormat

  public init(
    serial: UInt64, nalUnits: [NALUnit], presentationTime: MediaTime, isIDR: Bool,
    format: VideoFormat
  ) {
    self.serial = serial
    self.nalUnits = nalUnits
    self.presentationTime = presentationTime
    self.isIDR = isIDR
    self.format = format
  }

  /// Sum of the NAL units' sizes, without parameter sets.
  public var byteCount: Int { nalUnits.reduce(0) { $0 + $1.count } }
}
