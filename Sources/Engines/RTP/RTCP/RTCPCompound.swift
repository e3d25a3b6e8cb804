import NIOCore

/// One RTCP packet of a kind this program reads.
public enum RTCPPacket: Sendable, Hashable {
  case senderReport(SenderReport)
  case receiverReport(ReceiverReport)
  case sourceDescription(SourceDescription)
  case goodbye(Goodbye)
  case feedback(Feedback)
  /// APP, XR, unknown feedback formats and everything else; checked for length, not read.
  case other(packetType: UInt8)

  /// The report blocks of a sender or receiver report, else none.
  var receptionReports: [ReceptionReport] {
    switch self {
    case .senderReport(let report): report.receptionReports
    case .receiverReport(let report): report.receptionReports
    case .sourceDescription, .goodbye, .feedback, .other: []
    }
  }
}

/// The RTCP packets of one datagram or interleaved frame.
///
/// Real clients break the rules for compounds (hole punching sends a lone empty receiver
/// report), so any sequence of packets is taken. Bytes that are not RTCP after at least one
/// good packet do not spoil that packet.
///
/// Source: RFC 3550 §6.1 and appendix A.2, relaxed as above.
public struct RTCPCompound: Sendable, Hashable {
  public var packets: [RTCPPacket]
  /// Why reading stopped early, nil if all bytes were understood.
  public var trailingError: RTPError?

  /// Bounds on what one datagram may hold.
  public struct Limits: Sendable {
    /// Bytes of the whole compound.
    public var byteCount: Int
    public var packetCount: Int

    public init(byteCount: Int = 8192, packetCount: Int = 32) {
      self.byteCount = byteCount
      self.packetCount = packetCount
    }
  }

  /// Reads the whole of `datagram`.
  ///
  /// - Throws: If it is too long or its first packet is already wrong.
  public init(decoding datagram: ByteBuffer, limits: Limits = Limits()) throws(RTPError) {
    let total = datagram.readableBytes
    guard total <= limits.byteCount else {
      throw .packetTooLong(limit: limits.byteCount, actual: total)
    }
    packets = []
    var rest = datagram
    repeat {
      let position = total - rest.readableBytes
      do throws(RTPError) {
        guard packets.count < limits.packetCount else {
          throw .tooManyPackets(limit: limits.packetCount, position: position)
        }
        packets.append(try Self.readPacket(from: &rest, position: position))
      } catch {
        if packets.isEmpty { throw error }
        trailingError = error
        return
      }
    } while rest.readableBytes > 0
  }

  private static func readPacket(
    from rest: inout ByteBuffer, position: Int
  ) throws(RTPError) -> RTCPPacket {
    let header = try RTCPHeader(from: &rest, position: position)
    guard var body = rest.readSlice(length: header.bodySize) else {
      throw .inconsistentLength(
        position: position, declared: header.bodySize, available: rest.readableBytes)
    }
    if header.hasPadding {
      let available = body.readableBytes
      let padding = Int(body.getInteger(at: body.writerIndex - 1, as: UInt8.self) ?? 0)
      guard available > 0, (1...available).contains(padding) else {
        throw .invalidPadding(position: position, length: padding, available: available)
      }
      body.moveWriterIndex(to: body.writerIndex - padding)
    }
    return try readBody(&body, header: header, position: position + RTCPHeader.size)
  }

  private static func readBody(
    _ body: inout ByteBuffer, header: RTCPHeader, position: Int
  ) throws(RTPError) -> RTCPPacket {
    let count = header.count
    switch header.packetType {
    case RTCPHeader.PacketType.senderReport:
      return .senderReport(try SenderReport(body: &body, count: count, position: position))
    case RTCPHeader.PacketType.receiverReport:
      return .receiverReport(try ReceiverReport(body: &body, count: count, position: position))
    case RTCPHeader.PacketType.sourceDescription:
      return .sourceDescription(
        try SourceDescription(body: &body, count: count, position: position))
    case RTCPHeader.PacketType.goodbye:
      return .goodbye(try Goodbye(body: &body, count: count, position: position))
    case RTCPHeader.PacketType.transportFeedback, RTCPHeader.PacketType.payloadFeedback:
      let feedback = try Feedback.read(header: header, body: &body, position: position)
      return feedback.map(RTCPPacket.feedback) ?? .other(packetType: header.packetType)
    default:
      return .other(packetType: header.packetType)
    }
  }
}

extension RTCPCompound {
  /// The report blocks about stream `ssrc`, from sender and receiver reports alike.
  public func receptionReports(about ssrc: UInt32) -> [ReceptionReport] {
    packets.flatMap(\.receptionReports).filter { $0.sourceSSRC == ssrc }
  }

  /// True if a PLI or FIR asks for an IDR of stream `ssrc`.
  public func requestsKeyframe(of ssrc: UInt32) -> Bool {
    packets.contains { packet in
      if case .feedback(let feedback) = packet {
        feedback.requestsKeyframe(of: ssrc)
      } else {
        false
      }
    }
  }

  /// Sequence numbers of stream `ssrc` that NACKs report as lost, in their order.
  ///
  /// Source: RFC 4585 §6.2.1.
  public func lostPackets(of ssrc: UInt32) -> [UInt16] {
    packets.flatMap { packet -> [UInt16] in
      if case .feedback(let feedback) = packet, feedback.mediaSSRC == ssrc,
        case .lostPackets(let sequenceNumbers) = feedback.request
      {
        sequenceNumbers
      } else {
        []
      }
    }
  }

  /// True if the peer says goodbye.
  public var saysGoodbye: Bool {
    packets.contains { if case .goodbye = $0 { true } else { false } }
  }
}
