import Media
import NIOCore

/// Puts the RTP packets of one H.264 stream back together to access units.
///
/// Reads single NAL unit packets, STAP-A and FU-A, which is all that `packetization-mode` 0 and 1
/// allow. An access unit ends with the marker, or with the first packet of another RTP timestamp
/// for senders that forget the marker. A picture that is not whole is never given out: its loss
/// is, with the reason. What a bad packet spoils is that one picture, so nothing is thrown.
///
/// Every call ends after at most two outputs; memory is bounded by ``Limits``.
///
/// Source: RFC 6184 §5.6 to §5.8, RFC 3550 appendix A.1.
public struct H264Depacketizer: Sendable {
  /// Bounds on one access unit.
  public struct Limits: Sendable, Hashable {
    /// Sum of its NAL units, in bytes.
    public var accessUnitBytes = 8_388_608
    public var nalUnitCount = 1024

    public init() {}
  }

  /// What one packet completed.
  public enum Output: Sendable, Hashable {
    case accessUnit(ReceivedAccessUnit)
    /// A picture that cannot be given out.
    case lost(PictureDamage)
  }

  /// Packets that the sequence numbers show to be missing.
  public private(set) var missingPacketCount: UInt64 = 0

  /// Packets this far behind are late or doubled ones; further behind is a sender that started
  /// its numbers anew.
  ///
  /// Source: RFC 3550 appendix A.1, `MAX_MISORDER`.
  private static let misorderLimit = 100

  private let limits: Limits
  private var source: Source?
  private var assembly: AccessUnitAssembly?

  private struct Source {
    var ssrc: UInt32
    var lastSequenceNumber: UInt16
  }

  public init(limits: Limits = Limits()) {
    self.limits = limits
  }

  /// Takes one packet of the stream's payload type, in order of arrival.
  public mutating func receive(_ packet: RTPPacket) -> [Output] {
    switch follow(packet.header) {
    case .late: return []
    case .inOrder: break
    case .interrupted(let damage): assembly?.spoil(damage)
    }
    var outputs: [Output] = []
    var current = AccessUnitAssembly(packet.header, limits: limits)
    if let begun = assembly {
      if begun.isContinued(by: packet.header) {
        current = begun
      } else {
        outputs.append(begun.finished())
      }
      assembly = nil  // `current` is now the only owner of its bytes: no copy on append.
    }
    current.append(packet.payload)
    if packet.header.marker {
      outputs.append(current.finished())
    } else {
      assembly = current
    }
    return outputs
  }

  /// What the sequence number says about a packet.
  private enum Arrival {
    case inOrder
    case interrupted(PictureDamage)
    case late
  }

  private mutating func follow(_ header: RTPHeader) -> Arrival {
    guard let known = source, known.ssrc == header.ssrc else {
      let hadSource = source != nil
      source = Source(ssrc: header.ssrc, lastSequenceNumber: header.sequenceNumber)
      return hadSource ? .interrupted(.sourceChanged) : .inOrder
    }
    let step = Int16(truncatingIfNeeded: header.sequenceNumber &- known.lastSequenceNumber)
    if step <= 0, Int(step) > -Self.misorderLimit { return .late }
    source?.lastSequenceNumber = header.sequenceNumber
    guard step != 1 else { return .inOrder }
    let count = step > 0 ? Int(step) - 1 : 0
    missingPacketCount &+= UInt64(count)
    return .interrupted(.packetsMissing(count: count))
  }
}

/// All NAL units of one picture as they came, parameter sets, SEI and delimiters included.
public struct ReceivedAccessUnit: Sendable, Hashable {
  /// At least one; none is empty.
  public var nalUnits: [NALUnit]
  public var rtpTimestamp: UInt32

  public init(nalUnits: [NALUnit], rtpTimestamp: UInt32) {
    self.nalUnits = nalUnits
    self.rtpTimestamp = rtpTimestamp
  }

  /// True if nothing before this picture is needed to decode it, parameter sets apart.
  public var isIDR: Bool { nalUnits.contains { $0.typeCode == NALUnit.TypeCode.idrSlice } }
}

/// Why a picture could not be put together; positions count bytes from the start of the payload.
public enum PictureDamage: Sendable, Hashable {
  /// 0 if the sender started its sequence numbers anew.
  case packetsMissing(count: Int)
  /// The first slice there is does not start at the first macroblock.
  case firstSliceMissing
  case fragmentStartMissing
  case fragmentEndMissing
  case payloadEmpty
  case payloadTruncated(position: Int, needed: Int, available: Int)
  /// A packet type of the interleaved mode, or a reserved one.
  case payloadTypeUnsupported(code: UInt8)
  /// Another SSRC took over in the middle of the picture.
  case sourceChanged
  case tooManyBytes(limit: Int)
  case tooManyUnits(limit: Int)
}

