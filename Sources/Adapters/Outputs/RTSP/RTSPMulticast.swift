import Logging
import Media
import NIOCore
import Pipeline
import RTP
import RTSP

/// The one stream that everybody gets who asks for multicast.
///
/// SSRC, sequence numbers and RTP timestamps live as long as the server. Packets flow while at
/// least one session plays: whoever begins to brings an IDR. A session may pause; BYE comes with
/// the end of the last one.
final class RTSPMulticast {
  let group: MulticastGroup
  private let interface: String?
  private let loop: any EventLoop
  private let cname: String
  private let logger: Logger
  private var sender = RTPSender(
    ssrc: .random(in: .min ... .max), payloadType: 96,
    firstSequenceNumber: .random(in: .min ... .max), firstTimestamp: .random(in: .min ... .max))
  private var delivery = DeliveryState()
  private var lastReport: MediaTime?
  private var sockets: MulticastSockets?
  private var opening: EventLoopFuture<Void>?
  private var isClosed = false
  /// True from the moment sockets were found closed until they stay open.
  private var isFailing = false
  /// Our own addresses: a viewer on this machine may have connected to another one than its
  /// reports come from.
  private var localHosts: Set<String> = []
  /// Whose session is by multicast, from SETUP to its end.
  private var members: [ObjectIdentifier: RTSPConnectionHandler] = [:]
  /// Those of them who play.
  private var players: Set<ObjectIdentifier> = []
  /// What was said of the next packet, until it has been sent: whoever else asks is told the same.
  private var announced: RTPSender.Announcement?
  /// True once packets were sent, until the BYE.
  private var hasSent = false

  init(
    group: MulticastGroup, interface: String?, cname: String, logger: Logger, loop: any EventLoop
  ) {
    self.group = group
    self.interface = interface
    self.cname = cname
    self.logger = logger
    self.loop = loop
  }

  var ssrc: UInt32 { sender.ssrc }

  // MARK: Sockets

  /// Done when packets can be sent.
  func open() -> EventLoopFuture<Void> {
    if let opening { return opening }
    if sockets?.areOpen == true { return loop.makeSucceededVoidFuture() }
    sockets?.close()
    sockets = nil
    let this = NIOLoopBound(self, eventLoop: loop)
    let opening = target().flatMap { target in
      MulticastSockets.open(
        on: this.value.loop, target: target, timeToLive: this.value.group.timeToLive,
        interface: this.value.interface
      ) { datagram, host in
        this.value.received(datagram, from: host)
      }
    }.map { this.value.opened($0) }
    self.opening = opening
    opening.whenComplete { _ in this.value.opening = nil }
    return opening
  }

  private func target() -> EventLoopFuture<SocketAddress> {
    loop.makeCompletedFuture {
      try SocketAddress(ipAddress: group.address, port: Int(group.ports.rtp))
    }
  }

  private func opened(_ sockets: MulticastSockets) {
    guard !isClosed else {
      sockets.close()
      return
    }
    self.sockets = sockets
    let devices = (try? System.enumerateDevices()) ?? []
    localHosts = Set(devices.map { RTSPAddress.host(of: $0.address) })
  }

  /// The server ends.
  func close() {
    isClosed = true
    sockets?.close()
    sockets = nil
  }

  // MARK: Members

  /// A session by multicast has been set up.
  func enter(_ handler: RTSPConnectionHandler) {
    members[ObjectIdentifier(handler)] = handler
  }

  /// A member plays from now on.
  func play(_ handler: RTSPConnectionHandler) {
    if players.isEmpty {
      delivery.restart()
      lastReport = nil
      announced = nil
    }
    players.insert(ObjectIdentifier(handler))
  }

  /// The numbers of the next packet: exactly if it will be the first one for anybody, else as
  /// they stand now.
  func announceNextPacket(at now: MediaTime) -> RTPSender.Announcement {
    guard lastReport != nil, let rtpTimestamp = sender.rtpTimestamp(at: now) else {
      let announcement = announced ?? sender.announce(now: now)
      announced = announcement
      return announcement
    }
    return RTPSender.Announcement(
      sequenceNumber: sender.nextSequenceNumber, rtpTimestamp: rtpTimestamp)
  }

  /// A member plays no longer, but may again.
  func pause(_ handler: RTSPConnectionHandler) {
    players.remove(ObjectIdentifier(handler))
  }

  /// A member's session has ended.
  func leave(_ handler: RTSPConnectionHandler, at anchor: WallClockAnchor) {
    pause(handler)
    guard members.removeValue(forKey: ObjectIdentifier(handler)) != nil, members.isEmpty, hasSent
    else { return }
    hasSent = false
    sockets?.sendRTCP(sender.goodbye(at: anchor, cname: cname))
  }

  private var metadata: Logger.Metadata {
    [LogKey.address: .string(group.address), LogKey.port: "\(group.ports.rtp)"]
  }

  // MARK: Packets

  /// What became of one picture.
  struct Outcome {
    /// Bytes of all packets; 0 if it was left out.
    var bytes = 0
    /// An IDR is needed to go on.
    var keyframe: KeyframeReason?
  }

  /// One picture, for all who play at once.
  func offer(_ trains: inout PacketTrains, clock: MediaClock) -> Outcome {
    guard !players.isEmpty, let sockets else { return Outcome() }
    let hasRoom = sockets.areOpen && sockets.areWritable
    switch delivery.offer(isIDR: trains.isStart, hasRoom: hasRoom) {
    case .skip: return Outcome()
    case .skipAndRequestKeyframe(let reason): return Outcome(keyframe: reason)
    case .deliver: break
    }
    var outcome = Outcome()
    for train in trains.picture(.datagram).trains {
      let datagrams = sender.datagrams(train)
      sockets.sendRTP(datagrams)
      outcome.bytes += datagrams.bytes.readableBytes
    }
    hasSent = true
    announced = nil
    if lastReport == nil { report(at: clock.wallClockAnchor()) }
    return outcome
  }

  /// Once a second: a report if one is due, and new sockets if the old ones have failed.
  func tick(at anchor: WallClockAnchor) {
    guard !players.isEmpty else { return }
    let areOpen = sockets?.areOpen == true
    if !areOpen {
      if !isFailing { logger.warning("no multicast at present", metadata: metadata) }
      _ = open()
    }
    isFailing = !areOpen
    if let lastReport, lastReport.duration(to: anchor.mediaTime) >= RTSPViewer.reportInterval {
      report(at: anchor)
    }
  }

  private func report(at anchor: WallClockAnchor) {
    lastReport = anchor.mediaTime
    sockets?.sendRTCP(sender.senderReport(at: anchor, cname: cname))
  }

  /// A report or a request came, to the group or to us. It is a sign of life of the viewers at
  /// the address it comes from, and of nobody if that is no viewer's.
  private func received(_ datagram: ByteBuffer, from host: String) {
    guard let compound = try? RTCPCompound(decoding: datagram), !isOurs(compound) else { return }
    for member in Array(members.values) where isSame(member.host, host) {
      member.receivedReport(datagram)
    }
  }

  private func isSame(_ host: String, _ other: String) -> Bool {
    host == other || localHosts.contains(host) && localHosts.contains(other)
  }

  /// Our own reports come back where viewers on this machine are to get them.
  private func isOurs(_ compound: RTCPCompound) -> Bool {
    compound.packets.contains { packet in
      if case .senderReport(let report) = packet { report.ssrc == ssrc } else { false }
    }
  }
}
