import Media
import NIOCore

/// The RTP identity of one viewer: SSRC, sequence numbers and RTP timestamps, kept for the
/// whole life of its session.
///
/// Players stop or stall when any of the three jumps, so they go on across pauses, encoder
/// restarts and camera reconnects. RTP timestamps follow presentation times: the first access
/// unit sent is the anchor, later ones lie as far from it as their presentation times do, and
/// they never go back.
///
/// Source: RFC 3550 §5.1; RFC 2326 §12.33 for the announcement in `RTP-Info`.
public struct RTPSender: Sendable {
  public let ssrc: UInt32
  /// 0…127; the same for all packets unless the receiver was told otherwise.
  public private(set) var payloadType: UInt8
  /// Units of the RTP timestamp per second, 90 000 for video.
  public let clockRate: UInt32
  /// Sequence number of the next packet.
  public private(set) var nextSequenceNumber: UInt16
  /// Packets sent, for status and sender reports.
  public private(set) var packetCount: UInt64 = 0
  /// Payload bytes sent, RTP headers excluded.
  public private(set) var octetCount: UInt64 = 0

  private var timeline: RTPTimeline

  /// All values that RFC 3550 wants random are made by the caller.
  public init(
    ssrc: UInt32, payloadType: UInt8, firstSequenceNumber: UInt16, firstTimestamp: UInt32,
    clockRate: UInt32 = 90_000
  ) {
    self.ssrc = ssrc
    self.payloadType = payloadType & 0x7F
    self.clockRate = clockRate
    nextSequenceNumber = firstSequenceNumber
    timeline = RTPTimeline(firstTimestamp: firstTimestamp, clockRate: clockRate)
  }

  /// The payload type of packets from now on; everything else goes on.
  public mutating func setPayloadType(_ payloadType: UInt8) {
    self.payloadType = payloadType & 0x7F
  }

  /// What `RTP-Info` says about the first packet after PLAY.
  public struct Announcement: Sendable, Hashable {
    public var sequenceNumber: UInt16
    public var rtpTimestamp: UInt32

    public init(sequenceNumber: UInt16, rtpTimestamp: UInt32) {
      self.sequenceNumber = sequenceNumber
      self.rtpTimestamp = rtpTimestamp
    }
  }

  /// Fixes sequence number and RTP timestamp of the next packet, for the reply to PLAY.
  ///
  /// The first announcement names the initial values. A later one, for PLAY after PAUSE, names
  /// the RTP timestamp of `now`, so that time has gone on during the pause.
  public mutating func announce(now: MediaTime) -> Announcement {
    Announcement(sequenceNumber: nextSequenceNumber, rtpTimestamp: timeline.announce(now: now))
  }

  /// The whole train as interleaved frames of this viewer: one buffer, one write.
  public mutating func interleaved(_ train: PacketTrain, channel: UInt8) -> ByteBuffer {
    stamp(train, channel: channel)
  }

  /// Several trains as interleaved frames of this viewer, in one buffer.
  public mutating func interleaved(_ trains: [PacketTrain], channel: UInt8) -> ByteBuffer {
    guard trains.count > 1 else {
      return trains.first.map { stamp($0, channel: channel) } ?? ByteBuffer()
    }
    var frames = ByteBuffer()
    frames.reserveCapacity(trains.reduce(0) { $0 + $1.bytes.readableBytes })
    for train in trains { frames.writeImmutableBuffer(stamp(train, channel: channel)) }
    return frames
  }

  /// The train's packets as datagrams of this viewer, without framing: one buffer, ready to be
  /// cut apart by the socket.
  public mutating func datagrams(_ train: PacketTrain) -> RTPDatagrams {
    guard !train.packets.isEmpty else { return RTPDatagrams(bytes: ByteBuffer(), ends: []) }
    var bytes = ByteBuffer()
    var ends: [Int] = []
    bytes.reserveCapacity(train.bytes.readableBytes)
    ends.reserveCapacity(train.packets.count)
    let identity = identity(of: train)
    for (index, packet) in train.packets.enumerated() {
      let start = bytes.writerIndex
      let source = train.bytes.readerIndex + packet.offset + PacketTrain.framingSize
      // Within the train by construction.
      guard let whole = train.bytes.getSlice(at: source, length: packet.length) else { break }
      bytes.writeImmutableBuffer(whole)
      bytes.setInteger(UInt32(truncatingIfNeeded: header(of: index, in: train)), at: start)
      bytes.setInteger(identity, at: start + 4)
      ends.append(bytes.writerIndex)
      nextSequenceNumber &+= 1
    }
    count(train)
    return RTPDatagrams(bytes: bytes, ends: ends)
  }

  /// RTP timestamp of `moment` on this viewer's timeline; nil before the first packet.
  public func rtpTimestamp(at moment: MediaTime) -> UInt32? {
    timeline.rtpTimestamp(at: moment)
  }

  /// Copies the train once and fills in the header fields of this viewer.
  private mutating func stamp(_ train: PacketTrain, channel: UInt8) -> ByteBuffer {
    guard !train.packets.isEmpty else { return ByteBuffer() }
    var frames = ByteBuffer()
    frames.reserveCapacity(train.bytes.readableBytes)
    frames.writeImmutableBuffer(train.bytes)

    // The first 16 bytes of a frame, framing and RTP header, are written as two integers.
    let identity = identity(of: train)
    let fixed = UInt64(UInt8(ascii: "$")) << 56 | UInt64(channel) << 48
    for (index, packet) in train.packets.enumerated() {
      let length = UInt64(UInt16(truncatingIfNeeded: packet.length)) << 32
      frames.setInteger(fixed | length | header(of: index, in: train), at: packet.offset)
      frames.setInteger(identity, at: packet.offset + 8)
      nextSequenceNumber &+= 1
    }
    count(train)
    return frames
  }

  /// The first four bytes of the next packet's header: version, marker, payload type, sequence
  /// number.
  private func header(of index: Int, in train: PacketTrain) -> UInt64 {
    let marker: UInt8 = index == train.packets.count - 1 ? 0x80 : 0
    return 0x80 << 24 | UInt64(payloadType | marker) << 16 | UInt64(nextSequenceNumber)
  }

  /// The other eight bytes, the same for all packets of a picture: RTP timestamp and SSRC.
  private mutating func identity(of train: PacketTrain) -> UInt64 {
    UInt64(timeline.stamp(train.presentationTime)) << 32 | UInt64(ssrc)
  }

  private mutating func count(_ train: PacketTrain) {
    packetCount &+= UInt64(train.packets.count)
    octetCount &+= UInt64(train.payloadOctetCount)
  }
}
