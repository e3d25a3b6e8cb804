import Media
import NIOCore

/// Splits access units into RTP packets in the non-interleaved mode (`packetization-mode=1`).
///
/// An IDR starts with one STAP-A that holds SPS and PPS, because a receiver that joins late or
/// ignores `sprop-parameter-sets` needs them in band. Then each slice travels as a single NAL
/// unit packet or, if it is too large, as FU-A fragments; all fragments of a slice but the last
/// are equally long, so that a UDP socket can segment them. The marker is set on the last packet
/// only. Delimiters, SEI, filler and in-band parameter sets are left out, empty units skipped.
///
/// Keeps no state between access units, so one packetizer serves all viewers.
///
/// Source: RFC 6184 §5.6 to §5.8.
public struct H264Packetizer: Sendable {
  /// Whole RTP packets this type can make, in bytes: at least RTP header, FU-A header and one
  /// byte of payload, at most what the 16-bit length of an interleaved frame can say.
  public static let packetSizeRange = (RTPHeader.size + 3)...Int(UInt16.max)

  /// Largest RTP packet in bytes, header included.
  public let maxPacketSize: Int

  /// - Parameter maxPacketSize: Largest RTP packet in bytes, header included; clamped to
  ///   ``packetSizeRange``. 1200 fits every path with tunnels, 1400 suits TCP.
  public init(maxPacketSize: Int) {
    let range = Self.packetSizeRange
    self.maxPacketSize = min(max(maxPacketSize, range.lowerBound), range.upperBound)
  }

  /// The packets of `accessUnit`.
  public func packetize(_ accessUnit: AccessUnit) -> PacketTrain {
    let slices = accessUnit.nalUnits.filter { Self.sliceTypeCodes.contains($0.typeCode) }
    guard !slices.isEmpty else {
      return PacketTrain(bytes: ByteBuffer(), packets: [], accessUnit: accessUnit)
    }
    let parameterSets = accessUnit.isIDR ? accessUnit.format.parameterSets : nil
    var assembly = TrainAssembly(capacity: capacity(for: slices, parameterSets: parameterSets))
    if let parameterSets {
      append(parameterSets, to: &assembly)
    }
    for slice in slices {
      append(slice, to: &assembly)
    }
    assembly.markLastPacket()
    return PacketTrain(bytes: assembly.bytes, packets: assembly.packets, accessUnit: accessUnit)
  }

  /// Coded slices and slice data partitions; everything else is either carried by the format
  /// or of no use to a receiver, and codes from 24 up would be taken for aggregation packets.
  private static let sliceTypeCodes: ClosedRange<UInt8> =
    NALUnit.TypeCode.nonIDRSlice...NALUnit.TypeCode.idrSlice

  private var maxPayloadSize: Int { maxPacketSize - RTPHeader.size }

  /// Upper bound of the train's size, so that the buffer is allocated once.
  private func capacity(for slices: [NALUnit], parameterSets: ParameterSets?) -> Int {
    let overhead = PacketTrain.framingSize + RTPHeader.size + FragmentationUnit.headerSize
    let units = slices + (parameterSets.map { [$0.sps, $0.pps] } ?? [])
    return units.reduce(0) { sum, unit in
      let packets = unit.count / (maxPayloadSize - FragmentationUnit.headerSize) + 1
      return sum + unit.count + packets * overhead + AggregationPacket.lengthFieldSize + 1
    }
  }

  /// SPS and PPS in one STAP-A; one after the other if they do not fit together.
  private func append(_ parameterSets: ParameterSets, to assembly: inout TrainAssembly) {
    let units = [parameterSets.sps, parameterSets.pps].filter { $0.count > 0 }
    let size = AggregationPacket.payloadSize(of: units)
    guard units.count > 1, size <= maxPayloadSize else {
      for unit in units {
        append(unit, to: &assembly)
      }
      return
    }
    assembly.append(payloadSize: size) { buffer in
      AggregationPacket.write(units, into: &buffer)
    }
  }

  /// One NAL unit, whole or in fragments.
  private func append(_ unit: NALUnit, to assembly: inout TrainAssembly) {
    guard unit.count > maxPayloadSize else {
      assembly.append(payloadSize: unit.count) { buffer in
        buffer.writeImmutableBuffer(unit.bytes)
      }
      return
    }
    var rest = unit.bytes
    let unitHeader: UInt8 = rest.readInteger() ?? 0
    var isFirst = true
    while rest.readableBytes > 0 {
      let size = min(rest.readableBytes, maxPayloadSize - FragmentationUnit.headerSize)
      guard let fragment = rest.readSlice(length: size) else { return }
      let unit = FragmentationUnit(
        unitHeader: unitHeader, isFirst: isFirst, isLast: rest.readableBytes == 0)
      assembly.append(payloadSize: FragmentationUnit.headerSize + size) { buffer in
        unit.write(into: &buffer)
        buffer.writeImmutableBuffer(fragment)
      }
      isFirst = false
    }
  }
}
