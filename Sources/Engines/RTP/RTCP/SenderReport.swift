import NIOCore

/// What a sender says about its stream: wall clock time for an RTP timestamp, and counts.
///
/// Source: RFC 3550 §6.4.1.
public struct SenderReport: Sendable, Hashable {
  public var ssrc: UInt32
  /// Seconds since 1900 in the upper half, a binary fraction in the lower half.
  public var ntpTimestamp: UInt64
  /// The same instant on the sender's media clock.
  public var rtpTimestamp: UInt32
  /// Packets sent, modulo 2^32.
  public var packetCount: UInt32
  /// Payload bytes sent, modulo 2^32.
  public var octetCount: UInt32
  /// What the sender receives itself; empty from a pure sender.
  public var receptionReports: [ReceptionReport]

  public init(
    ssrc: UInt32, ntpTimestamp: UInt64, rtpTimestamp: UInt32, packetCount: UInt32,
    octetCount: UInt32, receptionReports: [ReceptionReport] = []
  ) {
    self.ssrc = ssrc
    self.ntpTimestamp = ntpTimestamp
    self.rtpTimestamp = rtpTimestamp
    self.packetCount = packetCount
    self.octetCount = octetCount
    self.receptionReports = receptionReports
  }

  /// Bytes of the sender information after the header, without report blocks.
  private static let informationSize = 24

  /// Appends the packet; report blocks beyond the 31st are left out.
  public func write(into buffer: inout ByteBuffer) {
    let reports = receptionReports.prefix(ReceptionReport.maximumCount)
    RTCPHeader(
      count: UInt8(reports.count), packetType: RTCPHeader.PacketType.senderReport,
      bodySize: Self.informationSize + reports.count * ReceptionReport.size
    ).write(into: &buffer)
    buffer.writeInteger(ssrc)
    buffer.writeInteger(ntpTimestamp)
    buffer.writeInteger(rtpTimestamp)
    buffer.writeInteger(packetCount)
    buffer.writeInteger(octetCount)
    for report in reports {
      report.write(into: &buffer)
    }
  }

  init(body: inout ByteBuffer, count: UInt8, position: Int) throws(RTPError) {
    let available = body.readableBytes
    guard
      let (ssrc, ntp, rtp, packets, octets) = body.readMultipleIntegers(
        as: (UInt32, UInt64, UInt32, UInt32, UInt32).self)
    else {
      throw .truncated(position: position, needed: Self.informationSize, available: available)
    }
    self.init(
      ssrc: ssrc, ntpTimestamp: ntp, rtpTimestamp: rtp, packetCount: packets, octetCount: octets,
      receptionReports: try ReceptionReport.readAll(
        from: &body, count: count, position: position + Self.informationSize))
  }
}
