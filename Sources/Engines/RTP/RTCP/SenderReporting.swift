import Media
import NIOCore

extension RTPSender {
  /// A compound of sender report and source description for the moment of `anchor`.
  ///
  /// NTP and RTP timestamp name the same instant, so a receiver can tell when a picture was
  /// taken. Before the first packet there is nothing to report and an empty receiver report
  /// takes the first place, as the RFC asks.
  ///
  /// - Parameter cname: Canonical name, the same for all streams of one viewer.
  ///
  /// Source: RFC 3550 §6.1, §6.4 and §6.5.1.
  public func senderReport(at anchor: WallClockAnchor, cname: String) -> ByteBuffer {
    var compound = ByteBuffer()
    writeReport(at: anchor, cname: cname, into: &compound)
    return compound
  }

  /// A compound that ends the stream: report, source description and BYE.
  ///
  /// Source: RFC 3550 §6.6.
  public func goodbye(at anchor: WallClockAnchor, cname: String) -> ByteBuffer {
    var compound = ByteBuffer()
    writeReport(at: anchor, cname: cname, into: &compound)
    Goodbye(ssrcs: [ssrc]).write(into: &compound)
    return compound
  }

  private func writeReport(
    at anchor: WallClockAnchor, cname: String, into compound: inout ByteBuffer
  ) {
    if let rtpTimestamp = rtpTimestamp(at: anchor.mediaTime) {
      SenderReport(
        ssrc: ssrc, ntpTimestamp: anchor.ntpTimestamp(at: anchor.mediaTime),
        rtpTimestamp: rtpTimestamp, packetCount: UInt32(truncatingIfNeeded: packetCount),
        octetCount: UInt32(truncatingIfNeeded: octetCount)
      ).write(into: &compound)
    } else {
      ReceiverReport(ssrc: ssrc).write(into: &compound)
    }
    SourceDescription(chunks: [.init(ssrc: ssrc, canonicalName: cname)]).write(into: &compound)
  }
}