/// One access unit while its packets come in.
private struct AccessUnitAssembly: Sendable {
  private let ssrc: UInt32
  private let rtpTimestamp: UInt32
  private let limits: H264Depacketizer.Limits
  private var units: [NALUnit] = []
  private var fragments: ByteBuffer?
  private var byteCount = 0
  /// The first damage counts; after it nothing is kept.
  private var damage: PictureDamage?

  init(_ header: RTPHeader, limits: H264Depacketizer.Limits) {
    ssrc = header.ssrc
    rtpTimestamp = header.rtpTimestamp
    self.limits = limits
  }

  /// True if a packet with this header belongs to the same picture.
  func isContinued(by header: RTPHeader) -> Bool {
    header.rtpTimestamp == rtpTimestamp && header.ssrc == ssrc
  }

  mutating func spoil(_ reason: PictureDamage) {
    guard damage == nil else { return }
    damage = reason
    units = []
    fragments = nil
  }

  func finished() -> H264Depacketizer.Output {
    if let damage { return .lost(damage) }
    if fragments != nil { return .lost(.fragmentEndMissing) }
    guard !units.isEmpty else { return .lost(.payloadEmpty) }
    let firstSlice = units.first { Self.sliceTypeCodes.contains($0.typeCode) }
    if let firstSlice, !firstSlice.startsPicture { return .lost(.firstSliceMissing) }
    return .accessUnit(ReceivedAccessUnit(nalUnits: units, rtpTimestamp: rtpTimestamp))
  }

  /// Slice, data partition A and IDR slice: those that name their first macroblock.
  private static let sliceTypeCodes: Set<UInt8> = [
    NALUnit.TypeCode.nonIDRSlice, 2, NALUnit.TypeCode.idrSlice,
  ]

  mutating func append(_ payload: ByteBuffer) {
    guard damage == nil else { return }
    guard let first = payload.getInteger(at: payload.readerIndex, as: UInt8.self) else {
      return spoil(.payloadEmpty)
    }
    let code = first & 0x1F
    if fragments != nil, code != FragmentationUnit.typeCode { return spoil(.fragmentEndMissing) }
    switch code {
    case 1...23: add(payload)
    case AggregationPacket.typeCode: appendAggregate(payload)
    case FragmentationUnit.typeCode: appendFragment(payload)
    default: spoil(.payloadTypeUnsupported(code: code))
    }
  }

  private mutating func appendAggregate(_ payload: ByteBuffer) {
    var rest = payload
    rest.moveReaderIndex(forwardBy: 1)
    while rest.readableBytes > 0, damage == nil {
      let position = payload.readableBytes - rest.readableBytes
      guard let length = rest.readInteger(as: UInt16.self) else {
        return spoil(.payloadTruncated(position: position, needed: 2, available: 1))
      }
      guard let unit = rest.readSlice(length: Int(length)) else {
        return spoil(
          .payloadTruncated(
            position: position + 2, needed: Int(length), available: rest.readableBytes))
      }
      if length > 0 { add(unit) }
    }
  }

  /// Start and end in one fragment is against the rules but has one meaning only.
  private mutating func appendFragment(_ payload: ByteBuffer) {
    var rest = payload
    guard let (indicator, header) = rest.readMultipleIntegers(as: (UInt8, UInt8).self) else {
      return spoil(
        .payloadTruncated(
          position: 0, needed: FragmentationUnit.headerSize, available: payload.readableBytes))
    }
    if header & 0x80 != 0 {
      guard fragments == nil else { return spoil(.fragmentEndMissing) }
      fragments = ByteBuffer(integer: indicator & 0xE0 | header & 0x1F)
      byteCount += 1
    }
    guard var collected = fragments else { return spoil(.fragmentStartMissing) }
    fragments = nil  // `collected` is now the only owner: no copy on append.
    byteCount += rest.readableBytes
    guard byteCount <= limits.accessUnitBytes else {
      return spoil(.tooManyBytes(limit: limits.accessUnitBytes))
    }
    collected.writeBuffer(&rest)
    if header & 0x40 != 0 {
      keep(collected)
    } else {
      fragments = collected
    }
  }

  private mutating func add(_ unit: ByteBuffer) {
    byteCount += unit.readableBytes
    guard byteCount <= limits.accessUnitBytes else {
      return spoil(.tooManyBytes(limit: limits.accessUnitBytes))
    }
    keep(unit)
  }

  private mutating func keep(_ unit: ByteBuffer) {
    guard units.count < limits.nalUnitCount else {
      return spoil(.tooManyUnits(limit: limits.nalUnitCount))
    }
    units.append(NALUnit(bytes: unit))
  }
}

extension NALUnit {
  /// True if a slice begins at macroblock 0: `first_mb_in_slice` is the first thing in it, and
  /// its Exp-Golomb code for 0 is a single one bit.
  ///
  /// Source: ITU-T H.264 §7.3.3 and §9.1.
  fileprivate var startsPicture: Bool {
    (bytes.getInteger(at: bytes.readerIndex + 1, as: UInt8.self) ?? 0) & 0x80 != 0
  }
}
