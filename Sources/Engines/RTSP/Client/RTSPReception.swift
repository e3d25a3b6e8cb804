import NIOCore
import RTP

/// The receiving side of one set-up track.
struct RTSPReception: Sendable {
  let track: VideoTrack
  let sessionID: String
  private let channel: UInt8
  private var depacketizer = H264Depacketizer()
  private var collector: IDRCollector
  private(set) var progress = RTSPClientProgress()

  init(track: VideoTrack, sessionID: String, channel: UInt8) {
    self.track = track
    self.sessionID = sessionID
    self.channel = channel
    collector = IDRCollector(described: track.parameterSets)
  }

  /// Takes one interleaved frame; RTCP, other payload types and what is no RTP are passed over.
  ///
  /// - Returns: the first whole IDR.
  mutating func receive(_ payload: ByteBuffer, on channel: UInt8) -> IDRPicture? {
    guard channel == self.channel, let packet = try? RTPPacket(decoding: payload),
      packet.header.payloadType == track.payloadType
    else { return nil }
    progress.packetCount += 1
    for output in depacketizer.receive(packet) {
      switch output {
      case .lost:
        progress.lostCount += 1
      case .accessUnit(let accessUnit):
        progress.accessUnitCount += 1
        if let picture = collector.take(accessUnit) { return picture }
        if accessUnit.isIDR { progress.undecodableCount += 1 }
      }
    }
    return nil
  }
}
