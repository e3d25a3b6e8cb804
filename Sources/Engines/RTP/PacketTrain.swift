import Media
import NIOCore

/// All RTP packets of one access unit, in one buffer that every viewer can share.
///
/// Each packet is laid out as an RTSP interleaved frame: `$`, channel, length (16 bits), then
/// the 12-byte RTP header and the payload. Channel, payload type, sequence number, RTP timestamp
/// and SSRC are zero; ``RTPSender`` writes those of one viewer into a copy.
///
/// Source: RFC 2326 §10.12 for the framing, measured: one write per picture instead of one per
/// packet costs a quarter of the processor time.
public struct PacketTrain: Sendable {
  /// Bytes of `$`, channel and length in front of each RTP packet.
  public static let framingSize = 4

  /// Where one packet lies in ``PacketTrain/bytes``.
  public struct Packet: Sendable, Hashable {
    /// Position of the `$`, counted from the first readable byte.
    public var offset: Int
    /// Bytes of the RTP packet, header included and framing excluded.
    public var length: Int

    public init(offset: Int, length: Int) {
      self.offset = offset
      self.length = length
    }
  }

  /// The frames of all packets, one after the other.
  public let bytes: ByteBuffer
  /// In sending order; empty if the access unit holds no slice.
  public let packets: [Packet]
  /// When the picture was taken; RTP timestamps follow it.
  public var presentationTime: MediaTime
  public let isIDR: Bool
  /// The access unit's serial number.
  public let serial: UInt64
  /// Bytes of all packets without their RTP headers, as sender reports count them.
  public let payloadOctetCount: Int

  init(bytes: ByteBuffer, packets: [Packet], accessUnit: AccessUnit) {
    self.bytes = bytes
    self.packets = packets
    presentationTime = accessUnit.presentationTime
    isIDR = accessUnit.isIDR
    serial = accessUnit.serial
    payloadOctetCount = packets.reduce(0) { $0 + $1.length - RTPHeader.size }
  }
}
