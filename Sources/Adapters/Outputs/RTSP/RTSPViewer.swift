import Media
import NIOCore
import Pipeline
import RTP
import RTSP

/// One viewer's session: its RTP identity, its way out, and what it has been sent.
struct RTSPViewer {
  /// How packets leave.
  enum Transport {
    case interleaved(any Channel, ChannelPair)
    case udp(UDPPortPair)

    var name: String {
      switch self {
      case .interleaved: "tcp"
      case .udp: "udp"
      }
    }
  }

  /// Time between two sender reports.
  static let reportInterval: Duration = .seconds(5)

  let transport: Transport
  private(set) var isPlaying = false
  private(set) var reception = ReceiverReportStatistics()
  private(set) var picturesSent: UInt64 = 0
  private(set) var bytesSent: UInt64 = 0
  private(set) var playingSince: WallClockAnchor?

  private var sender: RTPSender
  private var delivery = DeliveryState()
  private var lastReport: MediaTime?
  private let cname: String

  init(transport: Transport, cname: String) {
    self.transport = transport
    self.cname = cname
    sender = RTPSender(
      ssrc: .random(in: .min ... .max), payloadType: 96,
      firstSequenceNumber: .random(in: .min ... .max), firstTimestamp: .random(in: .min ... .max))
  }

  var ssrc: UInt32 { sender.ssrc }
  /// Pictures left out since the first one, because the viewer was too slow.
  var picturesSkipped: UInt64 { delivery.skippedCount }

  // MARK: Playing

  /// From the next IDR on the viewer gets pictures; fixes the numbers of the first packet.
  mutating func start(at anchor: WallClockAnchor) -> RTPSender.Announcement {
    isPlaying = true
    playingSince = playingSince ?? anchor
    delivery.restart()
    return sender.announce(now: anchor.mediaTime)
  }

  mutating func pause() {
    isPlaying = false
  }

  /// Sends one picture, or leaves it out; returns why an IDR is needed, if one is.
  mutating func offer(
    _ trains: inout PacketTrains, clock: MediaClock
  ) -> KeyframeReason? {
    switch delivery.offer(isIDR: trains.accessUnit.isIDR, hasRoom: hasRoom) {
    case .skip: return nil
    case .skipAndRequestKeyframe(let reason): return reason
    case .deliver: break
    }
    picturesSent &+= 1
    switch transport {
    case .interleaved(let channel, let channels):
      let bytes = sender.interleaved(trains.interleaved(), channel: channels.rtp)
      bytesSent &+= UInt64(bytes.readableBytes)
      channel.writeAndFlush(bytes, promise: nil)
    case .udp(let ports):
      let datagrams = sender.datagrams(trains.datagrams())
      bytesSent &+= datagrams.reduce(0) { $0 + UInt64($1.readableBytes) }
      ports.sendRTP(datagrams)
    }
    // The first report goes with the first packet: receivers need it to tell the time.
    if lastReport == nil { report(at: clock.wallClockAnchor()) }
    return nil
  }

  private var hasRoom: Bool {
    switch transport {
    case .interleaved(let channel, _): channel.isWritable
    case .udp(let ports): ports.rtp.isWritable
    }
  }

  // MARK: RTCP

  /// Sends a sender report if one is due.
  mutating func reportIfDue(at anchor: WallClockAnchor) {
    guard isPlaying, let lastReport,
      lastReport.duration(to: anchor.mediaTime) >= Self.reportInterval
    else { return }
    report(at: anchor)
  }

  private mutating func report(at anchor: WallClockAnchor) {
    lastReport = anchor.mediaTime
    sendRTCP(sender.senderReport(at: anchor, cname: cname))
  }

  /// Says BYE, if there was anything to say goodbye to, and closes UDP ports.
  mutating func end(at anchor: WallClockAnchor, isReachable: Bool) {
    isPlaying = false
    if isReachable, sender.packetCount > 0 {
      sendRTCP(sender.goodbye(at: anchor, cname: cname))
    }
    if case .udp(let ports) = transport { ports.close() }
  }

  private mutating func sendRTCP(_ compound: ByteBuffer) {
    switch transport {
    case .interleaved(let channel, let channels):
      // A report behind a full queue would be late and wrong.
      guard channel.isWritable else { return }
      var frame = ByteBuffer()
      frame.reserveCapacity(compound.readableBytes + PacketTrain.framingSize)
      frame.writeInteger(UInt8(ascii: "$"))
      frame.writeInteger(channels.rtcp)
      frame.writeInteger(UInt16(truncatingIfNeeded: compound.readableBytes))
      frame.writeImmutableBuffer(compound)
      bytesSent &+= UInt64(frame.readableBytes)
      channel.writeAndFlush(frame, promise: nil)
    case .udp(let ports):
      bytesSent &+= UInt64(compound.readableBytes)
      ports.sendRTCP(compound)
    }
  }

  /// Reads what the viewer reports; returns why an IDR is needed, if one is.
  mutating func received(_ datagram: ByteBuffer, at anchor: WallClockAnchor) -> KeyframeReason? {
    // Clients send odd things here to open firewalls; they are no reason to complain.
    guard let compound = try? RTCPCompound(decoding: datagram) else { return nil }
    for report in compound.receptionReports(about: sender.ssrc) {
      reception.record(report, arrival: anchor)
    }
    return compound.requestsKeyframe(of: sender.ssrc) ? .pictureLoss : nil
  }
}
