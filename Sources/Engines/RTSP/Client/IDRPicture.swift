import Media
import NIOCore
import RTP

/// One picture that can be decoded on its own.
public struct IDRPicture: Sendable, Hashable {
  /// SPS and PPS, at least one of each, later ones replacing earlier ones with the same number.
  public var parameterSets: [NALUnit]
  /// IDR slices, in order.
  public var slices: [NALUnit]

  public init(parameterSets: [NALUnit], slices: [NALUnit]) {
    self.parameterSets = parameterSets
    self.slices = slices
  }

  /// The picture as a byte stream any decoder reads, a start code before each unit.
  ///
  /// Source: ITU-T H.264 annex B.
  public var annexB: ByteBuffer {
    let units = parameterSets + slices
    var buffer = ByteBuffer()
    buffer.reserveCapacity(units.reduce(0) { $0 + $1.count + 4 })
    for unit in units {
      buffer.writeInteger(1 as UInt32)
      buffer.writeImmutableBuffer(unit.bytes)
    }
    return buffer
  }
}

/// Waits for the first whole IDR and keeps the parameter sets it needs.
struct IDRCollector: Sendable {
  /// In-band sets kept at most; one SPS and one PPS is what nearly all streams have.
  private static let parameterSetLimit = 32

  private let described: [NALUnit]
  private var inBand: [NALUnit] = []

  /// - Parameter described: Parameter sets of the session description.
  init(described: [NALUnit]) {
    self.described = described
  }

  /// The picture, if `accessUnit` is an IDR and its parameter sets are known.
  mutating func take(_ accessUnit: ReceivedAccessUnit) -> IDRPicture? {
    let sets = accessUnit.nalUnits.filter { Self.isSPS($0) || Self.isPPS($0) }
    if sets.contains(where: Self.isSPS) { inBand = [] }
    inBand = Array((inBand + sets).suffix(Self.parameterSetLimit))
    guard accessUnit.isIDR, let parameterSets else { return nil }
    return IDRPicture(
      parameterSets: parameterSets,
      slices: accessUnit.nalUnits.filter { $0.typeCode == NALUnit.TypeCode.idrSlice })
  }

  /// What came in band is newer than the description; it stands alone if it is complete.
  private var parameterSets: [NALUnit]? {
    [inBand, described + inBand].first { sets in
      sets.contains(where: Self.isSPS) && sets.contains(where: Self.isPPS)
    }
  }

  private static func isSPS(_ unit: NALUnit) -> Bool {
    unit.typeCode == NALUnit.TypeCode.sequenceParameterSet
  }

  private static func isPPS(_ unit: NALUnit) -> Bool {
    unit.typeCode == NALUnit.TypeCode.pictureParameterSet
  }
}
