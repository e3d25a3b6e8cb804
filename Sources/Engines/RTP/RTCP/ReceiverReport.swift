import NIOCore

/// What a receiver says about the streams it gets.
///
/// Source: RFC 3550 §6.4.2.
public struct ReceiverReport: Sendable, Hashable {
  /// The receiver.
  public var ssrc: UInt32
  public var receptionReports: [ReceptionReport]

  public init(ssrc: UInt32, receptionReports: [ReceptionReport] = []) {
    self.ssrc = ssrc
    self.receptionReports = receptionReports
  }

  /// Appends the packet; report blocks beyond the 31st are left out.
  public func write(into buffer: inout ByteBuffer) {
    let reports = receptionReports.prefix(ReceptionReport.maximumCount)
    RTCPHeader(
      count: UInt8(reports.count), packetType: RTCPHeader.PacketType.receiverReport,
      bodySize: 4 + reports.count * ReceptionReport.size
    ).write(into: &buffer)
    buffer.writeInteger(ssrc)
    for report in reports {
      report.write(into: &buffer)
    }
  }

  init(body: inout ByteBuffer, count: UInt8, position: Int) throws(RTPError) {
    guard let ssrc = body.readInteger(as: UInt32.self) else {
      throw .truncated(position: position, needed: 4, available: body.readableBytes)
    }
    self.init(
      ssrc: ssrc,
      receptionReports: try ReceptionReport.readAll(
        from: &body, count: count, position: position + 4))
  }
}

/// One report block: how one source arrives at the reporting receiver.
///
/// Source: RFC 3550 §6.4.1.
public struct ReceptionReport: Sendable, Hashable {
  /// Bytes on the wire.
  public static let size = 24
  /// The count in the header has five bits.
  public static let maximumCount = 31

  /// The source this block is about.
  public var sourceSSRC: UInt32
  /// Share of packets lost since the last report, in 1/256.
  public var fractionLost: UInt8
  /// Packets lost since the start, −8 388 608…8 388 607; negative when packets came twice.
  public var cumulativeLost: Int32
  /// Sequence number with its number of wraps in the upper 16 bits.
  public var highestSequenceNumber: UInt32
  /// Variation of the packets' travel time, in units of the RTP timestamp.
  public var jitter: UInt32
  /// Middle 32 bits of the newest sender report's NTP timestamp; 0 if none came yet.
  public var lastSenderReport: UInt32
  /// Time from that sender report to this block, in 1/65536 s.
  public var delaySinceLastSenderReport: UInt32

  public init(
    sourceSSRC: UInt32, fractionLost: UInt8, cumulativeLost: Int32, highestSequenceNumber: UInt32,
    jitter: UInt32, lastSenderReport: UInt32, delaySinceLastSenderReport: UInt32
  ) {
    self.sourceSSRC = sourceSSRC
    self.fractionLost = fractionLost
    self.cumulativeLost = cumulativeLost
    self.highestSequenceNumber = highestSequenceNumber
    self.jitter = jitter
    self.lastSenderReport = lastSenderReport
    self.delaySinceLastSenderReport = delaySinceLastSenderReport
  }

  /// Travel time of a packet to the receiver and back.
  ///
  /// - Parameter ntpTimestamp: Wall clock when the report arrived.
  /// - Returns: nil if the receiver has seen no sender report yet, or if the values make no
  ///   sense (negative or above a minute), as after a step of the wall clock.
  ///
  /// Source: RFC 3550 §6.4.1, figure 2.
  public func roundTripTime(receivedAt ntpTimestamp: UInt64) -> Duration? {
    guard lastSenderReport != 0 else { return nil }
    let arrival = UInt32(truncatingIfNeeded: ntpTimestamp >> 16)
    let units = Int32(
      bitPattern: arrival &- lastSenderReport &- delaySinceLastSenderReport)
    guard (0...60 * 65_536).contains(units) else { return nil }
    return .nanoseconds(Int64(units) * 1_000_000_000 / 65_536)
  }

  func write(into buffer: inout ByteBuffer) {
    buffer.writeInteger(sourceSSRC)
    let lost = UInt32(bitPattern: min(max(cumulativeLost, -0x80_0000), 0x7F_FFFF)) & 0xFF_FFFF
    buffer.writeInteger(UInt32(fractionLost) << 24 | lost)
    buffer.writeInteger(highestSequenceNumber)
    buffer.writeInteger(jitter)
    buffer.writeInteger(lastSenderReport)
    buffer.writeInteger(delaySinceLastSenderReport)
  }

  /// The `count` blocks that the header promises.
  static func readAll(
    from body: inout ByteBuffer, count: UInt8, position: Int
  ) throws(RTPError) -> [ReceptionReport] {
    var reports: [ReceptionReport] = []
    for index in 0..<Int(count) {
      let available = body.readableBytes
      guard
        let (source, loss, highest, jitter, lastReport, delay) = body.readMultipleIntegers(
          as: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32).self)
      else {
        throw .truncated(position: position + index * size, needed: size, available: available)
      }
      reports.append(
        ReceptionReport(
          sourceSSRC: source, fractionLost: UInt8(loss >> 24),
          // Shifted up and back down to carry the sign of the 24-bit number.
          cumulativeLost: Int32(bitPattern: loss << 8) >> 8,
          highestSequenceNumber: highest, jitter: jitter, lastSenderReport: lastReport,
          delaySinceLastSenderReport: delay))
    }
    return reports
  }
}
