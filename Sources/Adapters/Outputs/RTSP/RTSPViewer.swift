import Media
import NIOCore
import Pipeline
import RTP
import RTSP

/// One viewer's session: its RTP identity, its way out, and what it has been sent.
///
/// It says what is to be sent and leaves the sending to its owner: a write can fail at once, and
/// the end of the connection that follows must not find this value in the middle of a change.
struct RTSPViewer {
  /// Time between two sender reports.
  static let reportInterval: Duration = .seconds(5)

  let transport: RTSPViewerTransport
  private(set) var isPlaying = false
  private(set) var reception = ReceiverReportStatistics()
  private(set) var picturesSent: UInt64 = 0
  private(set) var bytesSent: UInt64 = 0
  /// Of these, what the viewer started with: the price of a snapshot.
  private(set) var startBytes: UInt64 = 0
  private(set) var playingSince: WallClockAnchor?
  /// How often it was told to play, without pauses in between.
  private(set) var startCount = 0
  /// Whether repeats follow the first IDR.
  let startsWithPreamble: Bool

  private var sender: RTPSender
  private var queue: ViewerQueue
  private var lastReport: MediaTime?
  private let cname: String

  /// - Parameter startsWithPreamble: Whether repeats follow the first IDR.
  init(
    transport: RTSPViewerTransport, cname: String, bounds: ViewerQueue.Bounds,
    startsWithPreamble: Bool
  ) {
    self.transport = transport
    self.cname = cname
    self.startsWithPreamble = startsWithPreamble
    queue = ViewerQueue(bounds: bounds)
    sender = RTPSender(
      ssrc: transport.sharedSSRC ?? .random(in: .min ... .max), payloadType: 96,
      firstSequenceNumber: .random(in: .min ... .max), firstTimestamp: .random(in: .min ... .max))
  }

  var ssrc: UInt32 { sender.ssrc }
  /// Pictures left out since the first one, because the viewer was too slow.
  var picturesSkipped: UInt64 { queue.skippedCount }
  /// Bytes that wait for their turn, beside those the connection has not got rid of yet.
  var waitingBytes: Int { queue.byteCount }

  // MARK: Playing

  /// From the next IDR on the viewer gets pictures; fixes the numbers of the first packet.
  mutating func start(at anchor: WallClockAnchor) -> RTPSender.Announcement {
    isPlaying = true
    startCount &+= 1
    playingSince = playingSince ?? anchor
    queue.restart()
    return announceNextPacket(at: anchor.mediaTime)
  }

  /// Fixes the numbers of the next packet, for one more PLAY.
  mutating func announceNextPacket(at now: MediaTime) -> RTPSender.Announcement {
    if case .multicast(let multicast) = transport { return multicast.announceNextPacket(at: now) }
    return sender.announce(now: now)
  }

  mutating func pause() {
    isPlaying = false
    queue.removeAll()
  }

  /// What becomes of one picture.
  enum Delivery {
    case send([RTSPParcel])
    /// It waits, or is left out.
    case hold
    case skipAndRequestKeyframe(KeyframeReason)
  }

  /// One picture is there, or what a viewer starts with.
  mutating func offer(_ trains: inout PacketTrains, clock: MediaClock) -> Delivery {
    let size = transport.packetSize
    let isStart = queue.isJoining
    let verdict = queue.offer(
      isIDR: trains.isStart, isFree: transport.hasRoom, at: clock.now()
    ) { [startsWithPreamble] in
      isStart
        ? trains.start(size, withPreamble: startsWithPreamble) : trains.picture(size)
    }
    switch verdict {
    case .send(let batch): return .send(parcels(of: batch, clock: clock))
    case .wait, .skip: return .hold
    case .skipAndRequestKeyframe(let reason): return .skipAndRequestKeyframe(reason)
    }
  }

  /// What has waited until the viewer took everything before it; empty if nothing has.
  mutating func takeWaiting(clock: MediaClock) -> [RTSPParcel] {
    guard transport.hasRoom, let batch = queue.next() else { return [] }
    return parcels(of: batch, clock: clock)
  }

  private mutating func parcels(of batch: ViewerQueue.Batch, clock: MediaClock) -> [RTSPParcel] {
    picturesSent &+= UInt64(batch.pictureCount)
    var parcels: [RTSPParcel] = []
    switch transport {
    case .interleaved(_, let channels):
      parcels.append(.frames(sender.interleaved(batch.trains, channel: channels.rtp)))
    case .udp:
      for train in batch.trains { parcels.append(.datagrams(sender.datagrams(train))) }
    case .multicast:
      break
    }
    // The first report goes with the first packet: receivers need it to tell the time.
    if lastReport == nil { parcels.append(report(at: clock.wallClockAnchor())) }
    count(parcels)
    if startBytes == 0 { startBytes = bytesSent }
    return parcels
  }

  /// A picture went to all viewers of the group at once; its bytes are counted there.
  mutating func noteShared() {
    picturesSent &+= 1
  }

  private mutating func count(_ parcels: [RTSPParcel]) {
    for parcel in parcels { bytesSent &+= UInt64(parcel.byteCount) }
  }

  /// Drops what has waited too long.
  mutating func dropOverdue(at now: MediaTime) { queue.dropOverdue(at: now) }

  // MARK: RTCP

  /// A sender report if one is due.
  mutating func dueReport(at anchor: WallClockAnchor) -> [RTSPParcel] {
    guard isPlaying, let lastReport,
      lastReport.duration(to: anchor.mediaTime) >= Self.reportInterval
    else { return [] }
    let parcels = [report(at: anchor)]
    count(parcels)
    return parcels
  }

  private mutating func report(at anchor: WallClockAnchor) -> RTSPParcel {
    lastReport = anchor.mediaTime
    return transport.parcel(report: sender.senderReport(at: anchor, cname: cname))
  }

  /// BYE, if there was anything to say goodbye to.
  func goodbye(at anchor: WallClockAnchor) -> [RTSPParcel] {
    guard sender.packetCount > 0 else { return [] }
    return [transport.parcel(report: sender.goodbye(at: anchor, cname: cname))]
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
